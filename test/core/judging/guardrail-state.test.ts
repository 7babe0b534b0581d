import * as fc from 'fast-check';
import type { Arm } from '../../../src/core/assignment/assignment';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  updateUnit,
} from '../../../src/core/judging/guardrail-state';
import { stratifiedRatioDifference } from '../../../src/core/stats/stratified-ratio-difference';
import { binaryGuardrail, boundedGuardrail } from './fixtures';

const STAGES = 3;
const HOUR_MS = 3_600_000;
const hourly = (): number => HOUR_MS;

/** Per unit and stage: its arm there and its scores. */
type Units = { arm: Arm; zs: number[] }[][];

const units = fc.array(
  fc.array(
    fc.record({
      arm: fc.constantFrom<Arm>('stable', 'candidate'),
      zs: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
    }),
    { minLength: STAGES, maxLength: STAGES },
  ),
  { minLength: 4, maxLength: 14 },
);

const total = (zs: readonly number[]): number => zs.reduce((a, b) => a + b, 0);

/** Feeds every score on its own, in the order that `order` gives. */
function feed(state: GuardrailState, all: Units, order: (scores: number) => number[]): void {
  const scores = all.flatMap((stages, unit) => stages.flatMap(({ zs }, stage) => zs.map((z) => ({ unit, stage, z }))));
  const seen = all.map((stages) => stages.map(() => ({ m: 0, y: 0 })));
  for (const i of order(scores.length)) {
    const { unit, stage, z } = scores[i]!;
    const before = { ...seen[unit]![stage]! };
    const after = { m: before.m + 1, y: before.y + z };
    seen[unit]![stage] = after;
    const others = seen[unit]!.map((sums, s) => ({ stage: s, arm: all[unit]![s]!.arm, ...sums })).filter(
      (other) => other.stage !== stage && other.m > 0,
    );
    updateUnit(state, { stage, arm: all[unit]![stage]!.arm, before, after, others });
  }
}

const inOrder = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('engine A', () => {
  test('score by score and from the back give the same sums as all at once', () => {
    fc.assert(
      fc.property(units, (all) => {
        const forward = emptyGuardrailState(boundedGuardrail());
        const backward = emptyGuardrailState(boundedGuardrail());
        feed(forward, all, inOrder);
        feed(backward, all, (n) => inOrder(n).reverse());
        for (let stage = 0; stage < forward.stages.length; stage++) {
          for (const arm of ['stable', 'candidate'] as const) {
            const here = all.map((stages) => stages[stage]!).filter((one) => one.arm === arm && one.zs.length > 0);
            const expected = {
              units: here.length,
              m: total(here.map(({ zs }) => zs.length)),
              y: total(here.map(({ zs }) => total(zs))),
              mm: total(here.map(({ zs }) => zs.length ** 2)),
              yy: total(here.map(({ zs }) => total(zs) ** 2)),
              ym: total(here.map(({ zs }) => total(zs) * zs.length)),
            };
            for (const state of [forward, backward]) expectClose(state.stages[stage]?.[arm], expected);
          }
        }
        expect(backward.units).toEqual(forward.units);
      }),
      { numRuns: 50 },
    );
  });

  test('the standard error is that of the influence functions of the raw units', () => {
    fc.assert(
      fc.property(units, (all) => {
        const state = emptyGuardrailState(boundedGuardrail());
        feed(state, all, inOrder);
        const result = stratifiedRatioDifference(state.stages, state.cross, 0);
        if (result === null) return;
        const raw = byInfluence(all, state);
        expect(result.theta).toBeCloseTo(raw.theta, 9);
        expect(result.se).toBeCloseTo(raw.se, 9);
      }),
      { numRuns: 100 },
    );
  });

  test('a unit in two stages of one arm is one unit of it, in both arms one of each', () => {
    const state = emptyGuardrailState(binaryGuardrail());
    const score = { m: 1, y: 1 };
    const none = { m: 0, y: 0 };
    updateUnit(state, { stage: 0, arm: 'stable', before: none, after: score, others: [] });
    updateUnit(state, {
      stage: 1,
      arm: 'stable',
      before: none,
      after: score,
      others: [{ stage: 0, arm: 'stable', ...score }],
    });
    expect(state.units).toEqual({ stable: 1, candidate: 0 });
    const others = [0, 1].map((stage) => ({ stage, arm: 'stable' as const, ...score }));
    updateUnit(state, { stage: 2, arm: 'candidate', before: none, after: score, others });
    expect(state.units).toEqual({ stable: 1, candidate: 1 });
  });

  test('a score that is withdrawn leaves nothing behind', () => {
    const state = emptyGuardrailState(binaryGuardrail());
    const others = [{ stage: 0, arm: 'stable' as const, m: 2, y: 1 }];
    updateUnit(state, { stage: 0, arm: 'stable', before: { m: 0, y: 0 }, after: { m: 2, y: 1 }, others: [] });
    const before = structuredClone(state);
    updateUnit(state, { stage: 1, arm: 'candidate', before: { m: 0, y: 0 }, after: { m: 1, y: 1 }, others });
    expect(state.units.candidate).toBe(1);
    updateUnit(state, { stage: 1, arm: 'candidate', before: { m: 1, y: 1 }, after: { m: 0, y: 0 }, others });
    expect(state.units).toEqual(before.units);
    expect(state.stages[0]).toEqual(before.stages[0]);
    expect(state.stages[1]?.candidate).toEqual({ units: 0, m: 0, y: 0, mm: 0, yy: 0, ym: 0 });
    expect(state.cross.flat().every((sums) => total(Object.values(sums)) === 0)).toBe(true);
  });
});

