import * as fc from 'fast-check';
import { mergeMoments, momentsOf, skewnessSquared, varianceOf } from '../../../src/core/stats/moments';
import { quantile } from '../../../src/core/stats/quantile';

const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { maxLength: 30 });

test('merged moments are the moments of everything together', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const merged = mergeMoments(momentsOf(a), momentsOf(b));
      const whole = momentsOf([...a, ...b]);
      expect(merged.n).toBe(whole.n);
      expect(merged.mean).toBeCloseTo(whole.mean, 9);
      expect(merged.m2).toBeCloseTo(whole.m2, 6);
    }),
  );
});

test('variance of a textbook sample; none for a single value', () => {
  expect(varianceOf(momentsOf([2, 4, 4, 4, 5, 5, 7, 9]))).toBeCloseTo(32 / 7, 12);
  expect(varianceOf(momentsOf([3]))).toBeNull();
});

test('squared skewness of a yes/no sample is (1 - 2p)^2 / (p (1 - p)); none without variation', () => {
  expect(skewnessSquared([1, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toBeCloseTo(0.64 / 0.09, 10);
  expect(skewnessSquared([5, 5, 5])).toBeNull();
});

test('quantiles lie between the order statistics', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(quantile([7], 0.99)).toBe(7);
});
