import type { FrozenGuardrail } from '../judging/guardrail';
import type { Policy } from '../policy/policy';
import { bisect } from '../stats/bisect';
import { plannedSettleMs, plannedUnits, type PlannedStep } from './planned-units';
import { safetyProbability } from './proof-probability';

/** A guardrail with its traffic. */
export interface PlannedGuardrail {
  guardrail: FrozenGuardrail;
  /** Units that get a value of its metric, per day. */
  unitsPerDay: number;
}

export interface PlanInput {
  policy: Policy;
  guardrails: readonly PlannedGuardrail[];
  /** Units that are exposed per day. */
  unitsPerDay: number;
}

/** How the ramp goes when the candidate is as good as the stable version. */
export interface RampPlan {
  /** The steps that are reached; the last one is the one that is not left when `isHeld`. */
  steps: readonly PlannedStep[];
  /** The last of the steps cannot be proven within the time that the policy waits (`maxHold`). */
  isHeld: boolean;
  /** What cannot be proven there, with the least margin that would go through all steps, on the z scale; null = none would. */
  unproven: readonly { guardrail: FrozenGuardrail; leastDelta: number | null }[];
}

/** Times are found to the minute. */
const PRECISION_MS = 60_000;
const EVEN_ODDS = 0.5;

/**
 * Walks through the policy's steps: each lasts its bake time, and until it has its least units and all guardrails that gate it
 * are proven with even odds (as if they were independent: rather too long than too short).
 */
export function planRamp(input: PlanInput): RampPlan {
  const walked = walk(input);
  return { ...walked, unproven: walked.isHeld ? unprovenAtEnd(input, walked.steps) : [] };
}

function walk(input: PlanInput): Pick<RampPlan, 'steps' | 'isHeld'> {
  const { policy } = input;
  const steps: PlannedStep[] = [];
  let fromMs = 0;
  for (const [index, { percent, bakeMs }] of policy.steps.entries()) {
    const question = questionOf(policy, index);
    const latestMs = fromMs + bakeMs + policy.maxHold.afterMs;
    steps.push({ percent, fromMs, toMs: latestMs });
    const isProven = (atMs: number): boolean =>
      hasLeastUnits(input, steps, atMs) && provenOdds(input, steps, question, atMs) >= EVEN_ODDS;
    const toMs = firstTime(isProven, fromMs + bakeMs, latestMs);
    if (toMs === null) return { steps, isHeld: true };
    steps[index] = { percent, fromMs, toMs };
    fromMs = toMs;
  }
  return { steps, isHeld: false };
}

/**
 * The first time from which something holds that goes on to hold.
 * @returns null when it does not hold at the latest
 */
export function firstTime(holds: (atMs: number) => boolean, earliestMs: number, latestMs: number): number | null {
  if (holds(earliestMs)) return earliestMs;
  if (!holds(latestMs)) return null;
  let [low, high] = [earliestMs, latestMs];
  while (high - low > PRECISION_MS) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function hasLeastUnits({ policy, unitsPerDay }: PlanInput, steps: readonly PlannedStep[], atMs: number): boolean {
  const units = plannedUnits(steps, unitsPerDay, atMs, policy.settleMs).at(-1);
  return units !== undefined && Math.min(units.stable, units.candidate) >= policy.minUnits;
}

function provenOdds(input: PlanInput, steps: readonly PlannedStep[], question: 'gate' | 'safe', atMs: number): number {
  let odds = 1;
  for (const { guardrail, unitsPerDay } of input.guardrails) {
    if (!guardrail.gatesPromotion) continue;
    const units = plannedUnits(steps, unitsPerDay, atMs, plannedSettleMs(input.policy, guardrail));
    odds *= safetyProbability(guardrail, units, question, input.policy.beta);
  }
  return odds;
}

function questionOf({ steps }: Policy, step: number): 'gate' | 'safe' {
  return step === steps.length - 1 ? 'safe' : 'gate';
}

/** By the end of the last step that is reached. */
function unprovenAtEnd(input: PlanInput, steps: readonly PlannedStep[]): RampPlan['unproven'] {
  const question = questionOf(input.policy, steps.length - 1);
  return input.guardrails.flatMap((planned) => {
    const { guardrail } = planned;
    const odds = provenOdds({ ...input, guardrails: [planned] }, steps, question, steps.at(-1)!.toMs);
    if (odds >= EVEN_ODDS) return [];
    const goesThrough = (delta: number): boolean =>
      !walk({ ...input, guardrails: [{ ...planned, guardrail: { ...guardrail, delta } }] }).isHeld;
    return [{ guardrail, leastDelta: goesThrough(1) ? bisect(goesThrough, guardrail.delta, 1, 20) : null }];
  });
}
