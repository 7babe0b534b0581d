type Values = Readonly<Record<string, unknown>>;

/**
 * A config with changes: objects are merged key by key, `null` takes an inherited key away (where nothing is inherited it is
 * a value), everything else (lists too) is replaced whole.
 */
export function mergeConfig(base: Values, changes: Values): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, change] of Object.entries(changes)) {
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (change === null && before !== undefined) delete merged[key];
    else if (isValues(change)) set(merged, key, mergeConfig(isValues(before) ? before : {}, change));
    else set(merged, key, change);
  }
  return merged;
}

/** A key may be named `__proto__`. */
function set(values: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(values, key, { value, enumerable: true, configurable: true, writable: true });
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
