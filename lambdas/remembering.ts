import type { Clock } from '../src/core/ports';

/**
 * Makes a value when it is first asked for and again when it is older than `maxAgeMs`; those who ask meanwhile share it.
 * A value that could not be made is not remembered.
 */
export function remembering<Value>(
  make: () => Promise<Value>,
  { maxAgeMs, now }: { maxAgeMs: number; now: Clock },
): () => Promise<Value> {
  let made: { value: Promise<Value>; atMs: number } | null = null;
  return () => {
    if (made !== null && now() - made.atMs <= maxAgeMs) return made.value;
    const current = { value: make(), atMs: now() };
    made = current;
    current.value.catch(() => {
      if (made === current) made = null;
    });
    return current.value;
  };
}

/**
 * As {@link remembering}, but when a value cannot be made again the last one is used for another `maxAgeMs`.
 * @param onFailure is told why
 */
export function rememberingLast<Value>(
  make: () => Promise<Value>,
  { maxAgeMs, now, onFailure }: { maxAgeMs: number; now: Clock; onFailure: (error: unknown) => void },
): () => Promise<Value> {
  let last: { value: Value } | null = null;
  const makeOrLast = async (): Promise<Value> => {
    try {
      last = { value: await make() };
    } catch (error) {
      onFailure(error);
      if (last === null) throw error;
    }
    return last.value;
  };
  return remembering(makeOrLast, { maxAgeMs, now });
}
