import { freezeGuardrails } from '../../../src/core/judging/freeze-guardrails';
import { type FrozenGuardrail, toZ } from '../../../src/core/judging/guardrail';
import type { GuardrailPolicy, Policy } from '../../../src/core/policy/policy';
import { seeded } from './simulated-rollout';

function written(changes: Partial<GuardrailPolicy> & { metric: string }): GuardrailPolicy {
  return {
    direction: 'higher_is_better',
    range: null,
    margin: 0.05,
    limit: null,
    weight: 1,
    settleMs: 600_000,
    reference: { variance: null, rate: null },
    ...changes,
  };
}

const policy = (guardrails: readonly GuardrailPolicy[]): Policy => {
  const only: Pick<Policy, 'guardrails'> = { guardrails };
  return only as Policy;
};

function freeze(guardrail: GuardrailPolicy, values: readonly (readonly number[])[] = []): FrozenGuardrail {
  return freezeGuardrails(policy([guardrail]), new Map([[guardrail.metric, values]])).guardrails[0]!;
}

function warningsOf(guardrail: GuardrailPolicy, values: readonly (readonly number[])[] = []): string[] {
  return freezeGuardrails(policy([guardrail]), new Map([[guardrail.metric, values]])).warnings;
}

/** One value a unit: every `of`-th is 0, the others 1. */
const yesNo = (units: number, of: number): number[][] =>
  Array.from({ length: units }, (_, i) => [i % of === 0 ? 0 : 1]);

describe('yes/no metrics', () => {
  test('a boolean score is an indicator with the rate, variance and skewness of its history', () => {
    const g = freeze(written({ metric: 'score:thumbs' }), yesNo(400, 5));
    expect(g).toMatchObject({ kind: 'binary', transform: { kind: 'indicator' }, delta: 0.05, gatesPromotion: true });
    expect(g.reference).toMatchObject({ source: 'history', units: 400 });
    expect(g.reference.p).toBeCloseTo(0.2, 12);
    expect(g.reference.mean).toBeCloseTo(0.8, 12);
    expect(g.reference.sigma2).toBeCloseTo((0.16 * 400) / 399, 9);
    expect(g.reference.skewness2).toBeCloseTo(0.36 / 0.16, 9);
  });

  test('a declared rate comes first and brings its own variance and skewness', () => {
    const g = freeze(written({ metric: 'score:thumbs', reference: { variance: null, rate: 0.1 } }));
    expect(g.reference).toMatchObject({ source: 'declared', p: 0.1, mean: null });
    expect(g.reference.sigma2).toBeCloseTo(0.09, 12);
    expect(g.reference.skewness2).toBeCloseTo(0.64 / 0.09, 9);
  });

  test.each([
    ['error_rate', 0.01],
    ['latency.p95', 0.1],
    ['coverage:thumbs', 0.1],
    ['score:thumbs', 0.5],
    ['score:tone=good,fine', 0.5],
  ])('199 units are no history: %s falls back to the rate %p', (metric, p) => {
    const g = freeze(written({ metric, direction: 'lower_is_better' }), yesNo(199, 5));
    expect(g.reference).toMatchObject({ source: 'fallback', units: 199, p, mean: null });
    expect(g.reference.skewness2).toBeGreaterThanOrEqual(10);
  });

  test('coverage never gates a promotion', () => {
    const g = freeze(written({ metric: 'coverage:thumbs', direction: 'lower_is_better', settleMs: 7_200_000 }));
    expect(g).toMatchObject({ kind: 'binary', gatesPromotion: false, settleMs: 7_200_000 });
  });

  test('a limit is a floor on what is good, a ceiling on what is bad', () => {
    expect(freeze(written({ metric: 'score:thumbs', limit: 0.7 })).floor).toBe(0.7);
    expect(freeze(written({ metric: 'error_rate', direction: 'lower_is_better', limit: 0.04 })).floor).toBeCloseTo(
      0.96,
    );
  });
});

