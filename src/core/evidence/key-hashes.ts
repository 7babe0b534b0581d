/*
 * The keys of a map as their 32-bit hashes, in ascending order: who has them knows of nearly every key that is not in the map
 * that it is not, without reading the map. Stored as a byte that tells pages apart, padding, then the hashes.
 */

const HEAD_BYTES = 4;

/** @returns the hashes on a page, ascending */
export function hashesOn(page: Uint8Array): Uint32Array {
  const aligned = page.byteOffset % 4 === 0 ? page : page.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset + HEAD_BYTES, (aligned.length - HEAD_BYTES) / 4);
}

/** @returns a page of hashes: all of those known, and those of the keys that were put */
export function pageOfHashes(known: Uint32Array, put: readonly { hash: number }[]): Uint8Array {
  const added = new Uint32Array(put.length);
  for (let i = 0; i < added.length; i++) added[i] = put[i]!.hash;
  added.sort();
  const page = new Uint8Array(HEAD_BYTES + 4 * (known.length + added.length));
  const all = hashesOn(page);
  let length = 0;
  let next = 0;
  for (const hash of known) {
    while (next < added.length && added[next]! < hash) length = append(all, length, added[next++]!);
    length = append(all, length, hash);
  }
  while (next < added.length) length = append(all, length, added[next++]!);
  return page.subarray(0, HEAD_BYTES + 4 * length);
}

function append(all: Uint32Array, length: number, hash: number): number {
  if (length > 0 && all[length - 1] === hash) return length;
  all[length] = hash;
  return length + 1;
}

/** Whether a hash is among them. */
export function hasHash(hashes: Uint32Array, hash: number): boolean {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hashes[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return hashes[low] === hash;
}
