import gammaln from '@stdlib/math-base-special-gammaln';
import { growingRoot } from './bisect';
import { logIncompleteGamma } from './incomplete-gamma';

type Interval = [low: number, high: number];

/**
 * Predictable plug-in empirical Bernstein confidence sequence of a mean (Waudby-Smith, Ramdas, JRSSB 2024, Theorem 2).
 * @param x values in [0, 1], in order of arrival
 * @param alpha of both sides together, in (0, 1)
 * @param truncation highest stake, in (0, 1)
 * @returns the interval after the last value
 */
export function plugInEmpiricalBernsteinCs(x: readonly number[], alpha: number, truncation: number): Interval {
  const mirrored = x.map((value) => 1 - value);
  return [plugInLower(x, alpha / 2, truncation), 1 - plugInLower(mirrored, alpha / 2, truncation)];
}

/** Values are compared with the mean of those before, the first with 0. */
function plugInLower(x: readonly number[], alpha: number, truncation: number): number {
  let sum = 0;
  let squares = 0.25;
  let stakes = 0;
  let staked = 0;
  let price = 0;
  for (const [i, value] of x.entries()) {
    const t = i + 1;
    const stake = Math.min(truncation, Math.sqrt((2 * Math.log(1 / alpha)) / (squares * Math.log(1 + t))));
    price += (value - sum / Math.max(1, i)) ** 2 * (-Math.log1p(-stake) - stake);
    stakes += stake;
    staked += stake * value;
    sum += value;
    squares += (value - (0.5 + sum) / (t + 1)) ** 2;
  }
  return Math.max(0, (staked + Math.log(alpha) - price) / stakes);
}

/**
 * Conjugate-mixture empirical Bernstein confidence sequence of a mean: the gamma-exponential mixture (Howard, Ramdas,
 * McAuliffe, Sekhon, Ann. Stat. 2021, Prop. 9, c = 1) in the empirical variance.
 * @param x values in [0, 1], in order of arrival
 * @param alphaPerSide in (0, 1)
 * @param atVariance sum of squared surprises at which it is tightest
 * @returns the interval after the last value
 */
export function mixtureEmpiricalBernsteinCs(x: readonly number[], alphaPerSide: number, atVariance: number): Interval {
  let sum = 0;
  let variance = 0;
  for (const [i, value] of x.entries()) {
    variance += (value - (i === 0 ? 0.5 : sum / i)) ** 2;
    sum += value;
  }
  const mean = sum / x.length;
  const radius = gammaExponentialBound(variance, alphaPerSide, atVariance) / x.length;
  return [Math.max(0, mean - radius), Math.min(1, mean + radius)];
}

/** Where the gamma-exponential mixture reaches 1 / alpha, tuned for `atVariance` at this alpha. */
function gammaExponentialBound(variance: number, alpha: number, atVariance: number): number {
  const doubled = 2 * Math.log(1 / (2 * alpha));
  const rho = atVariance / (doubled + Math.log1p(doubled));
  const start = rho * Math.log(rho) - gammaln(rho) - logIncompleteGamma(rho, rho).logP;
  const logE = (s: number): number => {
    const shape = variance + rho;
    const rate = s + variance + rho;
    return start + gammaln(shape) + logIncompleteGamma(shape, rate).logP - shape * Math.log(rate) + s + variance;
  };
  let high = 1;
  while (logE(high) < Math.log(1 / alpha)) high *= 2;
  return growingRoot((s) => logE(s) - Math.log(1 / alpha), 0, high);
}