describe('scores with a range', () => {
  const quality = written({ metric: 'score:quality', range: [1, 5], margin: 0.25, limit: 3 });

  test('margin and limit on the scale of z', () => {
    expect(freeze(quality)).toMatchObject({ kind: 'bounded', delta: 0.0625, floor: 0.5 });
    expect(freeze(quality).reference).toMatchObject({ source: 'fallback', sigma2: 1 / 12, skewness2: 10 });
    const reflected = freeze({ ...quality, direction: 'lower_is_better', limit: 2 });
    expect(reflected.floor).toBe(0.75);
  });

  test('variance is that of the units’ means, on the scale of z', () => {
    const values = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? [1, 3] : [5, 5, 5]));
    const { reference } = freeze(quality, values);
    expect(reference.mean).toBeCloseTo(0.625, 12);
    expect(reference.sigma2).toBeCloseTo((0.375 ** 2 * 200) / 199, 12);
  });

  test('a declared variance is on the score’s own scale', () => {
    const g = freeze({ ...quality, reference: { variance: 0.8, rate: null } });
    expect(g.reference).toMatchObject({ source: 'declared', sigma2: 0.05 });
  });

  test('values that are no numbers in the range do not count as history', () => {
    const values = Array.from({ length: 300 }, (_, i) => (i < 150 ? [3] : [Number.NaN, 7]));
    expect(freeze(quality, values).reference).toMatchObject({ source: 'fallback', units: 150 });
  });
});

describe('latency, cost and tokens', () => {
  const random = seeded(3);
  const latencies = Array.from({ length: 5000 }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return [2000 * Math.exp(0.7 * normal)];
  });
  const latency = written({ metric: 'latency', direction: 'lower_is_better', margin: 0.1 });

  test('caps are the 1 % and 99.9 % quantiles of history, the margin is relative', () => {
    const g = freeze(latency, latencies);
    if (g.transform.kind !== 'log') throw new Error('expected a log transform');
    expect(Math.exp(g.transform.lnLow)).toBeGreaterThan(350);
    expect(Math.exp(g.transform.lnLow)).toBeLessThan(430);
    expect(Math.exp(g.transform.lnHigh)).toBeGreaterThan(14_000);
    expect(Math.exp(g.transform.lnHigh)).toBeLessThan(24_000);
    const z = (ms: number): number => toZ(g.transform, ms)!;
    expect(z(2000) - z(2200)).toBeCloseTo(g.delta, 9);
  });

  test.each([
    ['latency', 10, 600_000],
    ['cost', 1e-6, 10],
    ['tokens', 1, 1e6],
  ])('%s without history is capped at %p and %p', (metric, low, high) => {
    const { transform, delta } = freeze({ ...latency, metric });
    expect(transform).toEqual({ kind: 'log', lnLow: Math.log(low), lnHigh: Math.log(high) });
    expect(delta).toBeCloseTo(Math.log(1.1) / Math.log(high / low), 12);
  });

  test.each([
    ['always the same', 0.002],
    ['always nothing', 0],
  ])('cost that is %s still leaves room for the margin', (_, cost) => {
    const g = freeze(
      { ...latency, metric: 'cost' },
      Array.from({ length: 300 }, () => [cost]),
    );
    expect(g.delta).toBeGreaterThan(0);
    expect(g.delta).toBeLessThanOrEqual(0.25 + 1e-12);
    expect(Number.isFinite(g.reference.sigma2)).toBe(true);
  });

  test('a limit beyond the highest value of history can still be seen to be passed', () => {
    const g = freeze({ ...latency, limit: 100_000 }, latencies);
    expect(g.floor).toBeGreaterThan(0);
    expect(toZ(g.transform, 150_000)).toBeLessThan(g.floor!);
  });

  test('a tail counts what is slower than history’s quantile; its margin is an odds ratio', () => {
    const g = freeze({ ...latency, metric: 'latency.p90', margin: 0.5 }, latencies);
    expect(g.kind).toBe('binary');
    expect(g.reference.p).toBeCloseTo(0.1, 3);
    const worse = g.reference.p + g.delta;
    const odds = (p: number): number => p / (1 - p);
    expect(odds(worse) / odds(g.reference.p)).toBeCloseTo(1.5, 9);
  });

  test('a tail without history says what it calls slow', () => {
    expect(warningsOf({ ...latency, metric: 'latency.p90' })).toEqual([
      'guardrails[0] (latency.p90): no history of 200 units: slow means over 10000 ms',
    ]);
  });
});

