import * as fc from 'fast-check';
import type { Arm } from '../../../src/core/assignment/assignment';
import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  updateUnit,
} from '../../../src/core/judging/guardrail-state';
import { burnInUnits } from '../../../src/core/judging/burn-in';
import { combineHarm, judgeGuardrail } from '../../../src/core/judging/judge';
import type { Verdict } from '../../../src/core/judging/verdict';
import { binaryGuardrail, boundedGuardrail } from './fixtures';

const BOUNDS = { alpha: 0.05, beta: 0.05 };

/** One unit a value, each with one score; blocks close every 40 units. */
function stateOf(
  g: FrozenGuardrail,
  zs: { stable: readonly number[]; candidate: readonly number[] },
  state: GuardrailState = emptyGuardrailState(g),
): GuardrailState {
  const longest = Math.max(zs.stable.length, zs.candidate.length);
  for (let i = 0; i < longest; i++) {
    for (const arm of ['stable', 'candidate'] as const) {
      const z = zs[arm][i];
      if (z === undefined) continue;
      updateUnit(state, { stage: 0, arm, before: { m: 0, y: 0 }, after: { m: 1, y: z }, others: [] });
      enterUnit(state, { stage: 0, arm, key: `${(i * 7919) % 10_007}`, z, atMs: i });
    }
    if (i % 20 === 19) closeBlocks(state, g, i, () => 1);
  }
  closeBlocks(state, g, longest + 1, () => 1);
  return state;
}

/** `count` outcomes of which every `of`-th is bad. */
function outcomes(count: number, of: number): number[] {
  return Array.from({ length: count }, (_, i) => (i % of === of - 1 ? 0 : 1));
}

function judged(g: FrozenGuardrail, stable: readonly number[], candidate: readonly number[]): Verdict {
  return judgeGuardrail(g, stateOf(g, { stable, candidate }), BOUNDS);
}

describe('kinds', () => {
  test('the same outcomes in 2,000 units per arm are safe', () => {
    const verdict = judged(binaryGuardrail(), outcomes(2000, 5), outcomes(2000, 5));
    expect(verdict).toMatchObject({ kind: 'safe', unitsStable: 2000, unitsCandidate: 2000, difference: 0 });
    expect(verdict.reason).toMatch(
      /^Within the margin of -5\.0 points: 80\.0 % good against 80\.0 % good \(\+0\.0 points, 95 % interval -\d\.\d points to \+\d\.\d points\); evidence .+ to 1; 2000 candidate and 2000 stable units\.$/,
    );
  });

  test('half of the candidate bad is harmful; the arms swapped, it is not', () => {
    const worse = judged(binaryGuardrail(), outcomes(300, 5), outcomes(300, 2));
    expect(worse.kind).toBe('harmful');
    expect(worse.difference).toBeCloseTo(-0.3, 9);
    expect(worse.reason).toMatch(/^Worse than stable: 50\.0 % good against 80\.0 % good \(-30\.0 points/);
    const better = judged(binaryGuardrail(), outcomes(300, 2), outcomes(300, 5));
    expect(better.kind).toBe('safe');
    expect(better.logEHarm).toBeLessThan(0);
  });

  test('forty units decide nothing', () => {
    const verdict = judged(boundedGuardrail(), [0.5, 0.75, 1, 0.75, 0.25], [0.75, 0.5, 1, 1, 0.25]);
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.reason).toMatch(/^Not decided: 3\.8 against 3\.6 .* 20 to 1 is needed/);
  });

  test.each([
    ['both arms', [], [], 'either arm'],
    ['the candidate', [1, 0], [], 'the candidate arm'],
    ['the stable arm', [], [1, 0], 'the stable arm'],
  ])('without units in %s there is no data', (_, stable, candidate, named) => {
    const verdict = judged(binaryGuardrail(), stable, candidate);
    expect(verdict).toMatchObject({ kind: 'no_data', difference: null, low: null, high: null });
    expect(verdict.reason).toContain(`No data in ${named}`);
  });

  test('safe asks for the point estimate too', () => {
    const g = binaryGuardrail();
    const state = stateOf(g, { stable: outcomes(2000, 5), candidate: outcomes(2000, 5) });
    for (const arm of ['stable', 'candidate'] as const)
      state.stages[0]![arm] = { units: 0, m: 0, y: 0, mm: 0, yy: 0, ym: 0 };
    const late = judgeGuardrail({ ...g, reference: { ...g.reference, skewness2: 1e9 } }, state, {
      alpha: 0.05,
      beta: 0.99,
    });
    expect(late.logESafe).toBeGreaterThan(Math.log(1 / 0.99));
    expect(late.kind).toBe('inconclusive');
  });
});

