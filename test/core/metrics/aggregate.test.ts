import * as fc from 'fast-check';
import {
  addToAggregate,
  aggregateQuantile,
  aggregateVariance,
  emptyAggregate,
  mergeAggregates,
  type Aggregate,
} from '../../../src/core/metrics/aggregate';

function aggregateOf(values: readonly number[], withBins = true): Aggregate {
  const aggregate = emptyAggregate(withBins);
  for (const value of values) addToAggregate(aggregate, value);
  return aggregate;
}

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

function expectClose(came: number, wanted: number): void {
  expect(Math.abs(came - wanted)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(wanted)));
}

test('two aggregates merge into that of all their values', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const merged = mergeAggregates(aggregateOf(a), aggregateOf(b));
      const all = aggregateOf([...a, ...b]);
      expect({ n: merged.n, bins: merged.bins }).toEqual({ n: all.n, bins: all.bins });
      expectClose(merged.sum, all.sum);
      expectClose(merged.sumSquares, all.sumSquares);
    }),
  );
});

test('a value that is taken back leaves no trace', () => {
  fc.assert(
    fc.property(values, fc.double({ min: -5, max: 1e6, noNaN: true }), (kept, gone) => {
      const aggregate = aggregateOf([...kept, gone]);
      addToAggregate(aggregate, gone, -1);
      const wanted = aggregateOf(kept);
      expect({ n: aggregate.n, bins: aggregate.bins }).toEqual({ n: wanted.n, bins: wanted.bins });
      expect(Math.abs(aggregate.sum - wanted.sum)).toBeLessThan(1e-6);
    }),
  );
  const alone = aggregateOf([0.1, 0.2]);
  addToAggregate(alone, 0.1, -1);
  addToAggregate(alone, 0.2, -1);
  expect(alone).toEqual(emptyAggregate(true));
});

test('a quantile lies within 1 % of the values around it', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (some, q) => {
      const sorted = [...some].sort((a, b) => a - b);
      const rank = q * (sorted.length - 1);
      const quantile = aggregateQuantile(aggregateOf(some), q)!;
      expect(quantile).toBeGreaterThanOrEqual(sorted[Math.floor(rank)]! * 0.99 - 1e-12);
      expect(quantile).toBeLessThanOrEqual(sorted[Math.ceil(rank)]! * 1.01 + 1e-12);
    }),
  );
});

test('values of zero and below are one bin', () => {
  expect(aggregateQuantile(aggregateOf([-3, 0, 0, 8]), 0.5)).toBe(0);
});

test('nothing is not zero', () => {
  expect(aggregateQuantile(emptyAggregate(true), 0.5)).toBeNull();
  expect(aggregateQuantile(aggregateOf([1], false), 0.5)).toBeNull();
  expect(aggregateVariance(aggregateOf([3]))).toBeNull();
  expectClose(aggregateVariance(aggregateOf([1, 2, 3, 4]))!, 5 / 3);
});
