import { logMeanExp } from './log-sum-exp';

/**
 * ln of the e-value against "the effect is not positive", by mixing the normal likelihood ratio over given positive
 * effects: Wald's sequential ratio tests, each with its share of the capital (Robbins, Ann. Math. Stat. 1970, section 4;
 * with an estimated standard error as in Waudby-Smith et al., Ann. Stat. 2024).
 *
 *   ln e = ln sum_k w_k exp((estimate mu_k - mu_k^2 / 2) / se^2)
 *
 * Exact for a normal estimate whose increments are independent; for others it holds from a burn-in on, with large samples.
 *
 * @param estimate the estimated effect, on any scale
 * @param se its standard error, above 0
 * @param effects mu_k, each above 0, on the same scale
 * @param weights same length, not negative, sum 1
 */
export function normalMixtureLogE(
  estimate: number,
  se: number,
  effects: readonly number[],
  weights: readonly number[],
): number {
  const logs = effects.map((effect) => (effect / se) * (estimate / se - effect / (2 * se)));
  return logMeanExp(logs, weights);
}
