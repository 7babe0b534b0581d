import * as fc from 'fast-check';
import type { Arm } from '../../../src/core/assignment/assignment';
import type { FrozenGuardrail, HarmPlan } from '../../../src/core/judging/guardrail';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  updateUnit,
} from '../../../src/core/judging/guardrail-state';
import { judgeColumns } from '../../../src/core/judging/judge-columns';
import { keyText } from '../../../src/core/judging/key-order';
import { judgeGuardrail } from '../../../src/core/judging/judge';
import type { UnitColumns, ValueColumns } from '../../../src/core/judging/unit-columns';
import { binaryGuardrail, boundedGuardrail } from './fixtures';

const BOUNDS = { alpha: 0.05, beta: 0.05 };
const BLOCK_MS = 8;
const STAGES = 3;

/** One unit in one stage: who it is, where, and its values' z. */
interface Row {
  unit: number;
  stage: number;
  arm: Arm;
  key: number;
  zs: number[];
}

const GUARDRAILS: Record<string, FrozenGuardrail> = {
  'yes/no with a floor': binaryGuardrail({ floor: 0.6 }),
  'a score': boundedGuardrail(),
  'a score with a floor': boundedGuardrail({ floor: 0.5 }),
  'yes/no with a planned end': binaryGuardrail({ harmPlan: planFor(12) }),
  'a score with a planned end': boundedGuardrail({ harmPlan: planFor(17) }),
};

function planFor(effectiveUnits: number): HarmPlan {
  const weights = { mixture: 0.3, plannedEnd: 0.2, engineB: 0.5 };
  return { weights, plannedEnd: { effectiveUnits, bound: 0.2 } };
}

/** Keys collide on purpose. */
const rows = (z: fc.Arbitrary<number>): fc.Arbitrary<Row[]> =>
  fc
    .array(
      fc.record({
        unit: fc.nat(60),
        stage: fc.nat(STAGES - 1),
        arm: fc.constantFrom<Arm>('stable', 'candidate'),
        key: fc.oneof(fc.nat(3), fc.nat(0xffffffff)),
        zs: fc.array(z, { maxLength: 3 }),
      }),
      { maxLength: 150 },
    )
    .map((all) => all.filter(({ unit, stage }, i) => all.findIndex((r) => r.unit === unit && r.stage === stage) === i));

/** Row i settles at i; a tick after every seventh. */
const ticksOf = (count: number): number[] => Array.from({ length: Math.ceil(count / 7) }, (_, i) => 7 * (i + 1));

function columnsOf(all: readonly Row[], kind: FrozenGuardrail['kind']): { units: UnitColumns; values: ValueColumns } {
  const earlier = all.map(({ unit }, i) => all.slice(0, i).findLastIndex((row) => row.unit === unit));
  const sums = all.map(({ zs }) => zs.reduce((sum, z) => sum + z, 0));
  return {
    units: {
      stage: Uint16Array.from(all, ({ stage }) => stage),
      arm: Uint8Array.from(all, ({ arm }) => (arm === 'candidate' ? 1 : 0)),
      key: Uint32Array.from(all, ({ key }) => key),
      settledMs: Float64Array.from(all, (_, i) => i),
      earlier: Int32Array.from(earlier),
    },
    values: {
      count: Uint32Array.from(all, ({ zs }) => zs.length),
      sum: Float64Array.from(sums),
      entry: kind === 'binary' ? Float64Array.from(all, ({ zs }) => zs[0] ?? Number.NaN) : null,
    },
  };
}

function inBulk(g: FrozenGuardrail, all: readonly Row[]): GuardrailState {
  const { units, values } = columnsOf(all, g.kind);
  const judge = judgeColumns([g], units, [values], () => BLOCK_MS);
  for (const tick of ticksOf(all.length)) judge.tick(Math.min(tick, all.length), tick);
  return judge.states()[0]!;
}

