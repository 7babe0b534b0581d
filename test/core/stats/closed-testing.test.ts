import * as fc from 'fast-check';
import { closedTesting } from '../../../src/core/stats/closed-testing';

/** The definition: i is rejected when the weighted mean of every subset that holds it reaches 1 / alpha. */
function bruteForce(e: readonly number[], weights: readonly number[], alpha: number): number[] {
  const subsets = Array.from({ length: 2 ** e.length }, (_, mask) => e.flatMap((_, i) => (mask & (1 << i) ? [i] : [])));
  const mean = (subset: number[]): number => {
    const total = subset.reduce((all, i) => all + weights[i]!, 0);
    return subset.reduce((all, i) => all + weights[i]! * e[i]!, 0) / total;
  };
  // A mean that only rounding tells from the bar is on neither side of it.
  fc.pre(!subsets.some((subset) => subset.length > 1 && Math.abs(mean(subset) * alpha - 1) < 1e-12));
  return e.flatMap((_, i) => (subsets.filter((s) => s.includes(i)).every((s) => mean(s) >= 1 / alpha) ? [i] : []));
}

test('rejects what the definition over all subsets rejects', () => {
  const hypothesis = fc.record({
    e: fc.oneof(fc.double({ min: 0, max: 400, noNaN: true }), fc.constantFrom(0, 1, 19, 21, 1000)),
    weight: fc.double({ min: 0.05, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(hypothesis, { minLength: 1, maxLength: 6 }), (hypotheses) => {
      const e = hypotheses.map((one) => one.e);
      const weights = hypotheses.map((one) => one.weight);
      const logs = e.map((value) => Math.log(value));
      expect(closedTesting(logs, weights, 0.05)).toEqual(bruteForce(e, weights, 0.05));
    }),
  );
});

test('an e-value too large for a double is rejected, and does not carry the others', () => {
  expect(closedTesting([5000, 0], [0.5, 0.5], 0.05)).toEqual([0]);
});
