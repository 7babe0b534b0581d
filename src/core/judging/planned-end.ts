import { totalUnits } from '../planning/planned-units';
import { effectiveUnits, plannedTestLogE, plannedTestLogLevel, type StageUnits } from '../stats/planned-test';
import { type StratifiedDifference, stratifiedRatioDifference } from '../stats/stratified-ratio-difference';
import { plannedEndLeastUnits } from './burn-in';
import type { FrozenGuardrail, PlannedEnd } from './guardrail';
import type { GuardrailState } from './guardrail-state';

/**
 * ln e of the planned end. What it came to when it was reached stays for ever.
 * @param estimate of the state; null = no difference can be seen
 * @returns 0 without a planned end, and before its least units
 */
export function plannedEndLogE(
  g: FrozenGuardrail,
  state: GuardrailState,
  estimate: StratifiedDifference | null,
): number {
  const end = g.harmPlan?.plannedEnd;
  if (end === undefined) return 0;
  if (state.plannedEnd === 'worse') return -plannedTestLogLevel(end.bound);
  if (state.plannedEnd === 'not_worse') return -Infinity;
  const units = unitsOf(state);
  return hasLeastUnits(g, units) ? plannedTestLogE(deficit(estimate), shareOf(end, units), end.bound) : 0;
}

/** Holds the planned test at the first tick at which its units have come. Changes `state`. */
export function settlePlannedEnd(g: FrozenGuardrail, state: GuardrailState): void {
  const end = g.harmPlan?.plannedEnd;
  if (end === undefined || state.plannedEnd !== undefined) return;
  const units = unitsOf(state);
  if (shareOf(end, units) < 1 || !hasLeastUnits(g, units)) return;
  const estimate = stratifiedRatioDifference(state.stages, state.cross);
  state.plannedEnd = deficit(estimate) >= end.bound ? 'worse' : 'not_worse';
}

function shareOf({ effectiveUnits: planned }: PlannedEnd, units: StageUnits): number {
  return effectiveUnits(units) / planned;
}

function hasLeastUnits(g: FrozenGuardrail, units: StageUnits): boolean {
  const { stable, candidate } = totalUnits(units);
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
