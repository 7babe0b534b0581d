import { isRampartError } from '../../core/errors';

/** What a step of a rebuild leaves: how long to wait before the next one, because no more may be asked of Langfuse now. */
export interface Step {
  waitMs: number;
}

/** After a refusal that does not say how long. */
const DEFAULT_WAIT_MS = 60_000;

/** How long an error says to wait, ms; null when it is not about asking too much. */
export function waitOf(error: unknown): number | null {
  const isTooMuch = isRampartError(error, 'budget_exhausted') || isRampartError(error, 'provider_rate_limited');
  return isTooMuch ? Math.max(1, error.retryAfterMs ?? DEFAULT_WAIT_MS) : null;
}
