import { differenceOf, pairAlpha } from '../../../src/core/comparison/difference';
import { differenceSvg } from '../../../src/core/comparison/difference-svg';
import { forecastOf } from '../../../src/core/comparison/forecast';
import { comparisonView } from '../../../src/core/comparison/view';
import { lookAtComparison } from '../../../src/core/comparison/look';
import { srmEvidence } from '../../../src/core/comparison/srm-evidence';
import { asymptoticCsRadius } from '../../../src/core/stats/asymptotic-cs';
import { comparisonOf, DAY_MS, METRIC, NOW_MS, START_MS, statesOf } from './fixtures';

const ARMS = [
  { units: 400, mean: 0.5 },
  { units: 300, mean: 0.55 },
  { units: 200, mean: 0.65 },
];
const own = statesOf(ARMS).map(([state]) => state!);

test('alpha is shared out among all pairs of arms', () => {
  expect(pairAlpha(0.05, 2)).toBe(0.05);
  expect(pairAlpha(0.06, 3)).toBeCloseTo(0.02, 12);
  expect(pairAlpha(0.28, 8)).toBeCloseTo(0.01, 12);
});

test('a variant against the control is the two-sample difference with its confidence sequence', () => {
  const { difference, se, low, high, unitsArm, unitsAgainst } = differenceOf(METRIC, own, { arm: 1, against: 0 }, 0.05);
  expect([unitsArm, unitsAgainst]).toEqual([300, 400]);
  expect(difference).toBeCloseTo(0.05, 10);
  // Both arms have the variance .04 n / (n - 1), so shrinking one to the other changes next to nothing.
  expect(se).toBeCloseTo(Math.sqrt(0.04 / 299 + 0.04 / 399), 4);
  const radius = asymptoticCsRadius(se!, METRIC.delta, 0.05);
  expect([low, high]).toEqual([difference! - radius, difference! + radius]);
});

test('two variants are compared through their own sums, not through the control', () => {
  const between = differenceOf(METRIC, own, { arm: 2, against: 1 }, 0.05);
  expect(between.difference).toBeCloseTo(0.1, 10);
  expect([between.unitsArm, between.unitsAgainst]).toEqual([200, 300]);
  expect(between.se).toBeCloseTo(Math.sqrt(0.04 / 199 + 0.04 / 299), 4);
});

test('before the burn-in there is no interval', () => {
  const few = statesOf([
    { units: 20, mean: 0.5 },
    { units: 20, mean: 0.9 },
  ]).map(([state]) => state!);
  expect(differenceOf(METRIC, few, { arm: 1, against: 0 }, 0.05)).toMatchObject({ low: null, high: null });
});

test('the forecast: the smallest difference shrinks towards the deadline, and a decision is foreseen where the interval gets there', () => {
  const comparison = comparisonOf(2);
  const few = statesOf([
    { units: 150, mean: 0.5 },
    { units: 150, mean: 0.55 },
  ]).map(([state]) => state!);
  const now = differenceOf(METRIC, few, { arm: 1, against: 0 }, 0.05);
  const { smallest, leftMs } = forecastOf(comparison, now, NOW_MS);
  expect(smallest).toBeLessThan(now.high! - now.difference!);
  expect(leftMs).toBeGreaterThan(0);
  const later = 1 + leftMs! / (NOW_MS - START_MS);
  const radius = asymptoticCsRadius(now.se! / Math.sqrt(later), METRIC.delta, 0.05);
  const gap = Math.min(Math.abs(radius - now.difference!), Math.abs(now.difference! + radius - METRIC.delta));
  expect(gap).toBeLessThan(1e-6);
  expect(forecastOf({ ...comparison, forMs: 2 * DAY_MS }, now, NOW_MS).smallest).toBeGreaterThan(smallest!);
});

test('units that do not arrive as planned: arm by arm, and only over the arms that are in the race', () => {
  const comparison = comparisonOf(4);
  expect(srmEvidence(comparison, [[500, 500, 500, 500]])).toBeLessThan(0);
  expect(srmEvidence(comparison, [[500, 500, 300, 500]])).toBeGreaterThan(Math.log(1000));
  const arms = comparison.arms.map((arm, index) =>
    index === 2 ? { ...arm, dropped: { atMs: START_MS + DAY_MS, reason: '', guardrail: null } } : arm,
  );
  const dropped = { ...comparison, arms };
  expect(
    srmEvidence(dropped, [
      [100, 100, 100, 100],
      [400, 400, 0, 400],
    ]),
  ).toBeLessThan(0);
});

test('the view says it on the metric’s own scale, and the chart draws what the view says', () => {
  const comparison = comparisonOf(3, { because: 'which <b> & "tone"' });
  const look = lookAtComparison(comparison, statesOf(ARMS));
  const view = comparisonView(look, [[400, 300, 200]], NOW_MS);
  expect(view.arms.map(({ name, units, mean }) => [name, units, mean])).toEqual([
    ['a', 400, '3'],
    ['b', 300, '3.2'],
    ['c', 200, '3.6'],
  ]);
  expect(view.arms[1]!.difference).toMatch(/^\+0\.2 \([-+]0\.\d+ to \+0\.\d+\)$/u);
  expect(view.state).toBe('running');
  const points = [1, 2, 3].map((day) => ({ atMs: START_MS + day * DAY_MS, difference: 0.05, low: -0.01, high: 0.11 }));
  const svg = differenceSvg({ ...comparison, prompt: 'a <b> & "c"' }, [
    { name: 'b', points },
    { name: 'c', points: [] },
  ]);
  expect(svg).toContain('a &lt;b&gt; &amp; &quot;c&quot;: score:quality');
  expect(svg.match(/<polygon/gu)).toHaveLength(1);
  expect(svg).not.toMatch(/NaN|Infinity/u);
  expect(differenceSvg(comparison, [])).toContain('nothing has been judged yet');
});
