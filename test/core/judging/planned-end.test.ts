import type { Arm } from '../../../src/core/assignment/assignment';
import { freezeHarmPlan } from '../../../src/core/judging/freeze-harm-plan';
import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  updateUnit,
} from '../../../src/core/judging/guardrail-state';
import { combineHarm, judgeGuardrail } from '../../../src/core/judging/judge';
import { logMeanExp } from '../../../src/core/stats/log-sum-exp';
import { plannedTestLogE, plannedTestLogLevel } from '../../../src/core/stats/planned-test';
import { binaryGuardrail, boundedGuardrail } from './fixtures';

const BOUNDS = { alpha: 0.05, beta: 0.05 };
const DAY_MS = 86_400_000;
const POLICY = {
  alpha: 0.05,
  settleMs: 0,
  steps: [
    { percent: 10, bakeMs: DAY_MS },
    { percent: 50, bakeMs: DAY_MS },
  ],
};
const atOnce = { settleMs: 0 };

function planned(g: FrozenGuardrail, unitsPerDay: number): FrozenGuardrail {
  const harmPlan = freezeHarmPlan(g, POLICY, unitsPerDay);
  if (harmPlan === undefined) throw new Error('no plan');
  return { ...g, harmPlan };
}

/** Units of one stage, one tick each: every `badOf`-th is bad. */
function serve(state: GuardrailState, arm: Arm, count: number, badOf: number): void {
  for (let i = 1; i <= count; i++) {
    const z = i % badOf === 0 ? 0 : 1;
    updateUnit(state, { stage: 0, arm, before: { m: 0, y: 0 }, after: { m: 1, y: z }, others: [] });
    enterUnit(state, { stage: 0, arm, key: `${i}`, z, atMs: i });
  }
}

describe('what is frozen', () => {
  test('the ramp’s effective units, and a level with which the end alone proves harm, whatever the weight and the floor', () => {
    const frozen = freezeHarmPlan(binaryGuardrail(atOnce), POLICY, 2000)!;
    expect(frozen.plannedEnd.effectiveUnits).toBeCloseTo(2000 * (0.09 + 0.25), 6);
    expect(frozen.weights).toEqual({ mixture: 0.3, plannedEnd: 0.2, engineB: 0.5 });
    for (const changes of [{}, { weight: 0.2 }, { weight: 0.2, floor: 0.5 }]) {
      const g = planned(binaryGuardrail({ ...atOnce, ...changes }), 2000);
      const { weights, plannedEnd } = g.harmPlan!;
      const share = g.weight * (g.floor === null ? 1 : 0.5) * weights.plannedEnd;
      expect(Math.log(share) - plannedTestLogLevel(plannedEnd.bound)).toBeCloseTo(Math.log(1 / POLICY.alpha), 9);
    }
  });

  test('what is not yet settled at the last look is not counted on', () => {
    const late = freezeHarmPlan(binaryGuardrail({ settleMs: DAY_MS / 2 }), POLICY, 2000)!;
    expect(late.plannedEnd.effectiveUnits).toBeCloseTo(2000 * (0.09 + 0.125), 6);
  });

  test('where the mixture would speak only late, or never, its end has more of the weight', () => {
    const errors = binaryGuardrail({ ...atOnce, p: 0.001, delta: 0.01 });
    expect(freezeHarmPlan(errors, POLICY, 2000)!.weights).toEqual({
      mixture: 0.1,
      plannedEnd: 0.4,
      engineB: 0.5,
    });
    expect(freezeHarmPlan(errors, POLICY, 12_000)!.weights.plannedEnd).toBe(0.2);
  });

  test('nothing without history, without traffic, or with fewer units than a test needs', () => {
    const { reference } = binaryGuardrail();
    const unknown = binaryGuardrail({
      reference: { ...reference, source: 'fallback' },
    });
    expect(freezeHarmPlan(unknown, POLICY, 2000)).toBeUndefined();
    for (const unitsPerDay of [0, 40, Number.NaN, Infinity])
      expect(freezeHarmPlan(binaryGuardrail(atOnce), POLICY, unitsPerDay)).toBeUndefined();
    expect(freezeHarmPlan(binaryGuardrail(atOnce), POLICY, 60)).toBeDefined();
    const skewed = boundedGuardrail({
      ...atOnce,
      reference: { ...reference, skewness2: 40 },
    });
    expect(freezeHarmPlan(skewed, POLICY, 1000)).toBeUndefined();
    expect(freezeHarmPlan(skewed, POLICY, 2000)).toBeDefined();
  });
});

