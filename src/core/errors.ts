/**
 * The error catalogue. Problems a user can mend are values or `RampartError`s with a code; broken invariants throw plain
 * errors. Message grammar: what was wrong, what was expected, what came.
 */
export type ErrorCode =
  | 'revision_conflict'
  | 'item_too_large'
  | 'bad_input'
  | 'not_found'
  | 'locked'
  | 'provider_auth'
  | 'provider_rate_limited'
  | 'provider_unavailable'
  | 'provider_bad_response'
  | 'provider_not_supported'
  | 'provider_not_found'
  | 'budget_exhausted'
  | 'refused';

export class RampartError extends Error {
  readonly code: ErrorCode;
  /** What a person can do about it; '' when nothing. */
  readonly hint: string;
  /** Wait at least this long before trying again; null when unknown. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RampartError';
    this.code = code;
    this.hint = options.hint ?? '';
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** True for an error of this catalogue with one of the codes. */
export function isRampartError(error: unknown, ...codes: ErrorCode[]): error is RampartError {
  return error instanceof RampartError && (codes.length === 0 || codes.includes(error.code));
}

/**
 * True when nothing of a refused request can be under way any more: the other side answered it, or it was not sent. One that was
 * given up without an answer may still be carried out.
 */
export function wasAnswered(error: unknown): boolean {
  if (!isRampartError(error)) return false;
  const { code, cause } = error;
  return code !== 'provider_unavailable' || (typeof cause === 'object' && cause !== null && 'status' in cause);
}
