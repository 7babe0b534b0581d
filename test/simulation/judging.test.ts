import type { Arm } from '../../src/core/assignment/assignment';
import { binaryGuardrail, boundedGuardrail } from '../core/judging/fixtures';
import { type Outcome, type Scenario, simulate, tenThenFifty } from '../core/judging/simulated-rollout';

/*
 * The error rates that are promised, measured through the state and the judge: two days, 10 % then 50 %, a look every
 * hour. Each rollout's seed is its number, so a failure replays.
 */

const DAY: Omit<Scenario, 'seed' | 'guardrail' | 'draw'> = {
  unitsPerDay: 2000,
  share: tenThenFifty,
  hours: 48,
  ticksPerHour: 1,
  scoresPerUnit: 1,
  alpha: 0.05,
};

/** A yes/no outcome that is good with a probability per arm. */
function goodWith(probability: Record<Arm, number>): Scenario['draw'] {
  return (arm, random) => (random() < probability[arm] ? 1 : 0);
}

/** Three scores a user, equal to the user's own with correlation 0.3; the level swings by 6 points over the day. */
function clustered(probability: Record<Arm, number>): Scenario['draw'] {
  return (arm, random, copy, atHour) => {
    const level = probability[arm] - 0.06 * Math.cos((2 * Math.PI * (atHour - 15)) / 24);
    return (random() < Math.sqrt(0.3) ? copy : random()) < level ? 1 : 0;
  };
}

function runs(count: number, scenario: Omit<Scenario, 'seed'>): Outcome[] {
  return Array.from({ length: count }, (_, i) => simulate({ ...scenario, seed: i + 1 }));
}

const shareOf = (outcomes: readonly Outcome[], holds: (outcome: Outcome) => boolean): number =>
  outcomes.filter(holds).length / outcomes.length;

const isHarmful = ({ harmAfterUnits }: Outcome): boolean => harmAfterUnits !== null;

/** A bound plus three standard errors of its estimate from `count` rollouts. */
const withError = (bound: number, count: number): number => bound + 3 * Math.sqrt((bound * (1 - bound)) / count);

/** A rollout that nothing stops, to see what is promised about promotion. */
const NEVER_STOPPED = { alpha: 1e-200 };

describe('a candidate that is no worse', () => {
  test.each([
    ['thumbs', binaryGuardrail(), goodWith({ stable: 0.8, candidate: 0.8 }), 1],
    ['thumbs, several a user, by time of day', binaryGuardrail(), clustered({ stable: 0.8, candidate: 0.8 }), 3],
    [
      'thumbs with a floor at their level',
      binaryGuardrail({ floor: 0.8 }),
      goodWith({ stable: 0.8, candidate: 0.8 }),
      1,
    ],
    [
      'a bounded score',
      boundedGuardrail(),
      (_: Arm, random: () => number) => Math.ceil(4 * Math.sqrt(random())) / 4,
      1,
    ],
  ])('%s: rolled back in at most alpha of the rollouts', (_, guardrail, draw, scoresPerUnit) => {
    const outcomes = runs(160, { ...DAY, guardrail, draw, scoresPerUnit });
    expect(shareOf(outcomes, isHarmful)).toBeLessThanOrEqual(withError(0.05, 160));
    expect(shareOf(outcomes, ({ everGate }) => everGate)).toBeGreaterThan(0.9);
    expect(shareOf(outcomes, ({ everSafe }) => everSafe)).toBeGreaterThan(0.4);
  });
});

