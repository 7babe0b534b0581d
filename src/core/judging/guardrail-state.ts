import type { Arm } from '../assignment/assignment';
import { type ArmSums, emptyArmSums } from '../stats/ratio';
import { type CrossSums, crossIndex, pairIndex } from '../stats/stratified-ratio-difference';
import { type BlockLogs, emptyBlock, foldBlock, isBlockDue, type OpenBlock } from './blocks';
import { betOnFloor, type FloorState, noFloorBets } from './floor';
import { guardrailProblem, HARM_WEIGHTS, safeWeights } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import { settlePlannedEnd } from './planned-end';

/** Far above any rollout; a larger index is a mistake of the caller. */
const MOST_STAGES = 1000;

/** Sums of one stage (engine A) and its block that is not judged yet (engine B). */
export interface StageState {
  stable: ArmSums;
  candidate: ArmSums;
  open: OpenBlock | null;
}

/**
 * All that is kept of one guardrail's evidence: plain JSON, finite numbers, as large as its stages (squared) and its
 * open blocks, whatever the age of the rollout. The functions below change it in place.
 */
export interface GuardrailState {
  kind: FrozenGuardrail['kind'];
  /** Distinct units with a score, per arm. */
  units: Record<Arm, number>;
  stages: StageState[];
  /** By pairIndex, then crossIndex. */
  cross: CrossSums[][];
  /** Closed blocks. */
  logs: BlockLogs;
  /** Candidate's units that entered a block, and the bad ones (binary). */
  entered: { candidate: number; candidateBad: number };
  /** Bets against the floor; null = none. */
  floor: FloorState | null;
  /** What the planned end came to; absent while it is still to come (or none is planned). */
  plannedEnd?: 'worse' | 'not_worse';
  /** Values that were refused: not finite or outside [0, 1]. None may have come before anything counts as safe. */
  refused: number;
}

/** Scores of one unit in one stage: how many, and the sum of their z. */
export interface UnitSums {
  m: number;
  y: number;
}

/** State before any evidence. */
export function emptyGuardrailState(g: FrozenGuardrail): GuardrailState {
  const zeros = (weights: readonly number[]): number[] => weights.map(() => 0);
  const floor = guardrailProblem(g) === null ? g.floor : null;
  return {
    kind: g.kind,
    units: { stable: 0, candidate: 0 },
    stages: [],
    cross: [],
    logs: {
      harm: zeros(HARM_WEIGHTS),
      gate: zeros(safeWeights(g.kind)),
      safe: zeros(safeWeights(g.kind)),
    },
    entered: { candidate: 0, candidateBad: 0 },
    floor: floor === null ? null : noFloorBets(floor),
    refused: 0,
  };
}

/**
 * Engine A: the scores of a unit in a stage changed from `before` to `after`. m = 0 stands for "no score": before, the
 * unit is new in the stage; after, its last score was withdrawn.
 * @param u `others` are the unit's sums in its other stages, whichever arm it had there
 */
export function updateUnit(
  state: GuardrailState,
  u: {
    stage: number;
    arm: Arm;
    before: UnitSums;
    after: UnitSums;
    others: readonly { stage: number; arm: Arm; m: number; y: number }[];
  },
): void {
  const { before, after } = u;
  if (!isUnitSums(after.m, after.y) || !isUnitSums(before.m, before.y)) {
    state.refused += 1;
    return;
  }
  const came = (after.m > 0 ? 1 : 0) - (before.m > 0 ? 1 : 0);
  const sums = stageAt(state, u.stage)[u.arm];
  sums.units += came;
  sums.m += after.m - before.m;
  sums.y += after.y - before.y;
  sums.mm += after.m * after.m - before.m * before.m;
  sums.yy += after.y * after.y - before.y * before.y;
  sums.ym += after.y * after.m - before.y * before.m;
  let isNewInArm = true;
  for (let i = 0; i < u.others.length; i++) {
    const other = u.others[i]!;
    if (other.m === 0 || other.stage === u.stage) continue;
    if (other.arm === u.arm) isNewInArm = false;
    addToCross(state, u, other, after.m - before.m, after.y - before.y);
  }
  if (isNewInArm) state.units[u.arm] += came;
}

