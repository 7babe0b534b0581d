import { logIncompleteGamma } from './incomplete-gamma';

/**
 * Pearson's chi-square test of counts against planned shares (Philosophical Magazine 1900): for one look only.
 * @param weights planned shares, sum 1
 */
export function chiSquare(observed: readonly number[], weights: readonly number[]): { chi2: number; p: number } {
  const n = observed.reduce((total, count) => total + count, 0);
  const chi2 = observed.reduce((total, count, i) => {
    const expected = n * weights[i]!;
    return total + (count - expected) ** 2 / expected;
  }, 0);
  return { chi2, p: Math.exp(logIncompleteGamma((observed.length - 1) / 2, chi2 / 2).logQ) };
}
