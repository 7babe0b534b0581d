/** True for a JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
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
