/** Requests that a window allows, as Langfuse Cloud counts them. */
export interface Allowance {
  requests: number;
  windowMs: number;
}

/** Limits of the stand-in; a part that is left out is not limited. */
export interface RateLimits {
  /** One bucket for scores v3, observations v2 and label moves. */
  publicApi?: Allowance;
  /** Metrics v2. */
  metrics?: Allowance;
}

export interface Refusal {
  limit: number;
  /** When the window is over, ms since 1970. */
  resetMs: number;
  /** Whole seconds until then, at least 1. */
  retryAfterSeconds: number;
}

/** Counts requests in windows that begin with their first request. */
export function createRateLimiter(allowance: Allowance) {
  let startedMs = Number.NEGATIVE_INFINITY;
  let used = 0;

  /** @returns null when the request may pass (it is counted), else the refusal */
  return function take(nowMs: number): Refusal | null {
    if (nowMs - startedMs >= allowance.windowMs) {
      startedMs = nowMs;
      used = 0;
    }
    used += 1;
    if (used <= allowance.requests) return null;
    const resetMs = startedMs + allowance.windowMs;
    return { limit: allowance.requests, resetMs, retryAfterSeconds: Math.max(1, Math.ceil((resetMs - nowMs) / 1000)) };
  };
}
