import type { Arm } from '../../../core/assignment/assignment';
import { toZ } from '../../../core/judging/guardrail';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  updateUnit,
} from '../../../core/judging/guardrail-state';
import { normal, type Random } from '../../random';
import { addRawValue, type EvidenceOfOthers, noEvidenceOfOthers, type SeenUser } from './evidence-of-others';
import { judgeLooks, type RolloutResult } from './judge-looks';
import type { MetricModel } from './metric-model';
import { poisson } from './chance';

const HOUR_MS = 3_600_000;
export const TICKS_PER_HOUR = 4;
/** Of a user's values, the correlation between two of them. */
const ICC = 0.3;
const VALUES_PER_USER = 3;
/** A later value comes within the same tick with this probability, else hours later. */
const AT_ONCE = 0.6;

/** The traffic of one rollout: 10 %, then 50 %, for two days. */
export interface TrafficModel {
  /** Values (traces) a day. */
  perDay: number;
  /** Three values a user with an intra-class correlation of .3, else one. */
  isClustered: boolean;
  /** Arrivals and levels swing over the day. */
  hasTimeOfDay: boolean;
  /** When 10 % becomes 50 %. */
  switchHour: number;
  hours: number;
}

const NONE: User['stages'] = [];

interface User extends SeenUser {
  hash: number;
  /** What its copied values share. */
  own: number;
  firstZ: number;
  stages: { stage: number; arm: Arm; m: number; y: number }[];
}

interface World {
  model: MetricModel;
  traffic: TrafficModel;
  random: Random;
  state: GuardrailState;
  others: EvidenceOfOthers;
  returning: Map<number, User[]>;
}

/**
 * One rollout, judged by the engine and by the rules of others at once.
 * @param isWhole false to stop when every rule has rolled back
 */
export function simulateRollout(
  model: MetricModel,
  traffic: TrafficModel,
  random: Random,
  isWhole: boolean,
): RolloutResult {
  const world: World = {
    model,
    traffic,
    random,
    state: emptyGuardrailState(model.guardrail),
    others: noEvidenceOfOthers(),
    returning: new Map(),
  };
  const looks = judgeLooks(model, world.state, world.others, traffic);
  for (let tick = 0; tick < traffic.hours * TICKS_PER_HOUR; tick++) {
    serve(world, tick);
    closeBlocks(world.state, model.guardrail, ((tick + 1) / TICKS_PER_HOUR) * HOUR_MS, () => HOUR_MS);
    looks.look((tick + 1) / TICKS_PER_HOUR);
    if (!isWhole && looks.allRolledBack()) break;
  }
  return looks.result();
}

/** Afternoon peak, -1..1. */
function swingAt(tick: number): number {
  return Math.cos((2 * Math.PI * (tick / TICKS_PER_HOUR - 15)) / 24);
}

function serve(world: World, tick: number): void {
  const { traffic, random, model, returning } = world;
  const swing = traffic.hasTimeOfDay ? swingAt(tick) : 0;
  const stage = tick < traffic.switchHour * TICKS_PER_HOUR ? 0 : 1;
  const share = stage === 0 ? 0.1 : 0.5;
  const perUser = traffic.isClustered ? VALUES_PER_USER : 1;
  const mean = (traffic.perDay / perUser / 24 / TICKS_PER_HOUR) * (1 + 0.7 * swing);
  const chance = model.chance === 'normal' ? () => normal(random) : random;
  for (const user of returning.get(tick) ?? []) addValue(world, user, tick, stage, share, swing, chance);
  returning.delete(tick);
  for (let i = poisson(mean, random); i > 0; i--) {
    const hash = random();
    const arm: Arm = hash < share ? 'candidate' : 'stable';
    const user: User = { hash, own: 0, firstArm: arm, n: 0, sum: 0, firstZ: 0, stages: [] };
    if (traffic.isClustered) user.own = chance();
    addValue(world, user, tick, stage, share, swing, chance);
    for (let j = 1, at = tick; j < perUser; j++) {
      if (random() >= AT_ONCE) at += TICKS_PER_HOUR * (1 + poisson(5, random));
      if (at === tick) addValue(world, user, tick, stage, share, swing, chance);
      else returning.set(at, [...(returning.get(at) ?? []), user]);
    }
    enter(world, user, stage, tick);
  }
}

function addValue(
  { model, traffic, random, state, others }: World,
  user: User,
  tick: number,
  stage: number,
  share: number,
  swing: number,
  chance: () => number,
): void {
  const arm: Arm = user.hash < share ? 'candidate' : 'stable';
  const isCopy = traffic.isClustered && random() < Math.sqrt(ICC);
  const x = model.draw(arm, isCopy ? user.own : chance(), swing);
  addRawValue(others, arm, x, Math.floor((2 * tick) / TICKS_PER_HOUR), user);
  const z = toZ(model.guardrail.transform, x);
  if (z === null) throw new Error(`${model.guardrail.id}: the model drew ${x}, outside its range`);
  let sums = user.stages.at(-1);
  if (sums === undefined) user.firstZ = z;
  if (sums?.stage !== stage) user.stages.push((sums = { stage, arm, m: 0, y: 0 }));
  const before = { m: sums.m, y: sums.y };
  sums.m += 1;
  sums.y += z;
  updateUnit(state, {
    stage,
    arm,
    before,
    after: sums,
    others: user.stages.length === 1 ? NONE : user.stages.slice(0, -1),
  });
}

/** With what it has at the end of its first tick; a yes/no metric takes the first value. */
function enter({ state }: World, user: User, stage: number, tick: number): void {
  const sums = user.stages[0]!;
  const z = state.kind === 'binary' ? user.firstZ : Math.min(1, sums.y / sums.m);
  const key = state.kind === 'binary' ? '' : String(Math.floor(user.hash * 0x4000_0000));
  enterUnit(state, { stage, arm: sums.arm, key, z, atMs: (tick / TICKS_PER_HOUR) * HOUR_MS });
}
