/**
 * ln of the likelihood ratio of independent yes/no outcomes at the rate p against the rate q. For p < q it is an
 * e-process for "the rate is at least q", whatever the order of the outcomes (Wald, Ann. Math. Stat. 1945).
 * Assumes independent units whose rate, whatever it does, is never below q.
 * @param bad number of bad outcomes
 * @param units number of outcomes
 * @param p rate under which the evidence grows fastest, in (0, 1)
 * @param q rate that is tested, in (p, 1)
 */
export function bernoulliLogLikelihoodRatio(bad: number, units: number, p: number, q: number): number {
  return bad * Math.log(p / q) + (units - bad) * (Math.log1p(-p) - Math.log1p(-q));
}
