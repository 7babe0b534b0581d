/**
 * Which hypotheses are rejected one by one, at a family-wise level alpha, by closed testing with weighted means of
 * e-values (Vovk and Wang, Ann. Stat. 2021): i is rejected when the weighted mean of every subset that holds i reaches
 * 1 / alpha. The worst subset for i adds every e-value below 1 / alpha, so no subsets are listed.
 * @param logE ln of the e-values
 * @param weights same length, positive
 * @param alpha in (0, 1)
 * @returns indices, ascending
 */
export function closedTesting(logE: readonly number[], weights: readonly number[], alpha: number): number[] {
  const bar = 1 / alpha;
  const excess = logE.map((log, i) => weights[i]! * (Math.exp(log) - bar));
  const drag = excess.reduce((total, value) => total + Math.min(0, value), 0);
  return excess.flatMap((value, i) => (value >= 0 && value + drag >= 0 ? [i] : []));
}
