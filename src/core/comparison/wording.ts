import { wordDifference, wordMargin, wordMean } from '../judging/wording';
import type { Comparison } from './comparison';
import type { Difference } from './difference';

/** `a=3, b=4`, the control first. */
export function wordArms({ arms }: Pick<Comparison, 'arms'>): string {
  return arms.map(({ name, version }) => `${name}=${version}`).join(', ');
}

/** A difference with its interval, on the metric's own scale: `+0.21 (+0.04 to +0.38)`. */
export function wordInterval({ metric }: Pick<Comparison, 'metric'>, { difference, low, high }: Difference): string {
  if (difference === null) return 'no data';
  const word = (value: number): string => wordDifference(metric.transform, value);
  if (low === null || high === null) return `${word(difference)} (too early for an interval)`;
  const ends = [word(low), word(high)];
  return `${word(difference)} (${(isTurned(metric.transform) ? ends.reverse() : ends).join(' to ')})`;
}

/** True where a better value is a smaller number. */
export function isTurned(transform: Comparison['metric']['transform']): boolean {
  return transform.kind === 'log' || (transform.kind === 'linear' && !transform.higherIsBetter);
}

/** `clarity 4.31 against 4.12: +0.19 (+0.05 to +0.33)`. */
export function wordComparison(comparison: Comparison, difference: Difference): string {
  const { metric } = comparison;
  const mean = (z: number | null): string => (z === null ? 'no data' : wordMean(metric.transform, z));
  return `${metric.id} ${mean(difference.meanArm)} against ${mean(difference.meanAgainst)}: ${wordInterval(comparison, difference)}`;
}

/** The margin, without its sign. */
export function wordWidth({ metric }: Pick<Comparison, 'metric'>): string {
  return wordMargin(metric.transform, metric.delta).replace(/^[+-]/u, '');
}
