/**
 * Differences of group means of two samples: each is cut, in the order given, into min(n1, n0) groups of almost equal
 * size. The order must not depend on the values (here: by a hash of the unit).
 * @param candidate values in [0, 1]
 * @param stable values in [0, 1]
 * @returns mean(candidate group j) - mean(stable group j), in [-1, 1]; none when an arm is empty
 */
export function pairDifferences(candidate: readonly number[], stable: readonly number[]): number[] {
  const groups = Math.min(candidate.length, stable.length);
  const better = groupMeans(candidate, groups);
  const base = groupMeans(stable, groups);
  return better.map((mean, j) => mean - base[j]!);
}

/**
 * ln of the capital of a bettor who stakes the fixed share lambda on every gain (Waudby-Smith and Ramdas, JRSSB 2024):
 * an e-process when no gain has a positive expectation.
 * @param lambda share, in (0, 1)
 * @param gains each >= -1
 */
export function logCapital(lambda: number, gains: readonly number[]): number {
  let log = 0;
  for (const gain of gains) log += Math.log1p(lambda * gain);
  return log;
}

function groupMeans(values: readonly number[], groups: number): number[] {
  const sums = Array.from({ length: groups }, () => 0);
  const counts = Array.from({ length: groups }, () => 0);
  for (const [rank, value] of values.entries()) {
    const group = Math.floor((rank * groups) / values.length);
    sums[group]! += value;
    counts[group]! += 1;
  }
  return sums.map((sum, j) => sum / counts[j]!);
}
