import { burnInUnits } from '../judging/burn-in';
import type { FrozenGuardrail } from '../judging/guardrail';
import type { GuardrailState } from '../judging/guardrail-state';
import { asymptoticCsRadius } from '../stats/asymptotic-cs';
import {
  pointDifference,
  stratifiedRatioDifference,
  type CrossSums,
  type StageSums,
} from '../stats/stratified-ratio-difference';

/**
 * How far an arm is from another one, on the z scale (higher is better). `low` and `high` are null together: before the
 * burn-in, or while nothing varies.
 */
export interface Difference {
  /** Indexes of the arms: `arm` less `against`. */
  arm: number;
  against: number;
  unitsArm: number;
  unitsAgainst: number;
  meanArm: number | null;
  meanAgainst: number | null;
  difference: number | null;
  /** Standard error at this look. */
  se: number | null;
  low: number | null;
  high: number | null;
}

/**
 * The level at which each interval is made, so that all of them hold together: alpha is shared out among the pairs of arms,
 * those between two variants included (Bonferroni).
 */
export function pairAlpha(alpha: number, arms: number): number {
  return alpha / ((arms * (arms - 1)) / 2);
}

/**
 * The difference between two arms with its two-sided confidence sequence: it may be looked at at every tick.
 * @param metric the metric of interest; its margin is where the sequence is tightest
 * @param states of that metric, by pair: arm `i` against the control is `states[i - 1]`
 * @param alpha level of this one interval, in (0, 1)
 */
export function differenceOf(
  metric: FrozenGuardrail,
  states: readonly GuardrailState[],
  { arm, against }: { arm: number; against: number },
  alpha: number,
): Difference {
  const { stages, cross, units } = sumsOf(states, arm, against);
  const estimate = stratifiedRatioDifference(stages, cross);
  const center = estimate ?? pointDifference(stages);
  const isReady =
    estimate !== null && Math.min(estimate.unitsStable, estimate.unitsCandidate) >= burnInUnits(metric, 'safe');
  const radius = isReady ? asymptoticCsRadius(estimate.se, metric.delta, alpha) : null;
  return {
    arm,
    against,
    unitsArm: units.arm,
    unitsAgainst: units.against,
    meanArm: center?.meanCandidate ?? null,
    meanAgainst: center?.meanStable ?? null,
    difference: center?.theta ?? null,
    se: estimate?.se ?? null,
    low: center === null || radius === null ? null : center.theta - radius,
    high: center === null || radius === null ? null : center.theta + radius,
  };
}

interface PairSums {
  stages: StageSums[];
  cross: CrossSums[][];
  units: { arm: number; against: number };
}

/**
 * The sums of a pair, `against` in the part of stable. Between two variants they come from the variants' own pairs: no unit is
 * in both, and none changes arms, so only the sums of one arm in two stages are left of the cross sums.
 */
function sumsOf(states: readonly GuardrailState[], arm: number, against: number): PairSums {
  const own = states[arm - 1];
  if (own === undefined) throw new Error(`arm ${arm} has no state`);
  if (against === 0) return { ...own, units: { arm: own.units.candidate, against: own.units.stable } };
  const other = states[against - 1];
  if (other === undefined) throw new Error(`arm ${against} has no state`);
  const stages = Math.min(own.stages.length, other.stages.length);
  return {
    stages: Array.from({ length: stages }, (_, stage) => ({
      stable: other.stages[stage]!.candidate,
      candidate: own.stages[stage]!.candidate,
    })),
    cross: Array.from({ length: (stages * (stages - 1)) / 2 }, (_, pair) => [
      other.cross[pair]![BOTH_CANDIDATE]!,
      NOTHING,
      NOTHING,
      own.cross[pair]![BOTH_CANDIDATE]!,
    ]),
    units: { arm: own.units.candidate, against: other.units.candidate },
  };
}

/** Of a pair's cross sums: in the candidate's part both times. */
const BOTH_CANDIDATE = 3;
const NOTHING: CrossSums = { yy: 0, ym: 0, my: 0, mm: 0 };
