import { growingRoot } from './bisect';
import { twoTails } from './incomplete-beta';

/**
 * P(T >= |t|) / 2-sided: P(|T| >= |t|) for Student's t, by the incomplete beta function (Abramowitz and Stegun 26.7.1).
 * @param df degrees of freedom, above 0, need not be whole
 */
export function twoSidedStudentP(t: number, df: number): number {
  const square = t * t;
  return twoTails(df / 2, 0.5, df / (df + square), square / (df + square));
}

/**
 * Quantile of Student's t distribution, by bisection on the logarithm of the upper tail.
 * @param p in (0, 1)
 * @param df degrees of freedom, above 0
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`p: expected in (0, 1), got ${p}`);
  if (p === 0.5) return 0;
  if (p < 0.5) return -upperQuantile(p, df);
  return upperQuantile(1 - p, df);
}

function upperQuantile(tail: number, df: number): number {
  const target = Math.log(2 * tail);
  let high = 1;
  while (Math.log(twoSidedStudentP(high, df)) > target) high *= 2;
  return growingRoot((t) => target - Math.log(twoSidedStudentP(t, df)), 0, high);
}