/**
 * Engine B: a unit enters the open block of a stage, once per rollout.
 * @param u `key` a keyed hash of the unit; `z` in [0, 1], for a binary guardrail 0 or 1; `atMs` when it settled
 */
export function enterUnit(
  state: GuardrailState,
  u: { stage: number; arm: Arm; key: string; z: number; atMs: number },
): void {
  const { z } = u;
  if (!isEntry(state.kind, z)) {
    state.refused += 1;
    return;
  }
  countEntry(state, u.arm, z);
  const stage = stageAt(state, u.stage);
  stage.open ??= emptyBlock(u.atMs);
  if (u.atMs < stage.open.openedAtMs) stage.open.openedAtMs = u.atMs;
  const arm = stage.open[u.arm];
  arm.units += 1;
  if (state.kind === 'binary') {
    arm.bad += 1 - z;
  } else {
    arm.keys.push(u.key);
    arm.zs.push(z);
  }
}

/** Whether a unit can enter with this z: within [0, 1], for a binary guardrail 0 or 1. */
export function isEntry(kind: FrozenGuardrail['kind'], z: number): boolean {
  return kind === 'binary' ? z === 0 || z === 1 : z >= 0 && z <= 1;
}

/** What does not wait for a block to close: the candidate's counts, and the bets on the floor. Changes `state`. */
export function countEntry(state: GuardrailState, arm: Arm, z: number): void {
  if (arm === 'candidate') {
    state.entered.candidate += 1;
    if (state.kind === 'binary') state.entered.candidateBad += 1 - z;
  }
  if (state.floor !== null) betOnFloor(state.floor, arm, z);
}

/**
 * Closes the open blocks that are due (see isBlockDue), and settles the planned end when it is reached.
 * @param blockMs longest time a stage's block stays open (1 h, or a quarter of the bake when that is shorter)
 */
export function closeBlocks(
  state: GuardrailState,
  g: FrozenGuardrail,
  nowMs: number,
  blockMs: (stage: number) => number,
): void {
  if (guardrailProblem(g) !== null) return;
  for (const [index, stage] of state.stages.entries()) {
    const block = stage.open;
    if (block === null) continue;
    const units = { stableUnits: block.stable.units, candidateUnits: block.candidate.units };
    if (!isBlockDue(units, { openedAtMs: block.openedAtMs, nowMs, blockMs: blockMs(index) })) continue;
    foldBlock(state.logs, block, g);
    stage.open = null;
  }
  settlePlannedEnd(g, state);
}

/** The products with the unit's sums in another stage change by that stage's sums times the difference in this one. */
export function addToCross(
  state: GuardrailState,
  here: { stage: number; arm: Arm },
  other: { stage: number; arm: Arm; m: number; y: number },
  dm: number,
  dy: number,
): void {
  stageAt(state, Math.max(here.stage, other.stage));
  const isEarlier = here.stage < other.stage;
  const [first, second] = isEarlier ? [here, other] : [other, here];
  const index = pairIndex(first.stage, second.stage);
  const sums = state.cross[index]![crossIndex(first.arm === 'candidate', second.arm === 'candidate')]!;
  sums.yy += other.y * dy;
  sums.mm += other.m * dm;
  sums.ym += isEarlier ? dy * other.m : other.y * dm;
  sums.my += isEarlier ? dm * other.y : other.m * dy;
}

/** The stage's sums; those up to it are made when there are none yet. */
export function stageAt(state: GuardrailState, index: number): StageState {
  const known = state.stages[index];
  if (known !== undefined) return known;
  if (!Number.isInteger(index) || index < 0 || index >= MOST_STAGES)
    throw new Error(`stage: expected an integer in 0..${MOST_STAGES - 1}, got ${index}`);
  while (state.stages.length <= index) {
    for (let s = 0; s < state.stages.length; s++) state.cross.push([0, 1, 2, 3].map(emptyCross));
    state.stages.push({ stable: emptyArmSums(), candidate: emptyArmSums(), open: null });
  }
  return state.stages[index]!;
}

function emptyCross(): CrossSums {
  return { yy: 0, ym: 0, my: 0, mm: 0 };
}

/** A count of scores and the sum of that many values in [0, 1]. */
export function isUnitSums(m: number, y: number): boolean {
  return Number.isFinite(m) && m >= 0 && y >= -1e-9 && y <= m + 1e-9 * (1 + m);
}
