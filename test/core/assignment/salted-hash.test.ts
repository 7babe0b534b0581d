import * as fc from 'fast-check';
import { bucketOf } from '../../../src/core/assignment/bucket';
import { bucketAfter, hashSalt } from '../../../src/core/assignment/salted-hash';
import cases from '../../../docs/assignment-cases.v1.json';

test.each(cases.buckets)('bucket of $salt, $unit', ({ salt, unit, bucket }) => {
  expect(bucketAfter(hashSalt(salt), unit)).toBe(bucket);
});

/** Any text, halves of surrogate pairs included, with long stretches of ASCII between other characters. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('\ud83d', '\udc69', 'user-1'),
    ),
  )
  .map((parts) => parts.join(''));

test('is the bucket of the bytes, for any salt and unit', () => {
  fc.assert(
    fc.property(text, text, (salt, unit) => {
      expect(bucketAfter(hashSalt(salt), unit)).toBe(bucketOf(salt, unit));
    }),
    { numRuns: 1000 },
  );
});
