import * as fc from 'fast-check';
import { normalCdf, normalQuantile } from '../../../src/local/statistics/reference/normal';
import { benjaminiHochberg, holm } from '../../../src/local/statistics/reference/multiple-testing';
import { studentQuantile, twoSidedStudentP } from '../../../src/local/statistics/reference/student-t';
import { syntheticCells } from '../../../src/local/statistics/simulation/cells';
import { manyNumbers, poisson } from '../../../src/local/statistics/simulation/chance';
import { leastExposure } from '../../../src/local/statistics/simulation/exposure-bound';
import { markdownTables } from '../../../src/local/statistics/simulation/tables';
import { addTally, emptyTally, runRollouts } from '../../../src/local/statistics/simulation/tally';

const CELLS = syntheticCells(1000);
const ROUNDING = 1e-12;

describe('chance', () => {
  test('repeats for a seed and a stream, and differs between them', () => {
    const first = (seed: number, stream: number): number => manyNumbers(seed, stream)();
    expect(first(1, 2)).toBe(first(1, 2));
    expect(new Set([first(1, 2), first(2, 1), first(1, 3), first(0, 2)]).size).toBe(4);
  });

  test.each([0.3, 8, 500])('Poisson numbers of mean %d have that mean and variance', (mean) => {
    const random = manyNumbers(7, 7);
    const draws = Array.from({ length: 4000 }, () => poisson(mean, random));
    const average = draws.reduce((sum, n) => sum + n, 0) / draws.length;
    const variance = draws.reduce((sum, n) => sum + (n - average) ** 2, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / draws.length));
    expect(variance / mean).toBeGreaterThan(0.85);
    expect(variance / mean).toBeLessThan(1.15);
  });
});

describe('rows', () => {
  test('three times the rollouts where nothing is worse, half where something is', () => {
    const rollouts = (perDay: number, question: string): number | undefined =>
      CELLS.find((cell) => cell.traffic.perDay === perDay && cell.question === question)?.rollouts;
    expect([rollouts(200, 'same'), rollouts(200, 'worse'), rollouts(20_000, 'same')]).toEqual([3000, 500, 3000]);
  });

  test('effects are those of the model: thumbs down 5 points', () => {
    const cell = CELLS.find(({ metric, effect }) => metric === 'thumbs' && effect === '-5 points')!;
    const random = manyNumbers(1, 1);
    const mean = (arm: 'stable' | 'candidate'): number =>
      Array.from({ length: 20_000 }, () => cell.model.draw(arm, random(), 0)).reduce((sum, x) => sum + x, 0) / 20_000;
    expect(mean('stable')).toBeCloseTo(0.8, 1.8);
    expect(mean('candidate')).toBeCloseTo(0.75, 1.8);
  });

  // Computed by minimising the mixture of divergences numerically.
  test.each([
    ['thumbs', '-5 points', 200, 818],
    ['thumbs', '-5 points', 2000, 666],
    ['thumbs', '-5 points', 20_000, 454],
    ['likert', '-0.25', 2000, 107],
    ['errors', '+2 points', 2000, 339],
    ['latency', '+10 %', 2000, 486],
  ])('%s %s at %d a day: no rule exposes fewer than %d units', (metric, effect, perDay, units) => {
    const cell = CELLS.find(
      (each) => each.metric === metric && each.effect === effect && each.traffic.perDay === perDay,
    );
    expect(Math.round(leastExposure(cell!)!)).toBe(units);
  });

  test('tables show shares with their standard errors, and an effect with what it took', () => {
    const of = (question: string, effect: string) =>
      CELLS.findIndex((cell) => cell.question === question && cell.effect === effect && cell.traffic.perDay === 200);
    const indices = [of('same', 'none'), of('worse', '-0.5'), of('at_margin', '-5 points'), of('at_gate', '+3 points')];
    const rows = indices.map((index) => {
      const tally = emptyTally();
      addTally(tally, runRollouts(CELLS[index]!, index, 0, 1));
      addTally(tally, runRollouts(CELLS[index]!, index, 1, 1));
      return { cell: CELLS[index]!, tally };
    });
    const text = markdownTables(rows);
    expect(text).toContain('Rows with more than 5.0 % for Rampart: ');
    expect(text).toMatch(/\| 200 \| thumbs \| even \| 2 \| [\d.]+ ± [\d.]+ \|/u);
    expect(text).toMatch(/\| 200 \| likert \| -0.5 \| even \| 2 \| [\d.]+ \/ \d+ \|.*\| 37 \|/u);
    expect(text).toMatch(/\| 200 \| errors \| \+3 points \| even \| 2 \|/u);
  });
});

describe('special functions', () => {
  test('quantiles undo their distribution functions', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -8, max: 8, noNaN: true }),
        fc.double({ min: 0.5, max: 200, noNaN: true }),
        (x, df) => {
          expect(normalQuantile(normalCdf(Math.min(x, 5)))).toBeCloseTo(Math.min(x, 5), 7);
          const t = Math.abs(x) + 0.01;
          expect(studentQuantile(twoSidedStudentP(t, df) / 2, df) / -t).toBeCloseTo(1, 5);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('adjusted p-values are not below the p-values, keep their order, and Holm is the stricter', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (p) => {
        const bh = benjaminiHochberg(p);
        const strict = holm(p);
        for (const [i, value] of p.entries()) {
          expect(bh[i]! + ROUNDING).toBeGreaterThanOrEqual(value);
          expect(strict[i]! + ROUNDING).toBeGreaterThanOrEqual(bh[i]!);
          for (const [j, other] of p.entries())
            if (value < other) expect(bh[i]! - ROUNDING).toBeLessThanOrEqual(bh[j]!);
        }
      }),
    );
  });
});
