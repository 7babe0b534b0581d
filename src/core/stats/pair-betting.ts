/**
 * Differences of group means of two samples: each is cut, in the order given, into min(n1, n0) groups of almost equal
 * size. The order must not depend on the values (here: by a hash of the unit).
 * @param candidate values in [0, 1]
 * @param stable values in [0, 1]
 * @returns mean(candidate group j) - mean(stable group j), in [-1, 1]; none when an arm is empty
 */
export function pairDifferences(candidate: ArrayLike<number>, stable: ArrayLike<number>): Float64Array {
  const groups = Math.min(candidate.length, stable.length);
  const differences = groupMeans(candidate, groups);
  const base = groupMeans(stable, groups);
  for (let j = 0; j < groups; j++) differences[j]! -= base[j]!;
  return differences;
}

/**
 * Variance of one of these differences when a value's is sigma2: as that of a value against the mean of n / m others, n
 * being the larger and m the smaller number of values.
 * @param n1, n0 numbers of values, above 0
 */
export function pairVariance(sigma2: number, n1: number, n0: number): number {
  return sigma2 * Math.min(n1, n0) * (1 / n1 + 1 / n0);
}

/** So many factors, each in [1e-2, 10], have a product that is neither 0 nor infinite. */
const FACTORS_AT_ONCE = 100;

/**
 * ln of the capital of a bettor who stakes the fixed share lambda on every gain (Waudby-Smith and Ramdas, JRSSB 2024):
 * an e-process when no gain has a positive expectation given those before it, as for differences of arms with equal means
 * (Shekhar and Ramdas 2023), whatever the laws.
 * @param lambda share, in (0, .99]
 * @param gains each in [-1, 9]
 */
export function logCapital(lambda: number, gains: ArrayLike<number>): number {
  let log = 0;
  for (let start = 0; start < gains.length; start += FACTORS_AT_ONCE) {
    const end = Math.min(gains.length, start + FACTORS_AT_ONCE);
    let capital = 1;
    for (let i = start; i < end; i++) capital *= 1 + lambda * gains[i]!;
    log += Math.log(capital);
  }
  return log;
}

function groupMeans(values: ArrayLike<number>, groups: number): Float64Array {
  const sums = new Float64Array(groups);
  const counts = new Float64Array(groups);
  for (let rank = 0; rank < values.length; rank++) {
    const group = Math.floor((rank * groups) / values.length);
    sums[group]! += values[rank]!;
    counts[group]! += 1;
  }
  for (let j = 0; j < groups; j++) sums[j]! /= counts[j]!;
  return sums;
}
