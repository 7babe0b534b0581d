import type { Arm } from '../../../core/assignment/assignment';
import type { FrozenGuardrail } from '../../../core/judging/guardrail';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  type UnitSums,
  updateUnit,
} from '../../../core/judging/guardrail-state';
import { judgeColumns } from '../../../core/judging/judge-columns';
import { unitColumns, valueColumns } from '../../../core/judging/unit-columns';
import type { SeenUser } from './evidence-of-others';
import type { TrafficModel } from './simulate-rollout';

const HOUR_MS = 3_600_000;
const BLOCK_MS = HOUR_MS;

/** A user with what came of it, by stage. */
export interface User extends SeenUser {
  hash: number;
  /** What its copied values share. */
  own: number;
  firstZ: number;
  stages: UserStage[];
}

interface UserStage extends UnitSums {
  stage: number;
  arm: Arm;
}

/** How the users of a simulated rollout become a guardrail's state. */
export interface Users {
  state: GuardrailState;
  /** A value has come: the user's newest stage changed from `before`. */
  valueCame: (user: User, sums: UserStage, before: UnitSums) => void;
  /** The user's first tick is over. @param atMs when it was exposed */
  enter: (user: User, atMs: number) => void;
  endTick: (nowMs: number) => void;
}

const NONE: UserStage[] = [];

/** Users who may come back: each value is added when it comes. */
export function oneByOne(g: FrozenGuardrail): Users {
  const state = emptyGuardrailState(g);
  return {
    state,
    valueCame(user, sums, before) {
      const others = user.stages.length === 1 ? NONE : user.stages.slice(0, -1);
      updateUnit(state, { stage: sums.stage, arm: sums.arm, before, after: sums, others });
    },
    enter(user, atMs) {
      const { stage, arm } = user.stages[0]!;
      const key = state.kind === 'binary' ? '' : String(keyOf(user));
      enterUnit(state, { stage, arm, key, z: entryOf(user, g), atMs });
    },
    endTick: (nowMs) => closeBlocks(state, g, nowMs, () => BLOCK_MS),
  };
}

/** Users who come once: all of a tick at once, in columns. */
export function inColumns(g: FrozenGuardrail, { perDay, hours }: TrafficModel): Users {
  const capacity = mostUsers((perDay * hours) / 24);
  const units = unitColumns(capacity);
  const values = valueColumns(capacity);
  const judge = judgeColumns([g], units, [values], () => BLOCK_MS);
  let row = 0;
  return {
    state: judge.states()[0]!,
    valueCame: () => {},
    enter(user, atMs) {
      const { stage, arm, m, y } = user.stages[0]!;
      units.stage[row] = stage;
      units.arm[row] = arm === 'candidate' ? 1 : 0;
      units.key[row] = keyOf(user);
      units.settledMs[row] = atMs;
      values.count[row] = m;
      values.sum[row] = y;
      row += 1;
    },
    endTick: (nowMs) => judge.tick(row, nowMs),
  };
}

/** A number of users that a Poisson number of this mean does not exceed. */
function mostUsers(mean: number): number {
  return Math.ceil(mean + 10 * Math.sqrt(mean) + 100);
}

/** An order that has nothing to do with the values, nor, within an arm, with its share. */
function keyOf({ hash }: User): number {
  return Math.floor(hash * 0x4000_0000);
}

/** With what it has at the end of its first tick; a yes/no metric takes the first value. */
function entryOf({ firstZ, stages }: User, { kind }: FrozenGuardrail): number {
  const sums = stages[0]!;
  return kind === 'binary' ? firstZ : Math.min(1, sums.y / sums.m);
}
