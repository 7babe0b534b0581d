import type { Arm } from '../assignment/assignment';
import { enterUnit, updateUnit, type GuardrailState } from '../judging/guardrail-state';
import { CONTROL } from './experiment';
import type { UnitRecord } from './records';

/** The part that an arm plays in its pairs: the control is the stable one of every pair. */
function roleOf(arm: number): Arm {
  return arm === CONTROL ? 'stable' : 'candidate';
}

/** The first and last pair that an arm's units count in: the control's in every pair, another arm's in its own. */
function firstPair(arm: number): number {
  return arm === CONTROL ? 0 : arm - 1;
}

function lastPair(arm: number, pairs: number): number {
  return arm === CONTROL ? pairs - 1 : arm - 1;
}

/** What a unit has in a stage; undefined when it was not seen in it. One of the things done for every row: no iterators. */
export function inStage(stages: UnitRecord['st'], stage: number): UnitRecord['st'][number] | undefined {
  for (let i = 0; i < stages.length; i++) if (stages[i]![0] === stage) return stages[i];
  return undefined;
}

/**
 * Changes what a unit has in one stage, and with it the guardrail's state in each pair of its arm (engine A). Changes `states`
 * and `stages`. Where a unit changes arms between stages, there is one pair.
 * @param states by pair, then by guardrail
 * @param stages the unit's stages; one must be `stage`
 * @param z the value that came; null = it was withdrawn
 * @param previousZ the value it replaces; null = it is new
 */
export function changeSums(
  states: readonly (readonly GuardrailState[])[],
  stages: UnitRecord['st'],
  stage: number,
  guardrail: number,
  z: number | null,
  previousZ: number | null,
): void {
  const entry = inStage(stages, stage);
  if (entry === undefined) throw new Error(`a value came for stage ${stage}, in which its unit was not exposed`);
  const arm = entry[1];
  const sums = entry[2];
  const { before, after } = told;
  before.m = sums[2 * guardrail]!;
  before.y = sums[2 * guardrail + 1]!;
  after.m = before.m + (z === null ? 0 : 1) - (previousZ === null ? 0 : 1);
  after.y = after.m === 0 ? 0 : before.y + (z ?? 0) - (previousZ ?? 0);
  sums[2 * guardrail] = after.m;
  sums[2 * guardrail + 1] = after.y;
  told.stage = stage;
  told.arm = roleOf(arm);
  told.others = stages.length === 1 ? NONE : othersOf(stages, stage, guardrail);
  const last = lastPair(arm, states.length);
  for (let pair = firstPair(arm); pair <= last; pair++) updateUnit(states[pair]![guardrail]!, told);
}

type Told = Parameters<typeof updateUnit>[1];

const NONE: Told['others'] = [];

/** What engine A is told of a value: filled anew for each, since three objects a value would be most of a tick's garbage. */
const told: Told = { stage: 0, arm: 'stable', before: { m: 0, y: 0 }, after: { m: 0, y: 0 }, others: NONE };

/** What a unit has of a guardrail in its stages other than one. */
function othersOf(stages: UnitRecord['st'], stage: number, guardrail: number): Told['others'] {
  return stages
    .filter(([other, , sums]) => other !== stage && sums[2 * guardrail]! > 0)
    .map(([other, arm, sums]) => {
      return { stage: other, arm: roleOf(arm), m: sums[2 * guardrail]!, y: sums[2 * guardrail + 1]! };
    });
}

/**
 * Lets a unit into engine B of one guardrail, in each pair of its arm. Changes `states`.
 * @param u `key` the unit's keyed hash; `atMs` when it settled
 */
export function enterUnits(
  states: readonly (readonly GuardrailState[])[],
  u: { stage: number; arm: number; guardrail: number; key: string; z: number; atMs: number },
): void {
  const { stage, arm, guardrail, key, z, atMs } = u;
  const last = lastPair(arm, states.length);
  for (let pair = firstPair(arm); pair <= last; pair++) {
    enterUnit(states[pair]![guardrail]!, { stage, arm: roleOf(arm), key, z, atMs });
  }
}
