/**
 * JSON with the keys of every object sorted by code unit, without white space: equal values have equal texts, so that a
 * hash of the text names the value. Keys whose value is undefined are left out, as `JSON.stringify` does.
 * @throws TypeError for a value that JSON cannot hold (NaN, Infinity, a function, a bigint, undefined in a list)
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`canonical JSON holds finite numbers only, got ${value}`);
  }
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
    return JSON.stringify(value);
  }
  throw new TypeError(`canonical JSON holds objects, lists, text, numbers, booleans and null, got a ${typeof value}`);
}
