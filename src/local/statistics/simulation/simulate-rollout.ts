import type { Arm } from '../../../core/assignment/assignment';
import { toZ } from '../../../core/judging/guardrail';
import { normal, type Random } from '../../random';
import { poisson } from './chance';
import { addRawValue, type EvidenceOfOthers, noEvidenceOfOthers } from './evidence-of-others';
import { judgeLooks, type RolloutResult } from './judge-looks';
import type { MetricModel } from './metric-model';
import { inColumns, oneByOne, type User, type Users } from './users';

const HOUR_MS = 3_600_000;
export const TICKS_PER_HOUR = 4;
/** Of a user's values, the correlation between two of them. */
const ICC = 0.3;
export const VALUES_PER_USER = 3;
/** A later value comes within the same tick with this probability, else hours later. */
const AT_ONCE = 0.6;

/** The traffic of one rollout: 10 %, then 50 %, perhaps 95 %. */
export interface TrafficModel {
  /** Values (traces) a day. */
  perDay: number;
  /** Three values a user with an intra-class correlation of .3, else one. */
  isClustered: boolean;
  /** Arrivals and levels swing over the day. */
  hasTimeOfDay: boolean;
  /** When 10 % becomes 50 %. */
  switchHour: number;
  /** When 50 % becomes 95 %, as after a promotion; null = never. */
  watchHour: number | null;
  /** From when on the metric's provider fails in both arms; null = never. */
  outageHour: number | null;
  hours: number;
}

interface World {
  model: MetricModel;
  traffic: TrafficModel;
  random: Random;
  users: Users;
  others: EvidenceOfOthers;
  returning: Map<number, User[]>;
}

/** What one tick is like. */
interface Tick {
  number: number;
  stage: number;
  /** The candidate's. */
  share: number;
  swing: number;
  isOutage: boolean;
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
  const users = traffic.isClustered ? oneByOne(model.guardrail) : inColumns(model.guardrail, traffic);
  const world: World = { model, traffic, random, users, others: noEvidenceOfOthers(), returning: new Map() };
  const looks = judgeLooks(model, users.state, world.others, traffic);
  for (let number = 0; number < traffic.hours * TICKS_PER_HOUR; number++) {
    serve(world, tickOf(traffic, number));
    users.endTick(((number + 1) / TICKS_PER_HOUR) * HOUR_MS);
    looks.look((number + 1) / TICKS_PER_HOUR);
    if (!isWhole && looks.allRolledBack()) break;
  }
  return looks.result();
}

const SHARES = [0.1, 0.5, 0.95] as const;

function tickOf({ hasTimeOfDay, switchHour, watchHour, outageHour }: TrafficModel, number: number): Tick {
  const atHour = number / TICKS_PER_HOUR;
  const stage = atHour < switchHour ? 0 : atHour < (watchHour ?? Infinity) ? 1 : 2;
  const swing = hasTimeOfDay ? swingAt(number) : 0;
  return { number, stage, share: SHARES[stage], swing, isOutage: atHour >= (outageHour ?? Infinity) };
}

/** Afternoon peak, -1..1. */
function swingAt(tick: number): number {
  return Math.cos((2 * Math.PI * (tick / TICKS_PER_HOUR - 15)) / 24);
}

function serve(world: World, tick: Tick): void {
  const { traffic, random, model, returning } = world;
  const perUser = traffic.isClustered ? VALUES_PER_USER : 1;
  const mean = (traffic.perDay / perUser / 24 / TICKS_PER_HOUR) * (1 + 0.7 * tick.swing);
  const chance = model.chance === 'normal' ? () => normal(random) : random;
  for (const user of returning.get(tick.number) ?? []) addValue(world, user, tick, chance);
  returning.delete(tick.number);
  for (let i = poisson(mean, random); i > 0; i--) {
    const hash = random();
    const arm: Arm = hash < tick.share ? 'candidate' : 'stable';
    const user: User = { hash, own: 0, firstArm: arm, n: 0, sum: 0, firstZ: 0, stages: [] };
    if (traffic.isClustered) user.own = chance();
    addValue(world, user, tick, chance);
    for (let j = 1, at = tick.number; j < perUser; j++) {
      if (random() >= AT_ONCE) at += TICKS_PER_HOUR * (1 + poisson(5, random));
      if (at === tick.number) addValue(world, user, tick, chance);
      else returning.set(at, [...(returning.get(at) ?? []), user]);
    }
    world.users.enter(user, (tick.number / TICKS_PER_HOUR) * HOUR_MS);
  }
}

function addValue(
  { model, traffic, random, users, others }: World,
  user: User,
  tick: Tick,
  chance: () => number,
): void {
  const arm: Arm = user.hash < tick.share ? 'candidate' : 'stable';
  const isCopy = traffic.isClustered && random() < Math.sqrt(ICC);
  const drawn = isCopy ? user.own : chance();
  const x = tick.isOutage && model.broken !== undefined ? model.broken(drawn) : model.draw(arm, drawn, tick.swing);
  addRawValue(others, arm, x, Math.floor((2 * tick.number) / TICKS_PER_HOUR), user);
  const z = toZ(model.guardrail.transform, x);
  if (z === null) throw new Error(`${model.guardrail.id}: the model drew ${x}, outside its range`);
  let sums = user.stages.at(-1);
  if (sums === undefined) user.firstZ = z;
  if (sums?.stage !== tick.stage) user.stages.push((sums = { stage: tick.stage, arm, m: 0, y: 0 }));
  const before = { m: sums.m, y: sums.y };
  sums.m += 1;
  sums.y += z;
  users.valueCame(user, sums, before);
}