describe('a candidate that is worse', () => {
  test('thumbs 10 points down are found, and never called safe', () => {
    const outcomes = runs(60, {
      ...DAY,
      guardrail: binaryGuardrail(),
      draw: goodWith({ stable: 0.8, candidate: 0.7 }),
    });
    expect(shareOf(outcomes, isHarmful)).toBeGreaterThan(0.95);
    expect(shareOf(outcomes, ({ everSafe }) => everSafe)).toBe(0);
  });

  test('10 points down at 200 a day are found in some rollouts only, but promoted in next to none', () => {
    const draw = goodWith({ stable: 0.8, candidate: 0.7 });
    const outcomes = runs(150, { ...DAY, unitsPerDay: 200, guardrail: binaryGuardrail(), draw });
    expect(shareOf(outcomes, isHarmful)).toBeGreaterThan(0.08);
    expect(shareOf(outcomes, ({ everSafe }) => everSafe)).toBeLessThan(0.05);
  });

  test('10 points up are never harmful: the arms are not interchangeable', () => {
    const outcomes = runs(60, {
      ...DAY,
      guardrail: binaryGuardrail(),
      draw: goodWith({ stable: 0.7, candidate: 0.8 }),
    });
    expect(shareOf(outcomes, isHarmful)).toBe(0);
    expect(shareOf(outcomes, ({ everSafe }) => everSafe)).toBe(1);
  });

  test('errors from 1 % to 100 % end a rollout after three or four candidate units', () => {
    const guardrail = binaryGuardrail({ id: 'error_rate', p: 0.01, delta: 0.01 });
    const draw = goodWith({ stable: 0.99, candidate: 0 });
    const exposed = runs(100, { ...DAY, ticksPerHour: 20, guardrail, draw }).map(
      ({ harmAfterUnits }) => harmAfterUnits,
    );
    const sorted = exposed.map((units) => units ?? Infinity).sort((a, b) => a - b);
    expect(sorted[0]).toBeGreaterThanOrEqual(2);
    expect(sorted[50]).toBeLessThanOrEqual(4);
    expect(sorted[90]).toBeLessThanOrEqual(8);
  });
});

describe('a candidate exactly on the margin', () => {
  test.each([
    ['thumbs', binaryGuardrail(), { stable: 0.8, candidate: 0.75 }],
    ['errors', binaryGuardrail({ id: 'error_rate', p: 0.01, delta: 0.01 }), { stable: 0.99, candidate: 0.98 }],
    ['errors that history never saw', binaryGuardrail({ p: 0, delta: 0.01 }), { stable: 1, candidate: 0.99 }],
  ])('%s: safe in at most beta of the rollouts', (_, guardrail, probability) => {
    const outcomes = runs(120, { ...DAY, ...NEVER_STOPPED, guardrail, draw: goodWith(probability) });
    expect(shareOf(outcomes, ({ everSafe }) => everSafe)).toBeLessThanOrEqual(withError(0.05, 120));
  });

  test('thumbs on the gate’s margin: past the gate in at most beta of the rollouts', () => {
    const draw = goodWith({ stable: 0.8, candidate: 0.65 });
    const outcomes = runs(120, { ...DAY, ...NEVER_STOPPED, guardrail: binaryGuardrail(), draw });
    expect(shareOf(outcomes, ({ everGate }) => everGate)).toBeLessThanOrEqual(withError(0.05, 120));
  });
});

test('no errors anywhere and a margin of a point: safe within two days', () => {
  const guardrail = binaryGuardrail({ p: 0, delta: 0.01 });
  const outcomes = runs(40, { ...DAY, guardrail, draw: goodWith({ stable: 1, candidate: 1 }) });
  expect(shareOf(outcomes, ({ everSafe }) => everSafe)).toBe(1);
});

test('an outage of both arms is said to be one, and is not the candidate’s fault', () => {
  const guardrail = binaryGuardrail({ floor: 0.75 });
  const outcomes = runs(100, { ...DAY, guardrail, draw: goodWith({ stable: 0.5, candidate: 0.5 }) });
  expect(shareOf(outcomes, ({ bothArmsBroken }) => bothArmsBroken)).toBeGreaterThan(0.95);
  expect(shareOf(outcomes, isHarmful)).toBeLessThanOrEqual(withError(0.05, 100));
});
