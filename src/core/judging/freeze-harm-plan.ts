import { type ArmUnits, plannedSettleMs, plannedUnits, totalUnits } from '../planning/planned-units';
import type { Policy } from '../policy/policy';
import { bisect } from '../stats/bisect';
import { effectiveUnits, plannedTestLogLevel } from '../stats/planned-test';
import { burnInUnits, plannedEndLeastUnits } from './burn-in';
import { harmShare } from './engine-parameters';
import type { FrozenGuardrail, HarmWeights, HarmPlan } from './guardrail';

/** Measured in docs/decisions/0013. */
const WEIGHTS: HarmWeights = { mixture: 0.3, plannedEnd: 0.2, engineB: 0.5 };
/** The same where engine A's mixture can say nothing for most of the ramp. */
const LATE_WEIGHTS: HarmWeights = { mixture: 0.1, plannedEnd: 0.4, engineB: 0.5 };
/** The mixture's burn-in is late when it takes more than this share of the planned units. */
const LATE_SHARE = 0.5;

/**
 * How the evidence for harm is shared out when the ramp's length in units can be foreseen: by the end of the last step, as its bake
 * time has it. The planned end's level is such that it proves harm alone when it is reached.
 * @param g frozen; its weight is its share of all guardrails
 * @param unitsPerDay units that get a value of its metric per day
 * @returns undefined where too little is known or too few units will come: then both engines count alike
 */
export function freezeHarmPlan(
  g: FrozenGuardrail,
  policy: Pick<Policy, 'alpha' | 'steps' | 'settleMs'>,
  unitsPerDay: number,
): HarmPlan | undefined {
  if (g.reference.source === 'fallback' || !(unitsPerDay > 0 && Number.isFinite(unitsPerDay))) return undefined;
  const stages = unitsByTheEnd(policy, plannedSettleMs(policy, g), unitsPerDay);
  const total = totalUnits(stages);
  const fewest = Math.min(total.stable, total.candidate);
  if (fewest < plannedEndLeastUnits(g)) return undefined;
  const weights = burnInUnits(g, 'harm') > LATE_SHARE * fewest ? LATE_WEIGHTS : WEIGHTS;
  const share = harmShare(g) * weights.plannedEnd;
  return {
    weights,
    plannedEnd: { effectiveUnits: effectiveUnits(stages), bound: boundOf(policy.alpha * share) },
  };
}

/** By step, at the last look before the promotion. */
function unitsByTheEnd({ steps }: Pick<Policy, 'steps'>, settleMs: number, unitsPerDay: number): ArmUnits[] {
  let toMs = 0;
  const planned = steps.map(({ percent, bakeMs }) => {
    const fromMs = toMs;
    toMs += bakeMs;
    return { percent, fromMs, toMs };
  });
  return plannedUnits(planned, unitsPerDay, toMs, settleMs);
}

/** The bound of a planned test of a level in (0, 1/2). */
function boundOf(level: number): number {
  return bisect((bound) => plannedTestLogLevel(bound) <= Math.log(level), 0, 40, 60);
}