describe('engine B', () => {
  const enter = (state: GuardrailState, arm: Arm, count: number, z: number, atMs = 0): void => {
    for (let i = 0; i < count; i++) enterUnit(state, { stage: 0, arm, key: `${arm}${i}`, z, atMs });
  };

  test('a block with both arms closes at 20 units, not at 19', () => {
    const g = binaryGuardrail();
    const state = emptyGuardrailState(g);
    enter(state, 'stable', 17, 1);
    enter(state, 'candidate', 2, 0);
    closeBlocks(state, g, 1, hourly);
    expect(state.stages[0]!.open).not.toBeNull();
    expect(state.logs.harm.every((log) => log === 0)).toBe(true);
    enter(state, 'stable', 1, 1);
    closeBlocks(state, g, 1, hourly);
    expect(state.stages[0]!.open).toBeNull();
    expect(state.logs.harm.every((log) => log > 0)).toBe(true);
  });

  test('a smaller block closes after its time, counted from its first unit', () => {
    const g = binaryGuardrail();
    const state = emptyGuardrailState(g);
    enter(state, 'stable', 3, 1, 5000);
    enter(state, 'candidate', 1, 0, 2000);
    closeBlocks(state, g, 2000 + HOUR_MS - 1, hourly);
    expect(state.stages[0]!.open).not.toBeNull();
    closeBlocks(state, g, 2000 + HOUR_MS, hourly);
    expect(state.stages[0]!.open).toBeNull();
  });

  test('a block with one arm waits for the other, however long and however large', () => {
    const g = binaryGuardrail();
    const state = emptyGuardrailState(g);
    enter(state, 'stable', 500, 1);
    closeBlocks(state, g, 90 * HOUR_MS, hourly);
    expect(state.stages[0]!.open?.stable.units).toBe(500);
    enter(state, 'candidate', 1, 1, 90 * HOUR_MS);
    closeBlocks(state, g, 90 * HOUR_MS, hourly);
    expect(state.stages[0]!.open).toBeNull();
  });

  test('when a block closes does not depend on outcomes', () => {
    const steps = fc.array(fc.record({ arm: fc.constantFrom<Arm>('stable', 'candidate'), z: fc.constantFrom(0, 1) }));
    fc.assert(
      fc.property(steps, (arrivals) => {
        const g = binaryGuardrail();
        const openings = [(z: number) => z, (z: number) => 1 - z, () => 0].map((outcome) => {
          const state = emptyGuardrailState(g);
          return arrivals.map(({ arm, z }, i) => {
            enterUnit(state, { stage: 0, arm, key: String(i), z: outcome(z), atMs: i * 600_000 });
            closeBlocks(state, g, i * 600_000, hourly);
            return state.stages[0]!.open === null;
          });
        });
        expect(openings[1]).toEqual(openings[0]);
        expect(openings[2]).toEqual(openings[0]);
      }),
    );
  });

  test('the bounded pairing follows the keys, not the order of arrival', () => {
    const g = boundedGuardrail();
    const arrivals = inOrder(30).map((i) => ({
      stage: 0,
      arm: i % 3 === 0 ? ('candidate' as const) : ('stable' as const),
      key: String((i * 37) % 101),
      z: ((i * 29) % 31) / 30,
      atMs: 0,
    }));
    const states = [arrivals, [...arrivals].reverse()].map((order) => {
      const state = emptyGuardrailState(g);
      for (const arrival of order) enterUnit(state, arrival);
      closeBlocks(state, g, 1, hourly);
      return state;
    });
    expect(states[0]!.logs.harm.some((log) => log !== 0)).toBe(true);
    expect(states[1]!.logs).toEqual(states[0]!.logs);
  });

  test('units of two stages never share a block', () => {
    const g = binaryGuardrail();
    const state = emptyGuardrailState(g);
    enter(state, 'stable', 30, 1);
    for (let i = 0; i < 30; i++) enterUnit(state, { stage: 1, arm: 'candidate', key: `${i}`, z: 0, atMs: 0 });
    closeBlocks(state, g, 90 * HOUR_MS, hourly);
    expect(state.logs.harm.every((log) => log === 0)).toBe(true);
  });
});

