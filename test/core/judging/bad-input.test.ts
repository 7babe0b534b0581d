import type { Arm } from '../../../src/core/assignment/assignment';
import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';
import {
  closeBlocks,
  emptyGuardrailState,
  enterUnit,
  type GuardrailState,
  updateUnit,
} from '../../../src/core/judging/guardrail-state';
import { combineHarm, judgeGuardrail } from '../../../src/core/judging/judge';
import { toZ } from '../../../src/core/judging/guardrail';
import type { Verdict } from '../../../src/core/judging/verdict';
import { binaryGuardrail, boundedGuardrail } from './fixtures';

/* Whatever comes, there is a verdict with a reason: no exception, and never `safe`. */

const BOUNDS = { alpha: 0.05, beta: 0.05 };

type Units = readonly number[];

const repeat = (count: number, z: (i: number) => number): Units => Array.from({ length: count }, (_, i) => z(i));
const good = (count: number): Units => repeat(count, () => 1);
const bad = (count: number): Units => repeat(count, () => 0);
/** One in five bad. */
const usual = (count: number): Units => repeat(count, (i) => (i % 5 === 4 ? 0 : 1));

function feed(state: GuardrailState, g: FrozenGuardrail, arms: Record<Arm, Units>): void {
  const longest = Math.max(arms.stable.length, arms.candidate.length);
  for (let i = 0; i < longest; i++) {
    for (const arm of ['stable', 'candidate'] as const) {
      const z = arms[arm][i];
      if (z === undefined) continue;
      updateUnit(state, { stage: 0, arm, before: { m: 0, y: 0 }, after: { m: 1, y: z }, others: [] });
      enterUnit(state, { stage: 0, arm, key: `${(i * 7919) % 10_007}`, z, atMs: i });
    }
    if (i % 20 === 19) closeBlocks(state, g, i, () => 1);
  }
  closeBlocks(state, g, longest + 1, () => 1);
}

function judged(g: FrozenGuardrail, arms: Record<Arm, Units>): Verdict {
  const state = emptyGuardrailState(g);
  feed(state, g, arms);
  return judgeGuardrail(g, state, BOUNDS);
}

/** A rare outcome proves itself safe from the candidate's units alone: the one that is most easily fooled. */
const GUARDRAILS: [name: string, FrozenGuardrail][] = [
  ['yes/no', binaryGuardrail({ floor: 0.5 })],
  ['errors', binaryGuardrail({ id: 'error_rate', p: 0.01, delta: 0.01 })],
  ['errors that history never saw', binaryGuardrail({ id: 'error_rate', p: 0, delta: 0.01 })],
  ['a score', boundedGuardrail({ floor: 0.5 })],
  [
    'a score without variance in history',
    boundedGuardrail({ reference: { ...boundedGuardrail().reference, sigma2: 0 } }),
  ],
];

const ARMS: [name: string, stable: Units, candidate: Units, reason: RegExp][] = [
  ['both arms empty', [], [], /No data in either arm/u],
  ['the stable arm empty', [], good(500), /No data in the stable arm/u],
  ['the candidate arm empty', good(500), [], /No data in the candidate arm/u],
  ['one unit an arm', [1], [1], /1 units in the smaller arm, at least 10 are needed/u],
  ['arms of 1 and 100,000', [1], good(100_000), /1 units in the smaller arm/u],
  ['arms of 100,000 and 1', good(100_000), [1], /1 units in the smaller arm/u],
  ['all zeros', bad(2000), bad(2000), /./u],
  [
    'zero variance',
    repeat(2000, () => 0.5),
    repeat(2000, () => 0.5),
    /differs from another|not numbers in their range/u,
  ],
  ['NaN', usual(2000), [...usual(1999), Number.NaN], /not (a number|numbers) in (its|their) range/u],
  ['infinite', [...usual(1999), Infinity], usual(2000), /not (a number|numbers) in (its|their) range/u],
  ['below the range', usual(2000), [...usual(1999), -0.1], /not (a number|numbers) in (its|their) range/u],
  ['above the range', [...usual(1999), 1.1], usual(2000), /not (a number|numbers) in (its|their) range/u],
];

describe.each(GUARDRAILS)('%s', (_, g) => {
  test.each(ARMS)('%s', (__, stable, candidate, reason) => {
    const verdict = judged(g, { stable, candidate });
    expect(verdict.kind).not.toBe('safe');
    if (verdict.kind !== 'harmful') expect(verdict.reason).toMatch(reason);
    expect(verdict.reason.length).toBeGreaterThan(20);
    expect(Number.isFinite(combineHarm([verdict], [g], BOUNDS).logE)).toBe(true);
  });
});

test('a score that is always the same is not safe, however long it is; one that differs once can be', () => {
  const g = boundedGuardrail();
  const constant = repeat(3000, () => 0.75);
  expect(judged(g, { stable: constant, candidate: constant })).toMatchObject({ kind: 'inconclusive', logESafe: 0 });
  const once = repeat(3000, (i) => (i === 7 ? 0.5 : 0.75));
  expect(judged(g, { stable: constant, candidate: once }).kind).toBe('safe');
});

test('no errors in thousands of units of both arms are safe: that is what a yes/no metric hopes for', () => {
  const g = binaryGuardrail({ id: 'error_rate', p: 0.01, delta: 0.01 });
  expect(judged(g, { stable: good(2000), candidate: good(2000) }).kind).toBe('safe');
});

test.each<[string, number]>([
  ['NaN', Number.NaN],
  ['infinite', Infinity],
  ['below the range', 0.5],
  ['above the range', 5.5],
])('a measured value that is %s has no z', (_, x) => {
  expect(toZ(boundedGuardrail().transform, x)).toBeNull();
});
