import { incompleteBeta } from './incomplete-beta';

/**
 * Ranks of the order statistics (1-based; 0 and n + 1 stand for no bound) that hold the p-quantile with at least the
 * confidence asked for (Thompson, Ann. Math. Stat. 1936), and the confidence they really have.
 */
export function quantileRanks(
  n: number,
  p: number,
  confidence: number,
): { lower: number; upper: number; coverage: number } {
  const lower = binomialQuantile(n, p, (1 - confidence) / 2);
  const upper = binomialQuantile(n, p, (1 + confidence) / 2) + 1;
  return { lower, upper, coverage: binomialCdf(upper - 1, n, p) - binomialCdf(lower - 1, n, p) };
}

/** P(B <= k) for B binomial (n, p). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : incompleteBeta(n - k, k + 1, 1 - p);
}

function binomialQuantile(n: number, p: number, level: number): number {
  let low = -1;
  let high = n;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(middle, n, p) >= level) high = middle;
    else low = middle;
  }
  return high;
}