describe('what cannot be used is never safe and never throws', () => {
  test('one unit per arm', () => {
    expect(judged(boundedGuardrail(), [1], [1])).toMatchObject({ kind: 'inconclusive', logEHarmA: 0 });
  });

  test.each([0, 1, 0.3])('no variance at all: every z is %p', (z) => {
    const same = Array.from({ length: 40 }, () => z);
    const verdict = judged(boundedGuardrail(), same, same);
    expect(verdict).toMatchObject({ logEHarmA: 0, low: null, high: null, difference: 0 });
    expect(verdict.kind).not.toBe('harmful');
  });

  test('two constants that differ are no infinite evidence for engine A', () => {
    const constant = (z: number): number[] => Array.from({ length: 1000 }, () => z);
    expect(judged(boundedGuardrail(), constant(0.7), constant(0.6))).toMatchObject({ logEHarmA: 0, low: null });
  });

  test('one arm without variance borrows the other arm’s', () => {
    const verdict = judged(boundedGuardrail(), outcomes(400, 5), outcomes(400, 401));
    expect(verdict.low).not.toBeNull();
    expect(verdict.difference).toBeCloseTo(0.2, 9);
  });

  test('a refused value keeps a guardrail from being safe, and says so', () => {
    const g = binaryGuardrail();
    const state = stateOf(g, { stable: outcomes(2000, 5), candidate: outcomes(2000, 5) });
    expect(judgeGuardrail(g, state, BOUNDS).kind).toBe('safe');
    enterUnit(state, { stage: 0, arm: 'candidate', key: 'x', z: Number.NaN, atMs: 0 });
    const verdict = judgeGuardrail(g, state, BOUNDS);
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.reason).toContain('1 value was not a number in its range');
  });

  test.each<[string, Partial<FrozenGuardrail>]>([
    ['delta', { delta: Number.NaN }],
    ['delta', { delta: 0 }],
    ['delta', { delta: 1.5 }],
    ['floor', { floor: 2 }],
    ['reference.p', { reference: { ...binaryGuardrail().reference, p: 3 } }],
    ['reference.sigma2', { reference: { ...binaryGuardrail().reference, sigma2: -1 } }],
    ['reference.skewness2', { reference: { ...binaryGuardrail().reference, skewness2: Number.NaN } }],
    ['kind', { kind: 'bounded' }],
  ])('a guardrail whose %s is unusable', (path, changes) => {
    const g = binaryGuardrail(changes);
    const state = stateOf(binaryGuardrail(), { stable: outcomes(2000, 5), candidate: outcomes(2000, 5) });
    const verdict = judgeGuardrail(g, state, BOUNDS);
    expect(verdict).toMatchObject({ kind: 'inconclusive', logEHarm: 0, logESafe: 0 });
    expect(verdict.reason).toContain(`Cannot be judged: ${path}: expected`);
    expect(() => closeBlocks(emptyGuardrailState(g), g, 0, () => 0)).not.toThrow();
  });

  test('a state that holds something else than numbers', () => {
    const g = binaryGuardrail();
    const state = stateOf(g, { stable: outcomes(400, 5), candidate: outcomes(400, 5) });
    state.logs.safe[0] = Infinity;
    expect(judgeGuardrail(g, state, BOUNDS)).toMatchObject({ kind: 'inconclusive', logESafe: 0 });
  });

  test('whatever comes, every number of the verdict is finite', () => {
    // JSON has no -0, and a state is JSON.
    const z = fc
      .oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }), fc.double())
      .map((value) => value + 0);
    const entry = fc.record({ stage: fc.nat(3), arm: fc.constantFrom<Arm>('stable', 'candidate'), z });
    const anyGuardrail = fc.record({
      kind: fc.constantFrom<'binary' | 'bounded'>('binary', 'bounded'),
      delta: fc.oneof(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.double()),
      floor: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      p: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      sigma2: fc.constantFrom(0, 1e-12, 0.05, 1),
      skewness2: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(anyGuardrail, fc.array(entry, { maxLength: 80 }), ({ kind, delta, floor, p, ...rest }, entries) => {
        const reference = { ...boundedGuardrail().reference, p, ...rest };
        const g = boundedGuardrail({ kind, delta, floor, reference });
        const state = emptyGuardrailState(g);
        for (const [i, { stage, arm, z: value }] of entries.entries()) {
          updateUnit(state, { stage, arm, before: { m: 0, y: 0 }, after: { m: 1, y: value }, others: [] });
          enterUnit(state, { stage, arm, key: `${i}`, z: value, atMs: i });
          closeBlocks(state, g, i, () => 5);
        }
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        const verdict = judgeGuardrail(g, state, BOUNDS);
        for (const value of Object.values(verdict))
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        if (state.refused > 0) expect(verdict.kind).not.toBe('safe');
        expect(verdict.reason).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});

describe('rare bad outcomes', () => {
  test.each([0, 0.001])('with a history of %p errors and a margin of a point, 700 clean units are safe', (p) => {
    const g = binaryGuardrail({ id: 'error_rate', p, delta: 0.01 });
    const clean = outcomes(1000, 1001);
    expect(judged(g, clean, clean)).toMatchObject({ kind: 'safe', logEHarmA: 0 });
  });

  test('errors in as many units as the margin allows are not', () => {
    const g = binaryGuardrail({ id: 'error_rate', p: 0.001, delta: 0.01 });
    expect(judged(g, outcomes(1000, 1001), outcomes(1000, 90)).kind).not.toBe('safe');
  });

  test('engine A keeps out of rates it cannot judge yet: three expected errors for harm, ten for safety', () => {
    const g = binaryGuardrail({ id: 'error_rate', p: 0.01, delta: 0.01 });
    expect(judged(g, outcomes(299, 100), outcomes(299, 100)).logEHarmA).toBe(0);
    expect(judged(g, outcomes(300, 100), outcomes(300, 100)).logEHarmA).not.toBe(0);
    expect([burnInUnits(g, 'harm'), burnInUnits(g, 'safe')]).toEqual([300, 1000]);
  });

  test('where good outcomes are the rare ones, ten are expected for harm too', () => {
    expect(burnInUnits(binaryGuardrail({ p: 0.99 }), 'harm')).toBeCloseTo(1000, 6);
  });
});

test.each([
  ['few', 1, 30],
  ['many, for a skewed score', 20, 400],
])('engine A waits for %s units per arm', (_, skewness2, least) => {
  const g = boundedGuardrail({ reference: { ...boundedGuardrail().reference, skewness2 } });
  expect(judged(g, outcomes(1000, 5), outcomes(least - 1, 5)).logEHarmA).toBe(0);
  expect(judged(g, outcomes(1000, 5), outcomes(least, 5)).logEHarmA).not.toBe(0);
});

describe('the gate of the first step', () => {
  test('is passed earlier than promotion, and never by a disaster', () => {
    const alike = judged(binaryGuardrail(), outcomes(300, 5), outcomes(300, 5));
    expect(alike.logESafeGate).toBeGreaterThan(Math.log(20));
    expect(alike.logESafe).toBeLessThan(Math.log(20));
    expect(judged(binaryGuardrail(), outcomes(300, 5), outcomes(300, 2)).logESafeGate).toBeLessThan(0);
  });

  test('a margin of a half does not become one that everything meets', () => {
    const g = binaryGuardrail({ delta: 0.5 });
    const broken = judged(g, outcomes(300, 301), outcomes(300, 1));
    expect(broken.logESafeGate).toBeLessThan(Math.log(20));
  });
});

describe('floors', () => {
  const g = binaryGuardrail({ floor: 0.75 });

  test('a candidate below its floor is harmful although stable is hardly better', () => {
    const verdict = judged(g, outcomes(60, 4), outcomes(300, 2));
    expect(verdict.logEFloor).toBeGreaterThan(Math.log(20));
    expect(verdict.kind).toBe('harmful');
  });

  test('both arms below it are an outage, not harm', () => {
    const verdict = judged(g, outcomes(300, 2), outcomes(300, 2));
    expect(verdict.kind).not.toBe('harmful');
    expect(combineHarm([verdict], [g], BOUNDS)).toMatchObject({ proven: [], bothArmsBroken: [g.id] });
    expect(combineHarm([verdict], [g], BOUNDS).logE).toBeLessThan(Math.log(20));
  });

  test('is named with the limit when it alone decides', () => {
    const state = emptyGuardrailState(g);
    for (let i = 0; i < 18; i++) {
      const arm = i % 3 === 0 ? 'stable' : 'candidate';
      const z = arm === 'stable' ? 1 : 0;
      updateUnit(state, { stage: 0, arm, before: { m: 0, y: 0 }, after: { m: 1, y: z }, others: [] });
      enterUnit(state, { stage: 0, arm, key: `${i}`, z, atMs: i });
    }
    const verdict = judgeGuardrail(g, state, BOUNDS);
    expect(verdict.kind).toBe('harmful');
    expect(verdict.logEHarm).toBeLessThan(Math.log(20));
    expect(verdict.reason).toMatch(/^Below its limit of 75\.0 % good: 0\.0 % good against 100\.0 % good/);
  });

  test.each([
    ['no', []],
    ['four', [1, 1, 1, 1]],
  ])('waits with %s stable units to tell an outage from the candidate', (_, stable) => {
    const verdict = judged(g, stable, outcomes(60, 2));
    expect(verdict.logEFloor).toBeLessThanOrEqual(0);
    expect(verdict.kind).not.toBe('harmful');
  });

  test('a failing provider after two good days, with 95 % of the units in the candidate, is not the candidate’s fault', () => {
    const state = stateOf(g, { stable: outcomes(2000, 10), candidate: outcomes(2000, 10) });
    for (let i = 0; i < 4000; i++) {
      const arm = i % 20 === 0 ? 'stable' : 'candidate';
      enterUnit(state, { stage: 0, arm, key: `${i}`, z: i % 2, atMs: 10_000 + i });
      expect(judgeGuardrail(g, state, BOUNDS).logEFloor).toBeLessThan(Math.log(20));
    }
    expect(judgeGuardrail(g, state, BOUNDS).logEFloorStable).toBeGreaterThan(Math.log(20));
  });
});

describe('several guardrails', () => {
  const verdict = (guardrail: string, changes: Partial<Verdict> = {}): Verdict => ({
    ...judged(binaryGuardrail(), [], []),
    guardrail,
    ...changes,
  });
  const a = binaryGuardrail({ id: 'a', weight: 0.5 });
  const b = binaryGuardrail({ id: 'b', weight: 0.3 });
  const c = binaryGuardrail({ id: 'c', weight: 0.2, floor: 0.5 });

  test('the decision is the weighted mean, the floor with half of its guardrail’s weight', () => {
    const verdicts = [
      verdict('c', { logEHarm: Math.log(8), logEFloor: Math.log(100), logEFloorStable: 0 }),
      verdict('a', { logEHarm: Math.log(4) }),
    ];
    const { logE } = combineHarm(verdicts, [a, b, c], BOUNDS);
    expect(Math.exp(logE)).toBeCloseTo(0.5 * 4 + 0.3 * 1 + 0.1 * 8 + 0.1 * 100, 9);
  });

  test('while stable is below the floor too, the floor counts nothing', () => {
    const broken = [verdict('c', { logEHarm: Math.log(8), logEFloor: 900, logEFloorStable: Math.log(20) })];
    const { logE, bothArmsBroken, proven } = combineHarm(broken, [a, b, c], BOUNDS);
    expect(Math.exp(logE)).toBeCloseTo(0.5 + 0.3 + 0.1 * 8, 9);
    expect({ bothArmsBroken, proven }).toEqual({ bothArmsBroken: ['c'], proven: [] });
  });

  test('what is proven one by one is named', () => {
    const verdicts = [verdict('a', { logEHarm: Math.log(900) }), verdict('b', { logEHarm: Math.log(21) })];
    expect(combineHarm(verdicts, [a, b, c], BOUNDS).proven).toEqual(['a']);
  });

  test('no guardrails and no verdicts are no evidence', () => {
    expect(combineHarm([], [], BOUNDS)).toEqual({ logE: 0, proven: [], bothArmsBroken: [] });
    expect(combineHarm([], [a, b, c], BOUNDS).logE).toBeCloseTo(0, 12);
  });
});
