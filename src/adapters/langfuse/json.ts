/** True for a JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a JSON object has no key, told without listing them. */
export function isEmpty(record: Record<string, unknown>): boolean {
  for (const _ in record) return false;
  return true;
}

/**
 * Text as Langfuse sends it, where a missing text is an empty string, null or no key at all.
 * @returns the text, null for a missing one, undefined when it is something else
 */
export function readText(value: unknown): string | null | undefined {
  if (typeof value === 'string') return value === '' ? null : value;
  return value === null || value === undefined ? null : undefined;
}

/**
 * A number, or the decimal text that some servers send instead (prices; 64-bit counts of older ClickHouse versions).
 * @returns a finite number, null for a missing one, undefined when it is something else (NaN, an overflow, other text)
 */
export function readNumber(value: unknown): number | null | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value === null || value === undefined || value === '') return null;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/**
 * A time as ISO 8601 text.
 * @returns ms since 1970, or undefined when it is not one
 */
export function readTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = parseTime(value);
  return Number.isNaN(ms) ? undefined : ms;
}

/** How Langfuse writes times: 2026-11-23T09:30:00.000Z. */
const TIME_LENGTH = 24;
const MINUTE_LENGTH = 'YYYY-MM-DDTHH:MM'.length;
/** Of the hour 24 only the first instant is a time. */
const HOUR_AT = 'YYYY-MM-DDT'.length;

/** A page's times are of few minutes: the last one is kept, so that most are read by their last digits. */
let minute = { text: '1970-01-01T00:00', ms: 0 };

/** As `Date.parse`. */
function parseTime(text: string): number {
  const ms = text.length === TIME_LENGTH ? msOfMinute(text) : NaN;
  if (Number.isNaN(ms) || text.startsWith('24', HOUR_AT)) return Date.parse(text);
  if (!text.startsWith(minute.text)) {
    const begin = text.slice(0, MINUTE_LENGTH);
    minute = { text: begin, ms: Date.parse(`${begin}Z`) };
  }
  return minute.ms + ms;
}

/** What follows the minute, `:SS.sssZ`, in ms; NaN when it is anything else. */
function msOfMinute(text: string): number {
  if (text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return NaN;
  const seconds = 10 * digitAt(text, 17) + digitAt(text, 18);
  return seconds < 60 ? 1000 * seconds + 100 * digitAt(text, 20) + 10 * digitAt(text, 21) + digitAt(text, 22) : NaN;
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : NaN;
}

/** What a value is, for messages; never its text, which may be private. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  return 'an object';
}

/** The reason why a row cannot be used: the field, what was expected and what came. */
export function unreadable(field: string, expected: string, value: unknown): string {
  return `${field}: expected ${expected}, got ${kindOf(value)}`;
}
