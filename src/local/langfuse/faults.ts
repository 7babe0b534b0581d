/** What goes wrong. `delayMs` comes before any of them, also alone (`{ kind: 'delay' }`). */
export type Fault = { delayMs?: number } & (
  | { kind: 'delay' }
  /** A JSON body with any status. */
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** A proxy's page instead of an answer. */
  | { kind: 'html'; status: number }
  /** 429 as Langfuse Cloud sends it. */
  | { kind: 'rate_limited'; retryAfterSeconds: number }
  /** The right answer, cut off in the middle of its body with the connection. */
  | { kind: 'truncated' }
  /** The connection is closed without an answer. `after`: the request is carried out first. */
  | { kind: 'dropped'; after?: boolean }
);

interface Planned {
  method: string | null;
  path: RegExp;
  left: number;
  fault: Fault;
}

/** What {@link createFaults} makes. */
export type Faults = ReturnType<typeof createFaults>;

/** Faults for the HTTP server, taken in the order they were planned. */
export function createFaults() {
  const planned: Planned[] = [];

  /**
   * The next `times` requests that match answer with the fault.
   * @param match `method` in capitals (all when omitted); `path` is tried on the path without its query
   */
  function next(match: { method?: string; path: RegExp; times?: number }, fault: Fault): void {
    planned.push({ method: match.method ?? null, path: match.path, left: match.times ?? 1, fault });
  }

  /** The fault for a request, used up by this call; null when none is planned. */
  function take(method: string, path: string): Fault | null {
    const found = planned.findIndex((each) => (each.method ?? method) === method && each.path.test(path));
    const each = planned[found];
    if (each === undefined) return null;
    each.left -= 1;
    if (each.left <= 0) planned.splice(found, 1);
    return each.fault;
  }

  function clear(): void {
    planned.length = 0;
  }

  return { next, take, clear };
}
