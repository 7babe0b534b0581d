import type { Arm } from '../../../src/core/assignment/assignment';
import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  type UnitSums,
  updateUnit,
} from '../../../src/core/judging/guardrail-state';
import { combineHarm, judgeGuardrail } from '../../../src/core/judging/judge';

const HOUR_MS = 3_600_000;

/** One metric, two arms, nested shares that grow: what the judge sees, tick by tick. */
export interface Scenario {
  guardrail: FrozenGuardrail;
  unitsPerDay: number;
  /** z of a unit's score; `copy` is the unit's own number in [0, 1), the same for all its scores. */
  draw: (arm: Arm, random: () => number, copy: number, atHour: number) => number;
  /** Candidate's share by hour. */
  share: (atHour: number) => number;
  hours: number;
  ticksPerHour: number;
  scoresPerUnit: number;
  alpha: number;
  seed: number;
}

export interface Outcome {
  /** Candidate units that had been exposed when harm was first proven; null = never. */
  harmAfterUnits: number | null;
  harmful: string | null;
  /** Whether the promise for the gate, and for promotion, was ever reached. */
  everGate: boolean;
  everSafe: boolean;
  bothArmsBroken: boolean;
  state: GuardrailState;
}

interface SeenUnit {
  hash: number;
  copy: number;
  sums: { stage: number; arm: Arm; m: number; y: number }[];
}

/** The usual ramp: 10 % for a day, then 50 %. */
export function tenThenFifty(atHour: number): number {
  return atHour < 24 ? 0.1 : 0.5;
}

// Looked up once: a test's sandbox makes every use of a global slow.
const { imul, floor } = Math;
const NONE: SeenUnit['sums'] = [];

/** A small generator of numbers in [0, 1) that repeats for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = imul(a ^ (a >>> 15), 1 | a);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Runs a rollout to its end or to the first proof of harm. */
export function simulate(s: Scenario): Outcome {
  const random = seeded(s.seed);
  const state = emptyGuardrailState(s.guardrail);
  const outcome: Outcome = {
    harmAfterUnits: null,
    harmful: null,
    everGate: false,
    everSafe: false,
    bothArmsBroken: false,
    state,
  };
  const returning = new Map<number, SeenUnit[]>();
  const shares: number[] = [];
  const perTick = s.unitsPerDay / 24 / s.ticksPerHour / s.scoresPerUnit;
  for (let tick = 0; tick < s.hours * s.ticksPerHour; tick++) {
    const atHour = tick / s.ticksPerHour;
    const share = s.share(atHour);
    if (shares.at(-1) !== share) shares.push(share);
    const scored = returning.get(tick) ?? [];
    returning.delete(tick);
    for (let i = poisson(perTick, random); i > 0; i--) {
      const unit: SeenUnit = { hash: random(), copy: random(), sums: [] };
      scored.push(unit);
      for (let j = 1; j < s.scoresPerUnit; j++) {
        const later = tick + floor(random() * 12 * s.ticksPerHour);
        returning.set(later, [...(returning.get(later) ?? []), unit]);
      }
    }
    for (const unit of scored) score(state, s, unit, shares.length - 1, share, atHour, random);
    closeBlocks(state, s.guardrail, atHour * HOUR_MS, () => HOUR_MS);
    if (look(s, state, outcome)) return outcome;
  }
  return outcome;
}

function score(
  state: GuardrailState,
  s: Scenario,
  unit: SeenUnit,
  stage: number,
  share: number,
  atHour: number,
  random: () => number,
): void {
  const arm: Arm = unit.hash < share ? 'candidate' : 'stable';
  const z = s.draw(arm, random, unit.copy, atHour);
  const isNew = unit.sums.length === 0;
  let sums = unit.sums.at(-1);
  if (sums?.stage !== stage) {
    sums = { stage, arm, m: 0, y: 0 };
    unit.sums.push(sums);
  }
  const before: UnitSums = { m: sums.m, y: sums.y };
  sums.m += 1;
  sums.y += z;
  const others = unit.sums.length === 1 ? NONE : unit.sums.filter((one) => one.stage !== stage);
  updateUnit(state, { stage, arm, before, after: sums, others });
  if (!isNew) return;
  const key = state.kind === 'binary' ? '' : String(imul(floor(unit.hash * 0x7fffffff), 0x9e3779b1) >>> 0);
  enterUnit(state, { stage, arm, key, z, atMs: atHour * HOUR_MS });
}

function look(s: Scenario, state: GuardrailState, outcome: Outcome): boolean {
  const bounds = { alpha: s.alpha, beta: 0.05 };
  const verdict = judgeGuardrail(s.guardrail, state, bounds);
  const combined = combineHarm([verdict], [s.guardrail], bounds);
  outcome.everGate ||= verdict.logESafeGate >= Math.log(20);
  outcome.everSafe ||= verdict.kind === 'safe';
  outcome.bothArmsBroken ||= combined.bothArmsBroken.length > 0;
  if (combined.logE < Math.log(1 / s.alpha)) return false;
  outcome.harmAfterUnits = verdict.unitsCandidate;
  outcome.harmful = verdict.reason;
  return true;
}

function poisson(mean: number, random: () => number): number {
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let n = 0;
  for (let left = Math.exp(-mean), p = random(); p > left; p *= random()) n++;
  return n;
}
