import { RampartError } from '../../core/errors';
import type { BudgetPurpose } from '../../core/ports';

/*
 * The arithmetic of the request budget, the same for every store: a token bucket (`perMinute` tokens a minute, at most
 * `burst`), of which a tenth is kept for label moves: reads stop there, label moves may take the last token. A rebuild stops at half.
 */

/** What the provider allows; null = no limit (a self-hosted server), only waiting after a 429. */
export type BudgetLimits = { perMinute: number; burst: number } | null;

/** What is stored of a bucket. */
export interface Bucket {
  /** Tokens at `atMs`, 0..burst, fractions included. */
  tokens: number;
  atMs: number;
  /** Nobody takes anything before then; 0 = not blocked. */
  blockedUntilMs: number;
}

/** A bucket that was never used; refilling caps its tokens. */
export const FULL_BUCKET: Bucket = { tokens: Number.MAX_SAFE_INTEGER, atMs: 0, blockedUntilMs: 0 };

/** The share of the bucket that is kept from a purpose. */
const KEPT_SHARE: Record<BudgetPurpose, number> = { label: 0, read: 1 / 10, rebuild: 1 / 2 };

/** Checks limits once, when a budget is made. */
export function checkLimits(limits: BudgetLimits): void {
  if (limits === null) return;
  if (!(limits.perMinute > 0 && Number.isFinite(limits.perMinute))) {
    throw new RampartError('bad_input', `budget.perMinute: expected a positive number, got ${limits.perMinute}`);
  }
  if (!(limits.burst >= 2 && Number.isFinite(limits.burst))) {
    throw new RampartError('bad_input', `budget.burst: expected at least 2, got ${limits.burst}`);
  }
}

/**
 * Takes up to `wanted` tokens.
 * @returns the bucket afterwards, the number granted, and when the rest will be there (`nowMs` when nothing is missing)
 */
export function takeTokens(
  bucket: Bucket,
  limits: BudgetLimits,
  request: { wanted: number; purpose: BudgetPurpose; nowMs: number },
): { bucket: Bucket; granted: number; retryAtMs: number } {
  const { wanted, nowMs } = request;
  if (!Number.isSafeInteger(wanted) || wanted < 0) {
    throw new RampartError('bad_input', `budget: expected a whole number of requests, got ${wanted}`);
  }
  const filled = refill(bucket, limits, nowMs);
  if (filled.blockedUntilMs > nowMs) return { bucket: filled, granted: 0, retryAtMs: filled.blockedUntilMs };
  if (limits === null) return { bucket: filled, granted: wanted, retryAtMs: nowMs };
  const kept = limits.burst * KEPT_SHARE[request.purpose];
  const granted = Math.max(0, Math.min(wanted, Math.floor(filled.tokens - kept + EPSILON)));
  const tokens = Math.max(0, filled.tokens - granted);
  const next = Math.min(wanted - granted, Math.floor(limits.burst - kept));
  const missing = Math.max(0, next + kept - tokens);
  return {
    bucket: { ...filled, tokens },
    granted,
    retryAtMs: granted === wanted ? nowMs : nowMs + Math.ceil((missing * 60_000) / limits.perMinute),
  };
}

/** A millisecond's rounding must not cost a token. */
const EPSILON = 1e-6;

function refill(bucket: Bucket, limits: BudgetLimits, nowMs: number): Bucket {
  if (limits === null) return bucket;
  // A clock that is behind the last one's adds nothing and takes nothing back.
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  const tokens = Math.min(limits.burst, bucket.tokens + (elapsedMs * limits.perMinute) / 60_000);
  return { ...bucket, tokens, atMs: Math.max(nowMs, bucket.atMs) };
}
