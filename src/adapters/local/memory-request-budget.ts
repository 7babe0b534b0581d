import type { RequestBudget } from '../../core/ports';
import { type BudgetLimits, checkLimits, FULL_BUCKET, takeTokens } from '../aws/token-bucket';

/* Promises: what the DynamoDB budget promises, for one process. */

/** A budget of Langfuse requests in memory. */
export function memoryRequestBudget(limits: BudgetLimits): RequestBudget {
  checkLimits(limits);
  let bucket = FULL_BUCKET;
  return {
    async take(wanted, purpose, nowMs) {
      const taken = takeTokens(bucket, limits, { wanted, purpose, nowMs });
      bucket = taken.bucket;
      return { granted: taken.granted, retryAtMs: taken.retryAtMs };
    },
    async blockUntil(untilMs) {
      bucket = { ...bucket, blockedUntilMs: Math.max(bucket.blockedUntilMs, untilMs) };
    },
  };
}
