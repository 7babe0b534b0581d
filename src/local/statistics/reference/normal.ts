import logcdf from '@stdlib/stats-base-dists-normal-logcdf';

const STEPS = 60;

/** Phi(x), accurate in both tails. */
export function normalCdf(x: number): number {
  return Math.exp(logcdf(x, 0, 1));
}

/** P(|Z| >= |z|) for a standard normal Z. */
export function twoSidedNormalP(z: number): number {
  return Math.min(1, 2 * normalCdf(-Math.abs(z)));
}

/**
 * Quantile of the standard normal distribution, by Newton's method on ln Phi, which is concave and hence converges from
 * the left; the upper half by symmetry.
 * @param p in (0, 1)
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`p: expected in (0, 1), got ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  const target = Math.log(p);
  let x = -Math.sqrt(-2 * target) - 1;
  for (let i = 0; i < STEPS; i++) {
    const log = logcdf(x, 0, 1);
    const slope = Math.exp(-0.5 * x * x - 0.5 * Math.log(2 * Math.PI) - log);
    const next = x + (target - log) / slope;
    if (Math.abs(next - x) <= 1e-15 * Math.abs(x)) return next;
    x = next;
  }
  return x;
}
