import logcdf from '@stdlib/stats-base-dists-normal-logcdf';
import * as fc from 'fast-check';
import { normalMixtureLogE } from '../../../src/core/stats/normal-mixture';

const EFFECTS = [0.25, 0.5, 1, 2, 4];
const WEIGHTS = [0.1, 0.2, 0.3, 0.25, 0.15];

test('one effect is Wald’s likelihood ratio of two normal laws', () => {
  const [estimate, se, effect] = [0.03, 0.02, 0.05];
  const density = (mean: number): number => -((estimate - mean) ** 2) / (2 * se * se);
  expect(normalMixtureLogE(estimate, se, [effect], [1])).toBeCloseTo(density(effect) - density(0), 12);
});

test('under no effect its expectation is 1: integrated over the estimate', () => {
  for (const se of [0.1, 0.7, 3]) {
    let total = 0;
    const step = se / 200;
    for (let x = -10 * se; x < 10 * se + 2 * 4; x += step) {
      const logDensity = -(x * x) / (2 * se * se) - Math.log(se * Math.sqrt(2 * Math.PI));
      total += step * Math.exp(logDensity + normalMixtureLogE(x, se, EFFECTS, WEIGHTS));
    }
    expect(total).toBeCloseTo(1, 6);
  }
});

test('grows with the estimate, and is a number at any size', () => {
  const size = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(size, size, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (a, b, se) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) => normalMixtureLogE(x, se, EFFECTS, WEIGHTS));
      expect(Number.isFinite(low)).toBe(true);
      expect(Number.isFinite(high)).toBe(true);
      expect(high).toBeGreaterThanOrEqual(low!);
    }),
  );
});

// Computed with 50 digits.
test.each([
  [-1000, -500007.8266948122],
  [-40, -804.60844201087],
  [-8, -35.0134371599],
  [8, -6.22096057427e-16],
])('ln Phi(%d), which plans rollouts, at its extremes', (x, expected) => {
  expect(Math.abs(logcdf(x, 0, 1) / expected - 1)).toBeLessThan(1e-10);
});
