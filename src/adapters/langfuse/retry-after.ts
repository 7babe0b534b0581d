import { isRecord, readNumber } from './json';

/**
 * How long a server asks to wait: the Retry-After header (RFC 9110 §10.2.3: seconds, or a date, taken against the
 * answer's own Date header so that neither clock matters), else the body's `details.retryAfterSeconds`.
 * @returns ms from 0, or null when it does not say
 */
export function retryAfterMs(header: (name: string) => string | null, body: unknown): number | null {
  return ofHeader(header) ?? ofBody(body);
}

function ofHeader(header: (name: string) => string | null): number | null {
  const value = header('retry-after')?.trim() ?? '';
  if (value === '') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds * 1000));
  const waitMs = Date.parse(value) - Date.parse(header('date') ?? '');
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

function ofBody(body: unknown): number | null {
  const details = isRecord(body) ? body['details'] : undefined;
  const seconds = isRecord(details) ? readNumber(details['retryAfterSeconds']) : null;
  return typeof seconds === 'number' ? Math.max(0, Math.ceil(seconds * 1000)) : null;
}
