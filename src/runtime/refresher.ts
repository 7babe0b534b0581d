/** Wait before the first attempt after a failure; each further one waits twice as long, up to the refresh time. */
const FIRST_RETRY_MS = 250;

export interface RefresherOptions {
  /** One attempt. Rejects when it failed. */
  attempt: (signal: AbortSignal) => Promise<void>;
  /** Called with why an attempt failed. */
  onFailure: (error: unknown) => void;
  /** Called after every attempt. */
  onSettled: () => void;
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
  isRunning(): boolean;
  close(): void;
}

/** Starts with an attempt at once. */
export function startRefresher(options: RefresherOptions): Refresher {
  let running: AbortController | null = null;
  let timer: NodeJS.Timeout | undefined;
  let nextAtMs = 0;
  let failures = 0;
  let isClosed = false;

  const plan = (waitMs: number): void => {
    clearTimeout(timer);
    nextAtMs = options.now() + waitMs;
    timer = unrefTimer(start, waitMs);
  };

  const waitAfter = (error: unknown): number => {
    const usualMs = FIRST_RETRY_MS * 2 ** Math.min(failures++, 20);
    return Math.min(options.refreshMs, Math.max(usualMs, options.retryAfterMsOf(error) ?? 0));
  };

  const start = (): void => {
    if (isClosed || running !== null) return;
    clearTimeout(timer);
    const startedAtMs = options.now();
    const abort = new AbortController();
    running = abort;
    void withDeadline(options.attempt, abort, options.timeoutMs).then(
      () => {
        running = null;
        failures = 0;
        if (isClosed) return;
        plan(Math.max(0, options.refreshMs - (options.now() - startedAtMs)));
        options.onSettled();
      },
      (error: unknown) => {
        running = null;
        if (isClosed) return;
        // The process was stopped in the middle of it, which says nothing about the source.
        if (options.now() - startedAtMs > 2 * options.timeoutMs) start();
        else plan(waitAfter(error));
        options.onFailure(error);
        options.onSettled();
      },
    );
  };

  start();
  return {
    nudge() {
      if (running === null && options.now() >= nextAtMs) start();
    },
    isRunning: () => running !== null,
    close() {
      isClosed = true;
      clearTimeout(timer);
      running?.abort();
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
