import logcdf from '@stdlib/stats-base-dists-normal-logcdf';

/** Units of both arms, by stage. */
export type StageUnits = readonly { stable: number; candidate: number }[];

/** Sum over stages of U1 U0 / (U1 + U0): the clock of the planned end. It knows counts, and no outcome. */
export function effectiveUnits(stages: StageUnits): number {
  return stages.reduce((sum, { stable, candidate }) => {
    return stable > 0 && candidate > 0 ? sum + (stable * candidate) / (stable + candidate) : sum;
  }, 0);
}

/**
 * ln of the e-value for harm of a one-sided z test that is planned for one look: its conditional rejection probability now, over its
 * level (Koning and van Meer, arXiv 2501.03982; Mueller and Schaefer, Biometrics 2001),
 *
 *   e = Phi((z sqrt(f) - c) / sqrt(1 - f)) / Phi(-c)
 *
 * a martingale with mean 1 where z sqrt(f) is a Brownian motion in f.
 * @param z the candidate's deficit in standard errors
 * @param f share of the planned effective units that have come, above 0; at 1 or above the test is held
 * @param bound c, what z has to reach then
 */
export function plannedTestLogE(z: number, f: number, bound: number): number {
  if (f >= 1) return z >= bound ? -plannedTestLogLevel(bound) : -Infinity;
  return logcdf((z * Math.sqrt(f) - bound) / Math.sqrt(1 - f), 0, 1) - plannedTestLogLevel(bound);
}

/** ln of the probability with which the planned test rejects without an effect. */
export function plannedTestLogLevel(bound: number): number {
  return logcdf(-bound, 0, 1);
}
