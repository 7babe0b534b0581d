/**
 * Mergeable hourly numbers of one metric of one version: count, sum, sum of squares, and a histogram with logarithmic bins
 * for quantiles (relative accuracy 1 %; the idea of DDSketch: Masson, Rim, Lee, VLDB 2019).
 */
export interface Aggregate {
  n: number;
  sum: number;
  sumSquares: number;
  /** Bin → count; bin i holds values in (g^(i-1), g^i], g = 1.01/0.99; bin `z` holds values <= 0. Absent where not kept. */
  bins?: Record<string, number>;
}

const LN_GAMMA = Math.log(1.01 / 0.99);

/** An empty aggregate. */
export function emptyAggregate(withBins: boolean): Aggregate {
  return withBins ? { n: 0, sum: 0, sumSquares: 0, bins: {} } : { n: 0, sum: 0, sumSquares: 0 };
}

/**
 * Adds one value (or takes one back with `sign` -1, for an edited score).
 * @param value a finite number
 */
export function addToAggregate(aggregate: Aggregate, value: number, sign: 1 | -1 = 1): void {
  aggregate.n += sign;
  aggregate.sum += sign * value;
  aggregate.sumSquares += sign * value * value;
  if (aggregate.n === 0) {
    aggregate.sum = 0;
    aggregate.sumSquares = 0;
  }
  if (aggregate.bins === undefined) return;
  const bin = value > 0 ? String(Math.ceil(Math.log(value) / LN_GAMMA)) : 'z';
  const count = (aggregate.bins[bin] ?? 0) + sign;
  if (count > 0) aggregate.bins[bin] = count;
  else delete aggregate.bins[bin];
}

/** The sum of two aggregates, as if all their values had been added to one. */
export function mergeAggregates(a: Aggregate, b: Aggregate): Aggregate {
  const merged: Aggregate = { n: a.n + b.n, sum: a.sum + b.sum, sumSquares: a.sumSquares + b.sumSquares };
  if (a.bins === undefined && b.bins === undefined) return merged;
  merged.bins = { ...a.bins };
  for (const [bin, count] of Object.entries(b.bins ?? {})) merged.bins[bin] = (merged.bins[bin] ?? 0) + count;
  return merged;
}

/**
 * The q-quantile, within 1 % of the true value.
 * @param q in [0, 1]
 * @returns null for an empty aggregate or one without bins
 */
export function aggregateQuantile(aggregate: Aggregate, q: number): number | null {
  if (aggregate.bins === undefined || aggregate.n === 0) return null;
  const bins = Object.entries(aggregate.bins)
    .map(([bin, count]) => ({ index: bin === 'z' ? -Infinity : Number(bin), count }))
    .sort((a, b) => a.index - b.index);
  let left = q * (aggregate.n - 1) + 1;
  for (const { index, count } of bins) {
    left -= count;
    if (left <= 0) return index === -Infinity ? 0 : (2 * Math.exp(index * LN_GAMMA)) / (1 + Math.exp(LN_GAMMA));
  }
  return null;
}

/** Sample variance (n - 1); null below two values. */
export function aggregateVariance({ n, sum, sumSquares }: Aggregate): number | null {
  return n < 2 ? null : Math.max(0, (sumSquares - (sum * sum) / n) / (n - 1));
}
