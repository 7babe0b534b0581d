import { aggregateVariance, type Aggregate } from '../metrics/aggregate';
import { student975 } from './student';

/** Why a difference stands without an interval. */
export type NoInterval = 'too_few_values' | 'no_variance' | 'not_a_mean';

/** A difference of two means. `low` and `high` are null together, and then `why` says so. */
export interface Difference {
  value: number;
  low: number | null;
  high: number | null;
  why: NoInterval | null;
}

/**
 * Difference of two means, a - b, with its 95 % interval for unequal variances (Welch, The generalization of Student's
 * problem when several different population variances are involved, Biometrika 1947; degrees of freedom by Satterthwaite,
 * Biometrics Bulletin 1946).
 * @param a, b at least one value each
 */
export function welchDifference(a: Aggregate, b: Aggregate): Difference {
  const value = a.sum / a.n - b.sum / b.n;
  const without = (why: NoInterval): Difference => ({ value, low: null, high: null, why });
  const varianceA = knownVariance(a);
  const varianceB = knownVariance(b);
  if (varianceA === null || varianceB === null) return without('too_few_values');
  const partA = varianceA / a.n;
  const partB = varianceB / b.n;
  const squaredError = partA + partB;
  if (!(squaredError > 0)) return without('no_variance');
  const shareA = partA / squaredError;
  const df = 1 / (shareA ** 2 / (a.n - 1) + (1 - shareA) ** 2 / (b.n - 1));
  const half = student975(Math.max(1, df)) * Math.sqrt(squaredError);
  return { value, low: value - half, high: value + half, why: null };
}

/** Standard error of a mean: the sample's standard deviation (n - 1) over the root of n; null below two values. */
export function standardErrorOf(aggregate: Aggregate): number | null {
  const variance = knownVariance(aggregate);
  return variance === null ? null : Math.sqrt(variance / aggregate.n);
}

/** The 95 % interval of a mean by Student's t; null without at least two values that vary. */
export function meanInterval(aggregate: Aggregate): { low: number; high: number } | null {
  const error = standardErrorOf(aggregate);
  if (error === null || error === 0) return null;
  const mean = aggregate.sum / aggregate.n;
  const half = student975(aggregate.n - 1) * error;
  return { low: mean - half, high: mean + half };
}

/** The variance, where what is left of the digits of `sumSquares` says anything: equal values have none. */
function knownVariance(aggregate: Aggregate): number | null {
  const variance = aggregateVariance(aggregate);
  if (variance === null) return null;
  const resolution = 64 * Number.EPSILON * (aggregate.sumSquares / aggregate.n);
  return variance > resolution ? variance : 0;
}
