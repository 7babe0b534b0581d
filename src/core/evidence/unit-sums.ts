import type { Arm } from '../assignment/assignment';
import { updateUnit, type GuardrailState } from '../judging/guardrail-state';
import type { UnitRecord } from './records';

/** 0 = stable, 1 = candidate, as units keep it. */
export const ARMS: readonly [Arm, Arm] = ['stable', 'candidate'];

/** A value that came (`previousZ` null), was replaced, or was withdrawn (`z` null). */
export interface ValueChange {
  z: number | null;
  previousZ: number | null;
}

/**
 * Changes what a unit has in one stage, and with it the guardrail's state (engine A). Changes `state` and `stages`.
 * @param stages the unit's stages; one must be `stage`
 * @returns the unit's count and sum in the stage afterwards
 */
export function changeSums(
  state: GuardrailState,
  stages: UnitRecord['st'],
  at: { stage: number; guardrail: number },
  { z, previousZ }: ValueChange,
): { m: number; y: number } {
  const { stage, guardrail } = at;
  const entry = stages.find(([seen]) => seen === stage);
  if (entry === undefined) throw new Error(`a value came for stage ${stage}, in which its unit was not exposed`);
  const [, arm, sums] = entry;
  const before = { m: sums[2 * guardrail]!, y: sums[2 * guardrail + 1]! };
  const m = before.m + (z === null ? 0 : 1) - (previousZ === null ? 0 : 1);
  const after = { m, y: m === 0 ? 0 : before.y + (z ?? 0) - (previousZ ?? 0) };
  sums[2 * guardrail] = after.m;
  sums[2 * guardrail + 1] = after.y;
  const others = [];
  for (const [otherStage, otherArm, otherSums] of stages) {
    const otherM = otherSums[2 * guardrail]!;
    if (otherStage !== stage && otherM > 0) {
      others.push({ stage: otherStage, arm: ARMS[otherArm], m: otherM, y: otherSums[2 * guardrail + 1]! });
    }
  }
  updateUnit(state, { stage, arm: ARMS[arm], before, after, others });
  return after;
}
