/** Wait before the first attempt after a failure; each further one waits twice as long, up to the refresh time. */
const FIRST_RETRY_MS = 250;

export interface RefresherOptions {
  /** One attempt. Rejects when it failed. */
  attempt: (signal: AbortSignal) => Promise<void>;
  /** Called with why an attempt failed. */
  onFailure: (error: unknown) => void;
  /** How long not to ask after this failure, ms; null = as usual. */
  retryAfterMsOf: (error: unknown) => number | null;
  refreshMs: number;
  timeoutMs: number;
  now: () => number;
}

/** Repeats a read for ever, one at a time; its timers keep no process alive. */
export interface Refresher {
  /** Starts an attempt when the next one is overdue, as after the process was stopped for a while. Does not wait. */
  nudge(): void;
  /** The attempt under way, or one that is started now. Never rejects. */
  refresh(): Promise<void>;
  close(): void;
}

/** Starts with an attempt at once. */
export function startRefresher(options: RefresherOptions): Refresher {
  let running: { done: Promise<void>; startedAtMs: number; abort: AbortController } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let nextAtMs = 0;
  let failures = 0;
  let isClosed = false;

  const plan = (waitMs: number): void => {
    clearTimeout(timer);
    nextAtMs = options.now() + waitMs;
    timer = unrefTimer(() => void start(), waitMs);
  };

  const start = (): Promise<void> => {
    if (isClosed) return Promise.resolve();
    if (running !== null) return running.done;
    clearTimeout(timer);
    const startedAtMs = options.now();
    const abort = new AbortController();
    const mine = { done: Promise.resolve(), startedAtMs, abort };
    running = mine;
    mine.done = withDeadline(options.attempt, abort, options.timeoutMs).then(
      () => {
        failures = 0;
        if (!isClosed) plan(Math.max(0, options.refreshMs - (options.now() - startedAtMs)));
        running = null;
      },
      (error: unknown) => {
        const waitMs = FIRST_RETRY_MS * 2 ** Math.min(failures++, 20);
        if (!isClosed) {
          plan(Math.min(options.refreshMs, Math.max(waitMs, options.retryAfterMsOf(error) ?? 0)));
          options.onFailure(error);
        }
        running = null;
      },
    );
    return mine.done;
  };

  void start();
  return {
    nudge() {
      if (running === null && options.now() >= nextAtMs) void start();
    },
    refresh: start,
    close() {
      isClosed = true;
      clearTimeout(timer);
      running?.abort.abort();
    },
  };
}

/** Runs a task that may ignore its signal, and rejects when its time is up. */
export async function withDeadline<Result>(
  task: (signal: AbortSignal) => Promise<Result>,
  abort: AbortController,
  timeoutMs: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(new Error('closed')), { once: true });
    timer = unrefTimer(() => {
      reject(new Error(`expected an answer within ${timeoutMs} ms, got none`));
      abort.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([task(abort.signal), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** A timer that keeps no process alive. */
export function unrefTimer(run: () => void, waitMs: number): NodeJS.Timeout {
  const timer = setTimeout(run, waitMs);
  // Other JavaScript engines give a number.
  (timer as Partial<NodeJS.Timeout>).unref?.();
  return timer;
}
