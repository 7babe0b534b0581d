import * as fc from 'fast-check';
import { belowLogE, betBelow, noBets } from '../../../src/core/stats/one-sample-betting';
import { logCapital, pairDifferences, pairVariance } from '../../../src/core/stats/pair-betting';

test('cuts both arms into as many groups as the smaller one has values', () => {
  const differences = pairDifferences([1, 0], [0, 0.5, 1, 1]);
  expect([...differences]).toEqual([0.75, -1]);
  expect(pairDifferences([], [1, 1])).toHaveLength(0);
});

test('the group means, weighted by group size, are the arm means', () => {
  const zs = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(zs, (larger) => {
      const [difference] = pairDifferences([0], larger);
      const mean = larger.reduce((a, b) => a + b, 0) / larger.length;
      expect(difference).toBeCloseTo(-mean, 12);
    }),
  );
});

test('a bet is fair: over all sign patterns of even gains the capital is 1 on average', () => {
  const gains = [0.3, -0.3].flatMap((a) => [0.8, -0.8].map((b) => [a, b]));
  const mean = gains.reduce((total, pair) => total + Math.exp(logCapital(0.7, pair)), 0) / gains.length;
  expect(mean).toBeCloseTo(1, 12);
});

test('a long run of bets, each at its worst or best, is neither 0 nor infinite, and is the sum of the logs', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(-1, -0.2, 0, 1.99), { maxLength: 700 }), (gains) => {
      const sum = gains.reduce<number>((log, gain) => log + Math.log1p(0.95 * gain), 0);
      expect(logCapital(0.95, gains)).toBeCloseTo(sum, 9);
    }),
  );
});

test('a pair’s variance is that of one value against a mean of the larger arm’s', () => {
  expect(pairVariance(0.06, 10, 10)).toBeCloseTo(0.12, 12);
  expect(pairVariance(0.06, 10, 90)).toBeCloseTo(0.06 * (1 + 1 / 9), 12);
  expect(pairVariance(0.06, 90, 10)).toBeCloseTo(pairVariance(0.06, 10, 90), 12);
});

test('values below the floor are evidence, values above it are not', () => {
  const below = noBets();
  const above = noBets();
  for (let i = 0; i < 20; i++) {
    betBelow(below, 0.7, 0.2);
    betBelow(above, 0.7, 0.9);
  }
  expect(belowLogE(below)).toBeGreaterThan(Math.log(20));
  expect(belowLogE(above)).toBeLessThan(0);
});