function oneByOne(g: FrozenGuardrail, all: readonly Row[]): GuardrailState {
  const state = emptyGuardrailState(g);
  let done = 0;
  for (const tick of ticksOf(all.length)) {
    for (; done < Math.min(tick, all.length); done++) take(state, all, done);
    closeBlocks(state, g, tick, () => BLOCK_MS);
  }
  return state;
}

function take(state: GuardrailState, all: readonly Row[], i: number): void {
  const { unit, stage, arm, key, zs } = all[i]!;
  const sumsOf = (row: Row) => ({ m: row.zs.length, y: row.zs.reduce((sum, z) => sum + z, 0) });
  const after = sumsOf(all[i]!);
  if (after.m === 0) return;
  const before = all.slice(0, i).filter((row) => row.unit === unit);
  const others = before.map((row) => ({ stage: row.stage, arm: row.arm, ...sumsOf(row) }));
  updateUnit(state, { stage, arm, before: { m: 0, y: 0 }, after, others });
  if (before.some((row) => row.zs.length > 0)) return;
  const z = state.kind === 'binary' ? zs[0]! : after.y / after.m;
  enterUnit(state, { stage, arm, key: keyText(key), z, atMs: i });
}

/** Sums may be added in another order. */
function expectSame(bulk: unknown, single: unknown): void {
  const rounded = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, each: unknown) =>
      typeof each === 'number' ? Number(each.toPrecision(9)) : each,
    );
  expect(rounded(bulk)).toEqual(rounded(single));
}

test.each(Object.entries(GUARDRAILS))('%s: many units at once lead to the state they lead to one by one', (_, g) => {
  const z = g.kind === 'binary' ? fc.constantFrom(0, 1) : fc.constantFrom(0, 0.25, 0.5, 1);
  fc.assert(
    fc.property(rows(z), (all) => {
      const [bulk, single] = [inBulk(g, all), oneByOne(g, all)];
      expectSame(bulk, single);
      expectSame(judgeGuardrail(g, bulk, BOUNDS), judgeGuardrail(g, single, BOUNDS));
    }),
    { numRuns: 150 },
  );
});

test('a planned end is settled in bulk at the tick at which it is one by one', () => {
  const g = GUARDRAILS['yes/no with a planned end']!;
  const arm = (unit: number): Arm => (unit % 2 === 0 ? 'stable' : 'candidate');
  const all = Array.from({ length: 140 }, (_, unit): Row => {
    return { unit, stage: unit < 70 ? 0 : 1, arm: arm(unit), key: unit, zs: [unit % 6 === 1 ? 0 : 1] };
  });
  const ends = [56, 63, 140].map((count) => [
    inBulk(g, all.slice(0, count)).plannedEnd,
    oneByOne(g, all.slice(0, count)).plannedEnd,
  ]);
  expect(ends).toEqual([
    [undefined, undefined],
    ['worse', 'worse'],
    ['worse', 'worse'],
  ]);
});

test('a value that is no number is refused, once for each engine, and nothing is safe', () => {
  const g = boundedGuardrail();
  const row = (unit: number, z: number): Row => ({ unit, stage: 0, arm: 'candidate', key: unit, zs: [z] });
  const state = inBulk(g, [row(1, 0.5), row(2, Number.NaN), row(3, 1.5), row(4, 0.25)]);
  expect(state.refused).toBe(4);
  expect(state.stages[0]!.candidate).toMatchObject({ units: 2, y: 0.75 });
});

test('an unusable guardrail is counted, but nothing is bet', () => {
  const g = boundedGuardrail({ delta: Number.NaN });
  const all = Array.from({ length: 80 }, (_, unit): Row => {
    return { unit, stage: 0, arm: unit % 2 === 0 ? 'stable' : 'candidate', key: unit, zs: [0.5] };
  });
  expect(inBulk(g, all).logs.harm.every((log) => log === 0)).toBe(true);
});
