import * as fc from 'fast-check';
import { shareDifference, wilson } from '../../../src/prompts/test/intervals';

// Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 1998, table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i: the published interval of a share', (passed, of, low, high) => {
  const interval = wilson(passed, of);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

// Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 1998, table II, method 10.
test.each([
  [56, 70, 48, 80, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.1705, 0.809],
  [5, 56, 0, 29, -0.0381, 0.1926],
  [10, 10, 0, 10, 0.6075, 1],
])('%i of %i less %i of %i: the published interval of a difference', (a, ofA, b, ofB, low, high) => {
  const difference = shareDifference({ passed: a, of: ofA }, { passed: b, of: ofB });
  expect(difference.value).toBeCloseTo(a / ofA - b / ofB, 12);
  expect(difference.low).toBeCloseTo(low, 4);
  expect(difference.high).toBeCloseTo(high, 4);
});

const count = fc
  .integer({ min: 1, max: 500 })
  .chain((of) => fc.record({ passed: fc.integer({ min: 0, max: of }), of: fc.constant(of) }));

test('an interval holds its share, stays within 0 and 1, and mirrors', () => {
  fc.assert(
    fc.property(count, count, (a, b) => {
      const { low, high } = wilson(a.passed, a.of);
      const share = a.passed / a.of;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(share + 1e-12);
      expect(high).toBeGreaterThanOrEqual(share - 1e-12);
      expect(wilson(a.of - a.passed, a.of).low).toBeCloseTo(1 - high, 12);
      const [there, back] = [shareDifference(a, b), shareDifference(b, a)];
      expect(there.low).toBeCloseTo(-back.high, 12);
      expect(there.low).toBeGreaterThanOrEqual(-1);
      expect(there.high).toBeLessThanOrEqual(1);
    }),
  );
});
