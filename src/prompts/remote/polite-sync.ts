import { isRampartError, type RampartError } from '../../core/errors';
import type { PromptSync } from '../../core/ports';

export interface Politeness {
  /** Most requests at a time. */
  parallel: number;
  /** Most tries of one call that is safe to repeat. */
  tries: number;
  /** First wait after a failure that does not say how long to wait; doubled with every further one. */
  backoffMs: number;
  /** Longest wait that is accepted; a server that asks for more is given up. */
  maxWaitMs: number;
  wait: (ms: number) => Promise<void>;
  /** Told before each wait. */
  onWait?: (problem: RampartError, waitMs: number) => void;
}

/**
 * The sync with at most so many requests at a time. What is safe to repeat is tried again when Langfuse limits requests
 * (after the time it names) or does not answer. A creation is sent once.
 */
export function politeSync(sync: PromptSync, politeness: Politeness): PromptSync {
  const inTurn = turns(politeness.parallel);
  const safely = <Result>(call: () => Promise<Result>): Promise<Result> => inTurn(() => repeated(call, politeness));
  return {
    listPrompts: () => safely(() => sync.listPrompts()),
    listPrompt: (prompt) => safely(() => sync.listPrompt(prompt)),
    wholeVersion: (prompt, version) => safely(() => sync.wholeVersion(prompt, version)),
    wholeVersionByLabel: (prompt, label) => safely(() => sync.wholeVersionByLabel(prompt, label)),
    labelHolders: (prompt, label) => safely(() => sync.labelHolders(prompt, label)),
    moveLabel: (prompt, version, label) => safely(() => sync.moveLabel(prompt, version, label)),
    createVersion: (version) => inTurn(() => sync.createVersion(version)),
  };
}

/** How long to wait before the next try; null = there is none. */
export function waitBefore(error: unknown, attempt: number, politeness: Politeness): number | null {
  if (!isRampartError(error, 'provider_rate_limited', 'provider_unavailable')) return null;
  const waitMs = error.retryAfterMs ?? politeness.backoffMs * 2 ** (attempt - 1);
  if (attempt >= politeness.tries || waitMs > politeness.maxWaitMs) return null;
  politeness.onWait?.(error, waitMs);
  return waitMs;
}

async function repeated<Result>(call: () => Promise<Result>, politeness: Politeness): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const waitMs = waitBefore(error, attempt, politeness);
      if (waitMs === null) throw error;
      await politeness.wait(waitMs);
    }
  }
}

/** Lets at most `limit` calls run at a time, first come first served. */
function turns(limit: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async function inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
