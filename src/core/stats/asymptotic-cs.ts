/**
 * Half-width of the two-sided asymptotic confidence sequence (Waudby-Smith et al., Ann. Stat. 2024, eq. 9, with
 * rho^2 = tau^2 / (n se^2)): the interval `estimate -+ radius` covers at all looks together with probability 1 - alpha.
 * @param se standard error of the estimate at this look, above 0
 * @param tau the effect size at which the interval is tightest, above 0
 * @param alpha in (0, 1)
 */
export function asymptoticCsRadius(se: number, tau: number, alpha: number): number {
  const ratio = (tau * tau) / (se * se);
  const w = ratio / (1 + ratio);
  return se * Math.sqrt((Math.log1p(ratio) + 2 * Math.log(1 / alpha)) / w);
}
