import * as fc from 'fast-check';
import { wishedArms, type ComparisonWish } from '../../../src/core/comparison/wish';
import { wishedMetric } from '../../../src/core/comparison/wished-metric';
import { WISH } from '../../app/comparison/comparison-world';
import { policyOf } from '../policy/example-policy';

const wish = (changes: Partial<ComparisonWish>): ComparisonWish => ({
  ...WISH,
  variants: [
    { name: 'a', version: 3 },
    { name: 'b', version: 4 },
  ],
  ...changes,
});

test('the control comes first, wherever it was named, and shares go along', () => {
  expect(wishedArms(wish({ shares: [30, 20] }), 4)).toEqual({
    ok: true,
    arms: [
      { name: 'b', version: 4, from: 0, to: 2000 },
      { name: 'a', version: 3, from: 2000, to: 5000 },
    ],
  });
  expect(wishedArms(wish({ control: 'b' }), 3)).toMatchObject({ arms: [{ name: 'b' }, { name: 'a' }] });
});

test('even parts take every bucket, whatever the number of variants', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), (count) => {
      const variants = Array.from({ length: count }, (_, index) => ({ name: `v${index}`, version: index + 1 }));
      const wished = wishedArms(wish({ variants }), 1);
      if (!wished.ok) throw new Error(wished.problems.join());
      const widths = wished.arms.map(({ from, to }) => to - from);
      expect(wished.arms.at(-1)!.to).toBe(10_000);
      expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(1);
      expect(wished.arms.slice(1).every(({ from }, index) => from === wished.arms[index]!.to)).toBe(true);
    }),
  );
});

test.each([
  [{ variants: [{ name: 'a', version: 3 }] }, 'variants: expected 2 to 8, got 1'],
  [{ shares: [50] }, 'shares: expected one for each of the 2 variants, got 1'],
  [{ shares: [40, 50.001] }, 'shares: expected percents of at least 0.01 in steps of 0.01, got 50.001'],
  [{ shares: [0, 50] }, 'shares: expected percents of at least 0.01'],
  [{ shares: [60, 60] }, 'shares: expected at most 100 % together, got 120'],
  [{ control: 'x' }, "control: expected one of a, b, got 'x'"],
  [
    {
      variants: [
        { name: 'ü', version: 3 },
        { name: 'b', version: 4 },
      ],
    },
    "names of 1 to 32 letters (a to z), digits, - or _, got 'ü'",
  ],
])('%j is refused', (changes, problem) => {
  const wished = wishedArms(wish(changes), 3);
  expect(wished.ok ? [] : wished.problems).toEqual([expect.stringContaining(problem)]);
});

describe('the metric', () => {
  const policy = policyOf({
    guardrails: [
      { metric: 'score:clarity', direction: 'higher_is_better', range: [1, 5], margin: 0.3 },
      { metric: 'latency' },
    ],
  });
  const open = { metric: 'clarity', direction: null, range: null, margin: null };

  test('of a guardrail is as the guardrail says, but for the margin', () => {
    expect(wishedMetric(policy, open)).toMatchObject({ guardrail: 0, written: { margin: 0.3, range: [1, 5] } });
    expect(wishedMetric(policy, { ...open, margin: 0.5 }).written.margin).toBe(0.5);
    expect(() => wishedMetric(policy, { ...open, range: [0, 5] })).toThrow('metric.range: expected 1..5');
    expect(() => wishedMetric(policy, { ...open, direction: 'lower_is_better' })).toThrow(
      'metric.direction: expected higher',
    );
    expect(wishedMetric(policy, { ...open, metric: 'latency' })).toMatchObject({ guardrail: 1 });
  });

  test('of no guardrail has to be described', () => {
    const tone = { ...open, metric: 'tone' };
    expect(() => wishedMetric(policy, tone)).toThrow(
      "metric.direction: expected 'higher_is_better' or 'lower_is_better'",
    );
    expect(wishedMetric(policy, { ...tone, direction: 'higher_is_better' })).toMatchObject({
      guardrail: -1,
      written: { metric: 'score:tone', range: null, margin: 0.05 },
    });
    expect(wishedMetric(policy, { ...open, metric: 'error_rate' }).written.direction).toBe('lower_is_better');
    expect(() => wishedMetric(policy, { ...tone, direction: 'higher_is_better', range: [5, 1] })).toThrow(
      'low below high',
    );
  });
});
