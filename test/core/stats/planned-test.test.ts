import logcdf from '@stdlib/stats-base-dists-normal-logcdf';
import * as fc from 'fast-check';
import { effectiveUnits, plannedTestLogE, plannedTestLogLevel } from '../../../src/core/stats/planned-test';
import { manyNumbers } from '../../../src/local/statistics/simulation/chance';
import { normal } from '../../../src/local/random';

const BOUNDS = [1.6, 2.326, 3.1];

/** Mean of a function of a standard normal number. */
function meanOver(f: (x: number) => number): number {
  let total = 0;
  const step = 0.002;
  for (let x = -9; x < 9; x += step) total += step * (Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI)) * f(x);
  return total;
}

describe('a martingale', () => {
  test.each(BOUNDS)('mean 1 at every share of the planned units, bound %d', (bound) => {
    for (const f of [0.05, 0.3, 0.7, 0.95, 1])
      expect(meanOver((z) => Math.exp(plannedTestLogE(z, f, bound)))).toBeCloseTo(1, f === 1 ? 1 : 6);
  });

  test('from any value on, the mean of what comes later is that value', () => {
    for (const [z, early, late] of [
      [1.5, 0.2, 0.6],
      [-1, 0.5, 0.9],
      [3, 0.4, 0.5],
    ] as const) {
      const later = meanOver((x) => {
        const sum = z * Math.sqrt(early) + x * Math.sqrt(late - early);
        return Math.exp(plannedTestLogE(sum / Math.sqrt(late), late, 2.326));
      });
      expect(later / Math.exp(plannedTestLogE(z, early, 2.326))).toBeCloseTo(1, 5);
    }
  });
});

describe('looked at 60 times without an effect', () => {
  const PATHS = 8000;
  const LOOKS = 60;
  /** The highest e-value of each path, which ends at a share `last` of the planned units; at 1 and beyond the first value stays. */
  const highest = (bound: number, last: number): number[] =>
    Array.from({ length: PATHS }, (_, seed) => {
      const random = manyNumbers(seed, 77);
      let [sum, most] = [0, 0];
      for (let look = 1; look <= LOOKS; look++) {
        sum += normal(random) * Math.sqrt(last / LOOKS);
        const f = (last * look) / LOOKS;
        most = Math.max(most, Math.exp(plannedTestLogE(sum / Math.sqrt(f), f, bound)));
        if (f >= 1) break;
      }
      return most;
    });
  const within = (share: number, expected: number): void =>
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / PATHS));
  const share = (all: readonly number[], least: number): number => all.filter((e) => e >= least).length / all.length;

  test.each([
    ['as was foreseen', 1],
    ['with half of the units foreseen', 2],
  ])('%s: the end is reached with the probability that is its level', (_, last) => {
    const level = Math.exp(plannedTestLogLevel(1.96));
    within(share(highest(1.96, last), (1 - 1e-9) / level), level);
  });

  test('with twice the units foreseen it is never reached, and no value more often than Ville allows', () => {
    const all = highest(1.96, 0.5);
    expect(share(all, 1 / Math.exp(plannedTestLogLevel(1.96)))).toBe(0);
    for (const e of [2, 5, 10, 20]) expect(share(all, e)).toBeLessThan(1 / e + 4 * Math.sqrt(1 / e / PATHS));
  });
});

test('grows with the deficit, and is never above what its end comes to', () => {
  const size = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      size,
      size,
      fc.double({ min: 1e-9, max: 2, noNaN: true }),
      fc.constantFrom(...BOUNDS),
      (a, b, f, bound) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((z) => plannedTestLogE(z, f, bound));
        expect(low).not.toBeNaN();
        expect(high).toBeGreaterThanOrEqual(low!);
        expect(high).toBeLessThanOrEqual(-logcdf(-bound, 0, 1) + 1e-12);
      },
    ),
  );
});

test('a day at 10 % and a day at 50 % bring .34 of a day’s units', () => {
  const units = [
    { stable: 900, candidate: 100 },
    { stable: 500, candidate: 500 },
    { stable: 0, candidate: 70 },
  ];
  expect(effectiveUnits(units)).toBeCloseTo(340, 10);
});
