import * as fc from 'fast-check';
import { cosine, wordSimilarity } from '../../../src/prompts/test/similarity';

test.each([
  ['', '', 1],
  ['a', '', 0],
  ['The cat sat.', 'the CAT, sat!', 1],
  ['the cat sat', 'the dog sat', 2 / 3],
  ['a a b', 'a b b', 2 / 3],
  ['eins zwei', 'drei vier', 0],
  ['Ａｄａ', 'ada', 1],
  ['猫が好き', '猫が好き', 1],
])('%j and %j: %d', (a, b, expected) => expect(wordSimilarity(a, b)).toBeCloseTo(expected, 12));

test('languages without blanks have words', () => {
  const similarity = wordSimilarity('私は猫が好きです', '私は犬が好きです');
  expect(similarity).toBeGreaterThan(0.5);
  expect(similarity).toBeLessThan(1);
});

test('likeness is symmetric, from 0 to 1, and whole with itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      const value = wordSimilarity(a, b);
      expect(value).toBe(wordSimilarity(b, a));
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      expect(wordSimilarity(a, a)).toBe(1);
    }),
  );
});

test.each([
  [[1, 0], [2, 0], 1],
  [[1, 0], [0, 3], 0],
  [[1, 0], [-1, 0], 0],
  [[1, 1], [1, 0], Math.SQRT1_2],
  [[0, 0], [1, 0], 0],
])('cosine of %j and %j: %d', (a, b, expected) => expect(cosine(a, b)).toBeCloseTo(expected, 12));
