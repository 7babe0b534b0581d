import { isRampartError, RampartError } from '../core/errors';
import type { BudgetPurpose, RequestBudget } from '../core/ports';

/** Charges requests to the deployment's budget, taking a few at a time so that not every request costs a write. */
export interface RequestMeter {
  /**
   * Charges one request and makes it. After a 429 the whole budget is blocked until the server's time.
   * @returns the answer; rejects with `budget_exhausted` when the budget has nothing left for now, else as the request did
   */
  ask<Answer>(request: () => Promise<Answer>): Promise<Answer>;
  /** Requests charged so far. */
  used(): number;
}

const LARGEST_TAKE = 32;
/** What was taken and is not used is lost: at most this share of what was used. */
const TAKEN_AHEAD = 1 / 8;
/** After a 429 that does not say how long. */
const DEFAULT_RETRY_MS = 60_000;

/** @param purpose what the requests are for; label moves have a part of the budget to themselves */
export function requestMeter(budget: RequestBudget, purpose: BudgetPurpose, nowMs: number): RequestMeter {
  let held = 0;
  let used = 0;

  async function charge(): Promise<void> {
    if (held === 0) {
      const wanted = Math.min(LARGEST_TAKE, 1 + Math.floor(used * TAKEN_AHEAD));
      const { granted, retryAtMs } = await budget.take(wanted, purpose, nowMs);
      if (granted === 0) {
        throw new RampartError('budget_exhausted', 'the budget of Langfuse requests is used up for now', {
          retryAfterMs: Math.max(0, retryAtMs - nowMs),
        });
      }
      held += granted;
    }
    held--;
    used++;
  }

  return {
    async ask(request) {
      await charge();
      try {
        return await request();
      } catch (error) {
        if (isRampartError(error, 'provider_rate_limited')) {
          held = 0;
          await budget.blockUntil(nowMs + (error.retryAfterMs ?? DEFAULT_RETRY_MS));
        }
        throw error;
      }
    },
    used: () => used,
  };
}