describe('the policy as a whole', () => {
  test('weights sum to 1 in the policy’s order', () => {
    const { guardrails } = freezeGuardrails(
      policy([written({ metric: 'score:a', weight: 3 }), written({ metric: 'error_rate', weight: 1 })]),
      new Map(),
    );
    expect(guardrails.map(({ id, weight }) => [id, weight])).toEqual([
      ['score:a', 0.75],
      ['error_rate', 0.25],
    ]);
  });

  test('with traffic that is foreseen the evidence for harm is planned, by each guardrail’s own weight and traffic', () => {
    const [thumbs, tone] = ['thumbs', 'tone'].map((name) => written({ metric: `score:${name}` }));
    const steps = [{ percent: 50, bakeMs: 86_400_000 }];
    const ramp = { ...policy([thumbs!, { ...tone!, weight: 3 }]), alpha: 0.05, settleMs: 0, steps } as Policy;
    const history = new Map([thumbs!, tone!].map(({ metric }) => [metric, yesNo(400, 5)]));
    const perDay = new Map([
      ['score:thumbs', 1000],
      ['score:tone', 400],
    ]);
    const { guardrails } = freezeGuardrails(ramp, history, perDay);
    const ends = guardrails.map(({ harmPlan }) => harmPlan!.plannedEnd);
    const judgedDays = 1 - 600_000 / 86_400_000;
    expect(ends[0]!.effectiveUnits).toBeCloseTo(250 * judgedDays, 9);
    expect(ends[1]!.effectiveUnits).toBeCloseTo(100 * judgedDays, 9);
    // Normal quantiles of .05 times .2 times the weights, a quarter and three.
    expect(ends[0]!.bound).toBeCloseTo(2.807, 3);
    expect(ends[1]!.bound).toBeCloseTo(2.432, 3);
    expect(freezeGuardrails(ramp, history).guardrails.some(({ harmPlan }) => harmPlan !== undefined)).toBe(false);
  });

  test('a margin that gives away most of a low score is called out', () => {
    const rare = written({ metric: 'score:win', range: [0, 1] });
    const wins = Array.from({ length: 400 }, (_, i) => [i % 100 < 7 ? 1 : 0]);
    expect(warningsOf(rare, wins)).toEqual([
      'guardrails[0].margin (score:win): 0.05 is 71 % of the historical mean 0.07; expected at most 30 %',
    ]);
    expect(warningsOf({ ...rare, margin: 0.02 }, wins)).toEqual([]);
    expect(warningsOf({ ...rare, range: [-1, 1] }, wins)).toEqual([]);
  });

  test.each([
    [{ metric: 'scroe:a' }, 'guardrails[0].metric: expected a metric, got scroe:a'],
    [{ metric: 'score:a', margin: 0 }, 'guardrails[0].margin: expected a number above 0, got 0'],
    [{ metric: 'score:a', margin: 2 }, 'guardrails[0].margin: expected at most the range, 1, got 2'],
    [{ metric: 'score:a', range: [5, 1] as const }, 'guardrails[0].range: expected low below high, got 5..1'],
    [
      { metric: 'score:a', range: [1, 5] as const, limit: 7 },
      'guardrails[0].limit: expected a value of the metric, got 7',
    ],
    [{ metric: 'error_rate', limit: 4 }, 'guardrails[0].limit: expected a share in 0..1, got 4'],
    [{ metric: 'latency', limit: 0 }, 'guardrails[0].limit: expected above 0, got 0'],
    [{ metric: 'latency', weight: 0 }, 'guardrails[0].weight: expected above 0, got 0'],
  ])('%j is refused with its path', (changes, message) => {
    expect(() => freeze(written(changes))).toThrow(message);
  });
});
