/** Units and bad outcomes of both arms in one block. Non-negative integers, bad <= units. */
export interface TwoByTwo {
  candidateUnits: number;
  candidateBad: number;
  stableUnits: number;
  stableBad: number;
}

/**
 * Given both arms' sizes and the number of bad outcomes, the bad ones among the candidate's follow Fisher's noncentral
 * hypergeometric law with the odds ratio t. Returns ln L(t), the log of its likelihood against t = 1:
 *
 *   ln L(t) = b1 ln t - ln sum_k Hyp(k; n1 + n0, b, n1) t^k,   k = max(0, b - n0) .. min(b, n1)
 *
 * For t > s, L(t) / L(s) has expectation <= 1 under every odds ratio <= s (monotone likelihood ratio), so its product
 * over blocks is an e-process, exact at any size and whatever the base rate or the traffic does between blocks (kin: the
 * anytime-valid logrank test of ter Schure et al. 2024 and the 2x2 e-values of Turner, Ly, Gruenwald, JSPI 2024). Assumes that
 * within a block units are independent and an arm's are alike.
 * Memory and time are linear in the smaller of b and n1.
 * @param table one block
 * @param logOddsRatios ln t of the candidate's odds of a bad outcome over stable's
 * @returns ln L(t) for each; all 0 when the block holds no evidence (an arm empty, none bad, all bad)
 */
export function logLikelihoodRatios(table: TwoByTwo, logOddsRatios: readonly number[]): number[] {
  const bad = table.candidateBad + table.stableBad;
  const least = Math.max(0, bad - table.stableUnits);
  const most = Math.min(bad, table.candidateUnits);
  if (most <= least) return logOddsRatios.map(() => 0);
  const terms = logTerms(table, bad, least, most);
  const offset = least - table.candidateBad;
  const norm = tiltedLogSum(terms, offset, 0);
  return logOddsRatios.map((logT) => norm - tiltedLogSum(terms, offset, logT));
}

/** ln Hyp(k) up to a constant, k = least .. most, by the ratio recursion outward from the mode. */
function logTerms(table: TwoByTwo, bad: number, least: number, most: number): Float64Array {
  const { candidateUnits: n1, stableUnits: n0 } = table;
  const logRatio = (k: number): number => Math.log(((n1 - k) * (bad - k)) / ((k + 1) * (n0 - bad + k + 1)));
  const expected = Math.floor(((bad + 1) * (n1 + 1)) / (n1 + n0 + 2));
  const mode = Math.min(most, Math.max(least, expected));
  const terms = new Float64Array(most - least + 1);
  for (let k = mode; k < most; k++) terms[k + 1 - least] = terms[k - least]! + logRatio(k);
  for (let k = mode; k > least; k--) terms[k - 1 - least] = terms[k - least]! - logRatio(k - 1);
  return terms;
}

/** ln sum_i exp(terms[i] + (i + offset) logT). */
function tiltedLogSum(terms: Float64Array, offset: number, logT: number): number {
  let max = -Infinity;
  for (let i = 0; i < terms.length; i++) {
    const term = terms[i]! + (i + offset) * logT;
    if (term > max) max = term;
  }
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i]! + (i + offset) * logT - max);
  return max + Math.log(sum);
}

/** Odds of a probability in (0, 1). */
export function odds(p: number): number {
  return p / (1 - p);
}
