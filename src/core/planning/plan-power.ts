import type { FrozenGuardrail } from '../judging/guardrail';
import { firstTime, planRamp, type PlanInput, type PlannedGuardrail, type RampPlan } from './plan-ramp';
import { type ArmUnits, plannedSettleMs, plannedUnits, type PlannedStep, totalUnits } from './planned-units';
import { bisect } from '../stats/bisect';
import { harmProbability, safetyProbability } from './proof-probability';

/** A time from the start of the rollout, and the units with a value that have come by then. */
export interface Moment {
  atMs: number;
  units: ArmUnits;
}

/** Probability that a regression of a size has been found. */
export interface CurvePoint {
  /** How much worse the candidate's mean z is, in [0, 1]. */
  effect: number;
  probability: number;
}

/** What can be seen by the end of one step. */
export interface StepPower extends Moment {
  percent: number;
  /** Smallest regressions that are found with 50 and with 80 % probability, on the z scale; null = not even the largest. */
  smallest50: number | null;
  smallest80: number | null;
  curve: CurvePoint[];
}

/** What a guardrail will see. */
export interface GuardrailPower extends PlannedGuardrail {
  steps: StepPower[];
  /** When a regression of the margin's size is found; null = not within the ramp. */
  marginFound50: Moment | null;
  marginFound80: Moment | null;
  /** When an equal candidate is proven within the margin, at even odds; null = not in time. */
  provenSafe: Moment | null;
}

export interface PowerPlan {
  ramp: RampPlan;
  /** From the start until `production` moves; null = it is held before. */
  promotedAfterMs: number | null;
  /** Until the watch ends. */
  finalAfterMs: number | null;
  guardrails: GuardrailPower[];
}

const CURVE_POINTS = 40;
/** A curve goes to this many margins, or to where everything is found, whichever is less. */
const CURVE_MARGINS = 4;

/** What a rollout will be able to see, and how long it will take: before it starts, from traffic and history. */
export function planPower(input: PlanInput): PowerPlan {
  const { policy } = input;
  const ramp = planRamp(input);
  const promotedAfterMs = ramp.isHeld ? null : ramp.steps.at(-1)!.toMs;
  return {
    ramp,
    promotedAfterMs,
    finalAfterMs: promotedAfterMs === null ? null : promotedAfterMs + policy.watchMs,
    guardrails: input.guardrails.map((planned) => guardrailPower(input, ramp, planned)),
  };
}

function guardrailPower(input: PlanInput, { steps }: RampPlan, planned: PlannedGuardrail): GuardrailPower {
  const { policy } = input;
  const { guardrail, unitsPerDay } = planned;
  const settleMs = plannedSettleMs(input.policy, guardrail);
  const last = steps.at(-1)!;
  const latestMs = last.fromMs + policy.steps[steps.length - 1]!.bakeMs + policy.maxHold.afterMs;
  const stagesAt = (atMs: number): ArmUnits[] => plannedUnits(steps, unitsPerDay, atMs, settleMs);
  const first = (probability: (stages: ArmUnits[]) => number, odds: number): Moment | null => {
    const atMs = firstTime((time) => probability(stagesAt(time)) >= odds, 0, latestMs);
    return atMs === null ? null : { atMs, units: totalUnits(stagesAt(atMs)) };
  };
  const found = (stages: ArmUnits[]): number => harmProbability(guardrail, stages, guardrail.delta, policy.alpha);
  const safe = (stages: ArmUnits[]): number => safetyProbability(guardrail, stages, 'safe', policy.beta);
  return {
    ...planned,
    steps: steps.map((step, index) =>
      stepPower(guardrail, step, stagesAt(step.toMs).slice(0, index + 1), policy.alpha),
    ),
    marginFound50: first(found, 0.5),
    marginFound80: first(found, 0.8),
    provenSafe: first(safe, 0.5),
  };
}

function stepPower(g: FrozenGuardrail, step: PlannedStep, stages: ArmUnits[], alpha: number): StepPower {
  const probability = (effect: number): number => harmProbability(g, stages, effect, alpha);
  const widest = Math.min(CURVE_MARGINS * g.delta, largestEffect(g));
  return {
    percent: step.percent,
    atMs: step.toMs,
    units: totalUnits(stages),
    smallest50: smallestEffect(g, probability, 0.5),
    smallest80: smallestEffect(g, probability, 0.8),
    curve: Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
      const effect = (i * widest) / CURVE_POINTS;
      return { effect, probability: probability(effect) };
    }),
  };
}

function smallestEffect(g: FrozenGuardrail, probability: (effect: number) => number, odds: number): number | null {
  const largest = largestEffect(g);
  return probability(largest) < odds ? null : bisect((effect) => !(probability(effect) < odds), 0, largest, 40);
}

/** Nothing can lose more than it has. */
function largestEffect({ kind, reference }: FrozenGuardrail): number {
  return reference.mean ?? (kind === 'binary' ? 1 - reference.p : 1);
}