describe('what is judged', () => {
  const g = planned(binaryGuardrail(atOnce), 1000);

  test('before the end: the shares of the mixture, the test that is planned and engine B', () => {
    const state = emptyGuardrailState(g);
    serve(state, 'stable', 300, 5);
    serve(state, 'candidate', 200, 4);
    closeBlocks(state, g, 400, () => 1);
    const verdict = judgeGuardrail(g, state, BOUNDS);
    const without = judgeGuardrail({ ...g, harmPlan: undefined }, state, BOUNDS);
    expect(state.plannedEnd).toBeUndefined();
    expect(verdict.logEHarmB).toBe(without.logEHarmB);
    const { difference, low, high } = verdict;
    expect([low, high]).toEqual([without.low, without.high]);
    // 20 % against 25 % bad; arms of 300 and 200, of which 40 each lend the other their variance.
    const [stable, candidate] = [(0.2 * 0.8 * 300) / 299, (0.25 * 0.75 * 200) / 199];
    const shrunk = (own: number, other: number, n: number): number => ((n - 1) * own + 40 * other) / (n - 1 + 40) / n;
    const se = Math.sqrt(shrunk(stable, candidate, 300) + shrunk(candidate, stable, 200));
    const test = plannedTestLogE(-difference! / se, 120 / 340, g.harmPlan!.plannedEnd.bound);
    expect(verdict.logEHarmA).toBeCloseTo(logMeanExp([without.logEHarmA, test], [0.6, 0.4]), 9);
    expect(verdict.logEHarm).toBeCloseTo(logMeanExp([verdict.logEHarmA, verdict.logEHarmB]), 12);
  });

  test('reached with a deficit it proves harm by itself; what comes later changes nothing of it', () => {
    const state = emptyGuardrailState(g);
    serve(state, 'stable', 700, 5);
    serve(state, 'candidate', 630, 4);
    serve(state, 'candidate', 60, 3);
    closeBlocks(state, g, 1000, () => 1);
    expect(state.plannedEnd).toBe('worse');
    const verdict = judgeGuardrail(g, state, BOUNDS);
    expect(judgeGuardrail({ ...g, harmPlan: undefined }, state, BOUNDS).kind).not.toBe('harmful');
    expect(verdict.kind).toBe('harmful');
    expect(verdict.reason).toMatch(/evidence \S+ to 1 with the test at the ramp's planned end, 20 to 1 is needed/u);
    expect(combineHarm([verdict], [g], BOUNDS).logE).toBeGreaterThan(Math.log(20));
    serve(state, 'candidate', 3000, 100);
    closeBlocks(state, g, 2000, () => 1);
    expect(state.plannedEnd).toBe('worse');
    expect(judgeGuardrail(g, state, BOUNDS).logEHarmA).toBeGreaterThan(Math.log(0.4) - plannedTestLogLevel(2.32));
  });

  test('reached without one, its part is lost for good', () => {
    const state = emptyGuardrailState(g);
    serve(state, 'stable', 700, 5);
    serve(state, 'candidate', 690, 5);
    closeBlocks(state, g, 1000, () => 1);
    expect(state.plannedEnd).toBe('not_worse');
    serve(state, 'candidate', 300, 1);
    closeBlocks(state, g, 2000, () => 1);
    expect(state.plannedEnd).toBe('not_worse');
    const verdict = judgeGuardrail(g, state, BOUNDS);
    const without = judgeGuardrail({ ...g, harmPlan: undefined }, state, BOUNDS);
    expect(verdict.logEHarmA).toBeCloseTo(without.logEHarmA + Math.log(0.6), 9);
    expect(verdict.kind).toBe('harmful');
    expect(verdict.reason).not.toMatch(/planned end/u);
  });

  test('an end that is reached before its least units waits for them', () => {
    const few = {
      ...g,
      harmPlan: { ...g.harmPlan!, plannedEnd: { effectiveUnits: 5, bound: 2 } },
    };
    const state = emptyGuardrailState(few);
    serve(state, 'stable', 100, 5);
    serve(state, 'candidate', 29, 2);
    closeBlocks(state, few, 200, () => 1);
    expect(state.plannedEnd).toBeUndefined();
    serve(state, 'candidate', 1, 1);
    closeBlocks(state, few, 201, () => 1);
    expect(state.plannedEnd).toBe('worse');
  });

  test('no difference to be seen is none', () => {
    const state = emptyGuardrailState(g);
    serve(state, 'stable', 700, Infinity);
    serve(state, 'candidate', 690, Infinity);
    expect(judgeGuardrail(g, state, BOUNDS).logEHarmA).toBeCloseTo(Math.log(0.6), 9);
    closeBlocks(state, g, 1000, () => 1);
    expect(state.plannedEnd).toBe('not_worse');
  });
});

test.each([
  [{ weights: { mixture: 0.5, plannedEnd: 0.5, engineB: 0.5 } }, /harmPlan\.weights/u],
  [{ weights: { mixture: 0.5, plannedEnd: 0, engineB: 0.5 } }, /harmPlan\.weights/u],
  [{ plannedEnd: { effectiveUnits: 0, bound: 2 } }, /harmPlan\.plannedEnd/u],
  [{ plannedEnd: { effectiveUnits: 10, bound: Number.NaN } }, /harmPlan\.plannedEnd/u],
])('a plan that cannot be used is called out: %#', (changes, problem) => {
  const g = planned(binaryGuardrail(), 1000);
  const broken = { ...g, harmPlan: { ...g.harmPlan!, ...changes } };
  const { kind, reason } = judgeGuardrail(broken, emptyGuardrailState(broken), BOUNDS);
  expect(kind).toBe('inconclusive');
  expect(reason).toMatch(problem);
});
