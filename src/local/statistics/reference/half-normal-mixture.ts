import logcdf from '@stdlib/stats-base-dists-normal-logcdf';

/**
 * ln of the e-value against "the effect is not positive", by mixing the normal likelihood over a half-normal prior on
 * the positive effects: the one-sided normal mixture of Howard, Ramdas, McAuliffe and Sekhon (Ann. Stat. 2021), the
 * one-sided asymptotic confidence sequence of Waudby-Smith et al. (Ann. Stat. 2024) seen as a test.
 *
 *   w = tau^2 / (tau^2 + se^2),  q = estimate / se
 *   ln e = ln 2 + ln(1 - w) / 2 + w q^2 / 2 + ln Phi(q sqrt w)
 *
 * @param estimate the estimated effect, on any scale
 * @param se its standard error, above 0
 * @param tau scale of the prior: the size of effect to be found soonest, above 0
 */
export function halfNormalMixtureLogE(estimate: number, se: number, tau: number): number {
  const total = tau * tau + se * se;
  const w = (tau * tau) / total;
  const oneMinusW = (se * se) / total;
  const q = estimate / se;
  return Math.LN2 + 0.5 * Math.log(oneMinusW) + 0.5 * w * q * q + logcdf(q * Math.sqrt(w), 0, 1);
}
