import { brentRoot } from './brent-root';
import { normalQuantile, twoSidedNormalP } from './normal';

/** Of a shift, as in R's `wilcox.test`: where a whole interval fits, the root that its search meets is reported. */
const SHIFT_TOLERANCE = 1e-4;

/** Pairs with x above y + shift, an equal pair counting one half. */
export function mannWhitneyU(x: readonly number[], y: readonly number[], shift = 0): number {
  let u = 0;
  for (const a of x) for (const b of y) u += a - shift > b ? 1 : a - shift === b ? 0.5 : 0;
  return u;
}

/**
 * Normal score of the Mann-Whitney test of "x - shift is not above y", corrected for ties and, if asked for, for
 * continuity (Mann, Whitney, Ann. Math. Stat. 1947; Lehmann, Nonparametrics 1975).
 * @returns null when all values are equal
 */
export function mannWhitneyZ(
  x: readonly number[],
  y: readonly number[],
  { shift = 0, continuity = true }: { shift?: number; continuity?: boolean } = {},
): number | null {
  const n = x.length + y.length;
  const off = mannWhitneyU(x, y, shift) - (x.length * y.length) / 2;
  const ties = tieSum([...x.map((value) => value - shift), ...y]);
  const variance = ((x.length * y.length) / 12) * (n + 1 - ties / (n * (n - 1)));
  return variance > 0 ? (off - (continuity ? 0.5 * Math.sign(off) : 0)) / Math.sqrt(variance) : null;
}

/** Two-sided p-value. */
export function mannWhitneyP(x: readonly number[], y: readonly number[]): number {
  return twoSidedNormalP(mannWhitneyZ(x, y) ?? 0);
}

/**
 * Shift of x against y at which the normal score is `score`: 0 gives the Hodges-Lehmann estimate, the normal quantiles
 * give the ends of its interval (Hollander, Wolfe, Nonparametric Statistical Methods 1999, 4.2 and 4.3).
 */
export function shiftAtScore(x: readonly number[], y: readonly number[], score: number): number {
  const continuity = score !== 0;
  const low = Math.min(...x) - Math.max(...y);
  const high = Math.max(...x) - Math.min(...y);
  const excess = (shift: number): number => score - (mannWhitneyZ(x, y, { shift, continuity }) ?? 0);
  if (excess(low) >= 0) return low;
  if (excess(high) <= 0) return high;
  return brentRoot(excess, low, high, SHIFT_TOLERANCE);
}

/** Estimate of the shift with its interval. @param confidence in (0, 1) */
export function hodgesLehmann(
  x: readonly number[],
  y: readonly number[],
  confidence: number,
): { estimate: number; ci: [low: number, high: number] } {
  const z = normalQuantile((1 + confidence) / 2);
  return { estimate: shiftAtScore(x, y, 0), ci: [shiftAtScore(x, y, z), shiftAtScore(x, y, -z)] };
}

/** Sum of t^3 - t over the groups of equal values. */
function tieSum(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  let sum = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    const t = end - start;
    sum += t * t * t - t;
    start = end;
  }
  return sum;
}
