import { growingRoot } from './bisect';
import { logBeta } from './incomplete-beta';

/**
 * Confidence sequence of a proportion: all p that a beta-binomial mixture around p does not refute at level alpha
 * (Howard, Ramdas, McAuliffe, Sekhon, Ann. Stat. 2021, Prop. 7 with g = p, h = 1 - p).
 * @param sum of n values in [0, 1]
 * @param atN number of values at which it is tightest, more than about 10
 */
export function bernoulliCs(sum: number, n: number, alpha: number, atN: number): [low: number, high: number] {
  const doubled = 2 * Math.log(20);
  const strength = Math.max(atN / (doubled + Math.log1p(doubled)) - 1, 1e-3);
  const misfit = (p: number): number => {
    const a = p * strength;
    const b = (1 - p) * strength;
    const logE = logBeta(a + sum, b + n - sum) - logBeta(a, b) - sum * Math.log(p) - (n - sum) * Math.log1p(-p);
    return logE + Math.log(alpha);
  };
  const mean = sum / n;
  return [
    sum === 0 ? 0 : growingRoot((p) => -misfit(p), Number.MIN_VALUE, mean),
    sum === n ? 1 : growingRoot(misfit, mean, 1 - Number.EPSILON / 2),
  ];
}
