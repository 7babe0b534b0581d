import { BUCKETS } from './bucket';

/*
 * The same bucket as `bucketOf`, for a caller that asks for many units under one salt: the hash over `utf8(salt) 0x00` is
 * kept, and only the unit's characters are hashed, without making a string or a byte array. MurmurHash3 x86 32-bit, seed 0.
 */

// Jest makes every use of a global slow.
const { floor, imul } = Math;

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const REPLACEMENT_CHARACTER = 0xfffd;

/** MurmurHash3 in the middle of its input. */
export interface HashState {
  /** After all whole blocks so far. */
  readonly hash: number;
  /** The bytes after the last whole block, lowest first. */
  readonly pending: number;
  /** How many bits of `pending` are taken: 0, 8, 16 or 24. */
  readonly pendingBits: number;
  /** Bytes so far. */
  readonly byteLength: number;
}

/** The state after `utf8(salt) 0x00`. */
export function hashSalt(salt: string): HashState {
  const bytes = new TextEncoder().encode(`${salt}\u0000`);
  const blocksEnd = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < blocksEnd; i += 4) {
    hash = mixBlock(hash, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
  let pending = 0;
  for (let i = bytes.length - 1; i >= blocksEnd; i--) pending = (pending << 8) | bytes[i]!;
  return { hash, pending, pendingBits: (bytes.length - blocksEnd) * 8, byteLength: bytes.length };
}

/**
 * The bucket of a unit, equal to `bucketOf(salt, unit)`.
 * @param salt made by {@link hashSalt}
 * @returns an integer in [0, 10000)
 */
export function bucketAfter(salt: HashState, unit: string): number {
  const { length } = unit;
  const bits = salt.pendingBits;
  let { hash, pending } = salt;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = unit.charCodeAt(i);
    const b = unit.charCodeAt(i + 1);
    const c = unit.charCodeAt(i + 2);
    const d = unit.charCodeAt(i + 3);
    if ((a | b | c | d) > 0x7f) break;
    const four = a | (b << 8) | (c << 16) | (d << 24);
    hash = mixBlock(hash, pending | (four << bits));
    // A shift by 32 would shift by nothing, so it is done in two halves.
    pending = (four >>> (16 - (bits >> 1))) >>> (16 - (bits >> 1));
  }
  let pendingBits = bits;
  for (; i < length; i++) {
    const a = unit.charCodeAt(i);
    if (a > 0x7f)
      return bucketOfHash(hashRest(unit, i, { hash, pending, pendingBits, byteLength: salt.byteLength + i }));
    pending |= a << pendingBits;
    pendingBits += 8;
    if (pendingBits < 32) continue;
    hash = mixBlock(hash, pending);
    pending = 0;
    pendingBits = 0;
  }
  if (pendingBits > 0) hash ^= scramble(pending);
  return bucketOfHash(finish(hash ^ (salt.byteLength + length)));
}

/** The hash with the characters from `start` on, of any kind. */
function hashRest(unit: string, start: number, before: HashState): number {
  let { hash, pending, pendingBits, byteLength } = before;
  for (let i = start; i < unit.length; i++) {
    const point = codePointAt(unit, i);
    if (point > 0xffff) i++;
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
    byteLength += size;
    for (let byte = 0; byte < size; byte++) {
      pending |= utf8Byte(point, size, byte) << pendingBits;
      pendingBits += 8;
      if (pendingBits < 32) continue;
      hash = mixBlock(hash, pending);
      pending = 0;
      pendingBits = 0;
    }
  }
  if (pendingBits > 0) hash ^= scramble(pending);
  return finish(hash ^ byteLength);
}

function bucketOfHash(hash: number): number {
  return floor((hash * BUCKETS) / 0x1_0000_0000);
}

/** The code point at an index; half a surrogate pair counts as U+FFFD, as UTF-8 encoders write it. */
function codePointAt(text: string, index: number): number {
  const point = text.codePointAt(index)!;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT_CHARACTER : point;
}

/** Byte `index` of the UTF-8 form, `size` bytes long, of a code point. */
function utf8Byte(point: number, size: number, index: number): number {
  if (size === 1) return point;
  const sixBits = point >> (6 * (size - 1 - index));
  return index === 0 ? ((0xf00 >> size) & 0xff) | sixBits : 0x80 | (sixBits & 0x3f);
}

function mixBlock(hash: number, block: number): number {
  const h = hash ^ scramble(block);
  return (imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const k = imul(block, C1);
  return imul((k << 15) | (k >>> 17), C2);
}

function finish(hash: number): number {
  let h = hash;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
