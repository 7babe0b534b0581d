import * as fc from 'fast-check';
import { hashesOn, hasHash, pageOfHashes } from '../../../src/core/evidence/key-hashes';

const NONE = new Uint32Array(0);
const hash = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 0xffffffff }));
const hashList = fc.array(hash, { maxLength: 40 });

function put(known: Uint32Array, hashes: readonly number[]): Uint32Array {
  return hashesOn(
    pageOfHashes(
      known,
      hashes.map((each) => ({ hash: each })),
    ),
  );
}

test('after any puts a page has every hash that was put once, in order, and no other', () => {
  fc.assert(
    fc.property(fc.array(hashList, { maxLength: 5 }), hashList, (puts, others) => {
      const all = puts.reduce<Uint32Array>(put, NONE);
      const expected = [...new Set(puts.flat())].sort((a, b) => a - b);
      expect([...all]).toEqual(expected);
      for (const each of [...expected, ...others]) expect(hasHash(all, each)).toBe(expected.includes(each));
    }),
  );
});

test('a page is read wherever it lies in the bytes that were fetched', () => {
  const page = pageOfHashes(NONE, [{ hash: 7 }, { hash: 0xfffffff0 }]);
  for (const offset of [0, 1, 2, 3, 4]) {
    const fetched = new Uint8Array(offset + page.length);
    fetched.set(page, offset);
    expect([...hashesOn(fetched.subarray(offset))]).toEqual([7, 0xfffffff0]);
  }
});
