import { RampartError } from '../core/errors';
import type { RequestBudget } from '../core/ports';

/** Charges requests to the deployment's budget, taking a few at a time so that not every request costs a write. */
export interface RequestMeter {
  /** Rejects with `budget_exhausted` when the budget has nothing left for now. */
  charge(): Promise<void>;
  used(): number;
}

const LARGEST_TAKE = 32;

/** @param purpose what the requests are for; label moves have a part of the budget to themselves */
export function requestMeter(budget: RequestBudget, purpose: 'label' | 'read', nowMs: number): RequestMeter {
  let held = 0;
  let used = 0;
  let next = 1;
  return {
    async charge() {
      if (held === 0) {
        const { granted, retryAtMs } = await budget.take(next, purpose, nowMs);
        if (granted === 0) {
          throw new RampartError('budget_exhausted', 'the budget of Langfuse requests is used up for now', {
            retryAfterMs: Math.max(0, retryAtMs - nowMs),
          });
        }
        held = granted;
        next = Math.min(LARGEST_TAKE, next * 2);
      }
      held--;
      used++;
    },
    used: () => used,
  };
}
