import gammaln from '@stdlib/math-base-special-gammaln';
import { RampartError } from '../errors';

/** First-exposed units per arm in one stage, and the shares they were assigned with. */
export interface StageCounts {
  observed: readonly number[];
  /** Each in (0, 1), sum 1. */
  weights: readonly number[];
}

/** Pseudo-count of the prior: how near to the planned shares a mismatch is sought. */
const DEFAULT_CONCENTRATION = 1000;

/**
 * ln of the e-value of "the units do not arrive in the planned shares" (sample ratio mismatch): the sequential
 * multinomial test with a Dirichlet(K p) prior (Lindon and Malek, NeurIPS 2022), stages multiplied.
 *
 *   e = Gamma(K) / Gamma(K + n) prod_i Gamma(K p_i + n_i) / Gamma(K p_i) / prod_i p_i^n_i
 *
 * @param stages counts of units, never of scores
 * @param concentration K, above 0
 * @throws bad_input for a negative count or for shares outside (0, 1)
 */
export function srmLogE(stages: readonly StageCounts[], concentration: number = DEFAULT_CONCENTRATION): number {
  return stages.reduce((total, stage, i) => total + stageLogE(stage, concentration, `stages[${i}]`), 0);
}

function stageLogE({ observed, weights }: StageCounts, k: number, path: string): number {
  let n = 0;
  let log = 0;
  for (const [i, p] of weights.entries()) {
    const count = observed[i] ?? Number.NaN;
    if (!(p > 0 && p < 1)) throw new RampartError('bad_input', `${path}.weights[${i}]: expected in (0, 1), got ${p}`);
    if (!(count >= 0 && Number.isFinite(count)))
      throw new RampartError('bad_input', `${path}.observed[${i}]: expected a count, got ${count}`);
    n += count;
    log += gammaln(k * p + count) - gammaln(k * p) - count * Math.log(p);
  }
  return log + gammaln(k) - gammaln(k + n);
}
