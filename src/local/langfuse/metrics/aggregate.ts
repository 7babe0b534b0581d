import type { Aggregation } from './query';

const QUANTILES: Partial<Record<Aggregation, number>> = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 };

/**
 * One number from the values of a group.
 * @param values null = the row has none
 * @returns a count is 0 and everything else null when no row has a value
 */
export function aggregate(values: readonly (number | null)[], aggregation: Aggregation): number | null {
  const numbers = values.filter((value) => value !== null);
  if (aggregation === 'count') return numbers.length;
  if (aggregation === 'uniq') return new Set(numbers).size;
  if (numbers.length === 0) return null;
  const sum = numbers.reduce((total, value) => total + value, 0);
  switch (aggregation) {
    case 'sum':
      return sum;
    case 'avg':
      return sum / numbers.length;
    case 'min':
      return numbers.reduce((least, value) => Math.min(least, value));
    case 'max':
      return numbers.reduce((most, value) => Math.max(most, value));
    default:
      return quantile(numbers, QUANTILES[aggregation] ?? Number.NaN);
  }
}

/** The quantile between the two nearest values, linearly (ClickHouse `quantile`; Hyndman and Fan 1996, type 7). */
function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