test.each([binaryGuardrail({ floor: 0.7 }), boundedGuardrail({ floor: 0.5 })])(
  'kept as JSON between ticks, a $kind state goes on as if it had stayed in memory, and does not grow with age',
  (g) => {
    const kept = emptyGuardrailState(g);
    let stored = emptyGuardrailState(g);
    const sizes: number[] = [];
    for (let tick = 0; tick < 60; tick++) {
      for (const state of [kept, stored]) {
        for (let i = 0; i < 30; i++) {
          const arm = i % 4 === 0 ? 'candidate' : 'stable';
          const z = (i * 7 + tick) % 3 === 0 ? 0 : 1;
          updateUnit(state, { stage: 0, arm, before: { m: 0, y: 0 }, after: { m: 1, y: z }, others: [] });
          enterUnit(state, { stage: 0, arm, key: `${tick}/${i}`, z, atMs: tick });
        }
        closeBlocks(state, g, tick, hourly);
      }
      const text = JSON.stringify(stored);
      sizes.push(text.length);
      stored = JSON.parse(text) as GuardrailState;
    }
    expect(stored).toEqual(kept);
    expect(sizes.at(-1)! - sizes[9]!).toBeLessThan(100);
  },
);

test.each([Number.NaN, Infinity, -0.1, 1.1, 0.5])(
  'a binary value of %p is refused, counted, and changes nothing else',
  (z) => {
    const state = emptyGuardrailState(binaryGuardrail());
    enterUnit(state, { stage: 0, arm: 'candidate', key: 'a', z, atMs: 0 });
    expect(state).toEqual({ ...emptyGuardrailState(binaryGuardrail()), refused: 1 });
  },
);

test('sums that no scores in 0..1 can have are refused', () => {
  const state = emptyGuardrailState(boundedGuardrail());
  const none = { m: 0, y: 0 };
  for (const after of [
    { m: 1, y: 1.5 },
    { m: Number.NaN, y: 0 },
    { m: 2, y: -1 },
    { m: Infinity, y: 1 },
  ])
    updateUnit(state, { stage: 0, arm: 'stable', before: none, after, others: [] });
  expect(state).toEqual({ ...emptyGuardrailState(boundedGuardrail()), refused: 4 });
});

test('a stage that is no small index is a mistake of the caller', () => {
  const state = emptyGuardrailState(boundedGuardrail());
  expect(() => enterUnit(state, { stage: -1, arm: 'stable', key: 'a', z: 1, atMs: 0 })).toThrow(
    'stage: expected an integer',
  );
  expect(() => enterUnit(state, { stage: 1e9, arm: 'stable', key: 'a', z: 1, atMs: 0 })).toThrow(
    'stage: expected an integer',
  );
});

function expectClose(got: object | undefined, expected: Record<string, number>): void {
  const values = new Map(Object.entries(got ?? {}));
  for (const [key, value] of Object.entries(expected)) expect(values.get(key)).toBeCloseTo(value, 9);
}

/** Theta and se from each unit's contribution to the stratified difference, over the stages that the estimator takes. */
function byInfluence(all: Units, state: GuardrailState): { theta: number; se: number } {
  const eligible = inOrder(state.stages.length).filter(
    (stage) => stratifiedRatioDifference([state.stages[stage]!], [], 0) !== null,
  );
  const h = (stage: number): number => {
    const { stable, candidate } = state.stages[stage]!;
    return (stable.units * candidate.units) / (stable.units + candidate.units);
  };
  const weight = total(eligible.map(h));
  let theta = 0;
  for (const stage of eligible) {
    const { stable, candidate } = state.stages[stage]!;
    theta += (h(stage) / weight) * (candidate.y / candidate.m - stable.y / stable.m);
  }
  const parts = all.map((stages) =>
    eligible.map((stage) => {
      const { arm, zs } = stages[stage]!;
      const sums = state.stages[stage]![arm];
      if (zs.length === 0) return 0;
      const residual = (total(zs) - (sums.y / sums.m) * zs.length) / (sums.m / sums.units);
      return ((arm === 'candidate' ? 1 : -1) * h(stage) * residual) / sums.units / weight;
    }),
  );
  let variance = 0;
  for (const part of parts) {
    for (const [a, stageA] of eligible.entries()) {
      for (const b of eligible.keys()) {
        const unitsHere = state.stages[stageA]!;
        const arm = all[parts.indexOf(part)]![stageA]!.arm;
        const correction = a === b ? unitsHere[arm].units / (unitsHere[arm].units - 1) : 1;
        variance += part[a]! * part[b]! * correction;
      }
    }
  }
  return { theta, se: Math.sqrt(Math.max(0, variance)) };
}
