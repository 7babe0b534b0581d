/**
 * Which bucket a unit falls into: a pure function of (salt, unit), the same in every language.
 *
 * The hash is MurmurHash3 x86 32-bit, seed 0 (Austin Appleby, public domain), over the bytes
 * `utf8(salt) 0x00 utf8(unit)`, without Unicode normalisation. The bucket is `floor(hash * 10000 / 2^32)`.
 */

/** Number of buckets; a percent is 100 buckets. */
export const BUCKETS = 10_000;

// Jest makes every use of a global slow, and the simulations hash millions of units.
const { floor, imul } = Math;
const encoder = new TextEncoder();
/** Where texts are encoded that are sure to fit: making an array for each takes longer than hashing it. */
const room = new Uint8Array(1024);

/**
 * MurmurHash3 x86 32-bit.
 * @param bytes the input
 * @param seed an unsigned 32-bit integer
 * @param length how many of the bytes are hashed, from the first
 * @returns an unsigned 32-bit integer
 */
export function murmur3(bytes: Uint8Array, seed = 0, length = bytes.length): number {
  const c1 = 0xcc9e2d51;
  const c2 = 0x1b873593;
  const blocksEnd = length & ~3;
  let h = seed;
  for (let i = 0; i < blocksEnd; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = imul(k, c1);
    k = (k << 15) | (k >>> 17);
    h ^= imul(k, c2);
    h = (h << 13) | (h >>> 19);
    h = (imul(h, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = length - 1; i >= blocksEnd; i--) tail = (tail << 8) | bytes[i]!;
  if (length !== blocksEnd) {
    tail = imul(tail, c1);
    tail = (tail << 15) | (tail >>> 17);
    h ^= imul(tail, c2);
  }
  h ^= length;
  h ^= h >>> 16;
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/**
 * The bucket of a unit under a salt.
 * @param salt the rollout's salt
 * @param unit the id of what is randomised, as the app knows it
 * @returns an integer in [0, 10000)
 */
export function bucketOf(salt: string, unit: string): number {
  const text = `${salt}\u0000${unit}`;
  const isShort = 3 * text.length <= room.length;
  const hash = isShort ? murmur3(room, 0, encoder.encodeInto(text, room).written) : murmur3(encoder.encode(text));
  return floor((hash * BUCKETS) / 0x1_0000_0000);
}
