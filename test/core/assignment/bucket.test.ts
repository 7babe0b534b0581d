import * as fc from 'fast-check';
import { armOfBucket } from '../../../src/core/assignment/assignment';
import { BUCKETS, bucketOf, murmur3 } from '../../../src/core/assignment/bucket';
import cases from '../../../docs/assignment-cases.v1.json';

/*
 * docs/assignment-cases.v1.json is for other languages too: whoever passes it serves the same users the same version. Its hashes are
 * published vectors of MurmurHash3 x86 32-bit; its buckets were worked out by a second implementation.
 */

describe('conformance', () => {
  test.each(cases.hashes)('hash of $bytes with seed $seed', ({ bytes, seed, hash }) => {
    expect(murmur3(Uint8Array.from(Buffer.from(bytes, 'hex')), seed)).toBe(hash);
  });

  test.each(cases.buckets)('bucket of $salt, $unit', ({ salt, unit, bucket }) => {
    expect(bucketOf(salt, unit)).toBe(bucket);
  });

  test.each([340, 341, 342, 5000])('the bucket of an id of %s characters is that of all its bytes', (length) => {
    for (const letter of ['a', 'é', '日', '😀']) {
      const unit = letter.repeat(length);
      const hash = murmur3(Buffer.from(`salt\u0000${unit}`));
      expect(bucketOf('salt', unit)).toBe(Math.floor((hash * BUCKETS) / 2 ** 32));
    }
  });

  test('covers every length of the last, incomplete block', () => {
    expect(new Set(cases.hashes.map(({ bytes }) => (bytes.length / 2) % 4))).toEqual(new Set([0, 1, 2, 3]));
  });
});

describe('arms', () => {
  test('are sticky and monotone: a unit in the candidate arm at p % is in it at every q > p', () => {
    const percent = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(fc.string(), fc.string(), percent, percent, (salt, unit, a, b) => {
        const bucket = bucketOf(salt, unit);
        const isIn = (p: number): boolean => armOfBucket(bucket, p) === 'candidate';
        expect(bucket >= 0 && bucket < BUCKETS && Number.isInteger(bucket)).toBe(true);
        expect(isIn(Math.max(a, b)) || !isIn(Math.min(a, b))).toBe(true);
        expect([isIn(0), isIn(100)]).toEqual([false, true]);
      }),
    );
  });

  test('have their share of the units', () => {
    const units = Array.from({ length: 50_000 }, (_, i) => bucketOf('salt', `user-${i}`));
    const share = units.filter((bucket) => armOfBucket(bucket, 10) === 'candidate').length / units.length;
    expect(Math.abs(share - 0.1)).toBeLessThan(0.005);
  });
});
