import logcdf from '@stdlib/stats-base-dists-normal-logcdf';
import { type StratifiedDifference, stratifiedRatioDifference } from '../stats/stratified-ratio-difference';
import { plannedEndLeastUnits } from './burn-in';
import type { FrozenGuardrail, PlannedEnd } from './guardrail';
import type { GuardrailState } from './guardrail-state';

/** Units of both arms, by stage. */
type StageUnits = readonly { stable: number; candidate: number }[];

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
  if (f >= 1) return z >= bound ? -logLevel(bound) : -Infinity;
  return logcdf((z * Math.sqrt(f) - bound) / Math.sqrt(1 - f), 0, 1) - logLevel(bound);
}

function logLevel(bound: number): number {
  return logcdf(-bound, 0, 1);
}

/**
 * ln e of the planned end. What it came to when it was reached stays for ever.
 * @param estimate of the state; null = no difference can be seen
 * @returns 0 without a planned end, and before its least units
 */
export function plannedEndLogE(g: FrozenGuardrail, state: GuardrailState, estimate: StratifiedDifference | null): number {
  const end = g.harmPlan?.plannedEnd;
  if (end === undefined) return 0;
  if (state.plannedEnd === 'worse') return -logLevel(end.bound);
  if (state.plannedEnd === 'not_worse') return -Infinity;
  return hasLeastUnits(g, state) ? plannedTestLogE(deficit(estimate), shareOf(end, state), end.bound) : 0;
}

/** Holds the planned test at the first tick at which its units have come. Changes `state`. */
export function settlePlannedEnd(g: FrozenGuardrail, state: GuardrailState): void {
  const end = g.harmPlan?.plannedEnd;
  if (end === undefined || state.plannedEnd !== undefined) return;
  if (shareOf(end, state) < 1 || !hasLeastUnits(g, state)) return;
  const estimate = stratifiedRatioDifference(state.stages, state.cross);
  state.plannedEnd = deficit(estimate) >= end.bound ? 'worse' : 'not_worse';
}

function shareOf({ effectiveUnits: planned }: PlannedEnd, state: GuardrailState): number {
  return effectiveUnits(unitsOf(state)) / planned;
}

function hasLeastUnits(g: FrozenGuardrail, state: GuardrailState): boolean {
  let [stable, candidate] = [0, 0];
  for (const units of unitsOf(state)) {
    stable += units.stable;
    candidate += units.candidate;
  }
  return Math.min(stable, candidate) >= plannedEndLeastUnits(g);
}

/** Of the stages in which both arms have units. */
function unitsOf({ stages }: GuardrailState): StageUnits {
  return stages
    .map(({ stable, candidate }) => ({ stable: stable.units, candidate: candidate.units }))
    .filter(({ stable, candidate }) => stable > 0 && candidate > 0);
}

function deficit(estimate: StratifiedDifference | null): number {
  return estimate === null ? 0 : -estimate.theta / estimate.se;
}
