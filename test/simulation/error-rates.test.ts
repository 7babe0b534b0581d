import { SCORE_FREQUENCIES } from '../../src/local/scores/frequencies';
import { readScoreTable } from '../../src/local/scores/score-table';
import { type Cell, realCells, syntheticCells } from '../../src/local/statistics/simulation/cells';
import { leastExposure } from '../../src/local/statistics/simulation/exposure-bound';
import type { Rule } from '../../src/local/statistics/simulation/judge-looks';
import { medianExposed, rollbackShare, runRollouts, type Tally } from '../../src/local/statistics/simulation/tally';

/*
 * A short run of `scripts/simulate-errors.ts`: the engine and the rules of others on the same rollouts. Seeds are the
 * rollouts' numbers, so the counts are the same in every run.
 */

const CELLS = syntheticCells(1);
const REAL_CELLS = realCells(readScoreTable(SCORE_FREQUENCIES, 'frequencies'), 1);

interface Wanted {
  metric: string;
  effect: string;
  perDay?: number;
  isClustered?: boolean;
  hasTimeOfDay?: boolean;
  switchHour?: number;
}

function run(wanted: Wanted, rollouts: number): { cell: Cell; tally: Tally } {
  const { metric, effect, ...traffic } = wanted;
  const usual = { perDay: 2000, isClustered: false, hasTimeOfDay: false, switchHour: 24 };
  const index = [...CELLS, ...REAL_CELLS].findIndex(
    (cell) =>
      cell.metric === metric &&
      cell.effect === effect &&
      Object.entries({ ...usual, ...traffic }).every(
        ([key, value]) => cell.traffic[key as keyof typeof cell.traffic] === value,
      ),
  );
  const cell = [...CELLS, ...REAL_CELLS][index];
  if (cell === undefined) throw new Error(`no such row: ${JSON.stringify(wanted)}`);
  return { cell, tally: runRollouts(cell, index, 0, rollouts) };
}

/** alpha plus three standard errors of a share that is measured in so many rollouts. */
const atMost = (bound: number, rollouts: number): number => bound + 3 * Math.sqrt((bound * (1 - bound)) / rollouts);

const WORST = { isClustered: true, hasTimeOfDay: true };

describe('a candidate that is the same as stable', () => {
  const rows: Wanted[] = [
    { metric: 'thumbs', effect: 'none', ...WORST },
    { metric: 'likert', effect: 'none', ...WORST, switchHour: 12 },
    { metric: 'latency', effect: 'none', hasTimeOfDay: true, switchHour: 12 },
    { metric: 'errors', effect: 'none', hasTimeOfDay: true, switchHour: 12 },
    { metric: 'thumbs', effect: 'none', perDay: 200 },
    { metric: 'gpt-3.5-turbo-1106_concise → gpt-3.5-turbo-1106_concise', effect: '0.000' },
  ];

  test('is rolled back in at most alpha of the rollouts, in no row in clearly more', () => {
    const shares = rows.map((wanted) => rollbackShare(run(wanted, 50).tally, 'rampart'));
    for (const share of shares) expect(share).toBeLessThanOrEqual(atMost(0.05, 50));
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThanOrEqual(0.05);
  });

  test('where a change of share looks like an effect, pooled rules roll back and the engine does not', () => {
    const { tally } = run({ metric: 'latency', effect: 'none', perDay: 20_000, hasTimeOfDay: true, switchHour: 12 }, 8);
    expect(rollbackShare(tally, 'welch')).toBeGreaterThan(0.7);
    expect(rollbackShare(tally, 'growthbook')).toBeGreaterThan(0.5);
    expect(rollbackShare(tally, 'rampart')).toBeLessThan(0.3);
  });
});

describe('a candidate that is worse', () => {
  test.each([
    ['thumbs', '-10 points'],
    ['likert', '-0.5'],
    ['latency', '+25 %'],
  ])('%s %s: found sooner than by every rule that keeps its error rate, not far above the bound', (metric, effect) => {
    const { cell, tally } = run({ metric, effect }, 25);
    expect(rollbackShare(tally, 'rampart')).toBeGreaterThan(0.95);
    const exposed = (rule: Rule): number => medianExposed(tally, rule);
    expect(exposed('rampart')).toBeLessThan(exposed('kayenta'));
    expect(exposed('rampart')).toBeLessThan(exposed('growthbook'));
    expect(exposed('rampart')).toBeLessThan(2.2 * leastExposure(cell)!);
  });

  test.each([
    { metric: 'thumbs', effect: '-5 points' },
    { metric: 'latency', effect: '+10 %', ...WORST },
    { metric: 'errors', effect: '+1 point' },
    { metric: 'thumbs', effect: '-5 points', perDay: 200 },
  ])('$metric $effect, on the margin: proven safe in at most beta of the rollouts', (wanted) => {
    const { tally } = run(wanted, 50);
    expect(tally.everSafe / 50).toBeLessThanOrEqual(atMost(0.05, 50));
  });

  test('three margins down: past the gate of the first step in at most beta of the rollouts', () => {
    const { tally } = run({ metric: 'thumbs', effect: '-15 points' }, 40);
    expect(tally.everGate / 40).toBeLessThanOrEqual(atMost(0.05, 40));
  });
});

test('harmless candidates are promoted', () => {
  expect(run({ metric: 'likert', effect: 'none' }, 30).tally.promoted).toBeGreaterThan(24);
  expect(run({ metric: 'thumbs', effect: 'none' }, 30).tally.promoted).toBeGreaterThan(15);
});

test('any part of a cell can be run anywhere', () => {
  const { cell, tally } = run({ metric: 'errors', effect: 'none', perDay: 200 }, 6);
  const index = CELLS.indexOf(cell);
  const parts = [runRollouts(cell, index, 0, 2), runRollouts(cell, index, 2, 4)];
  expect(parts.flatMap((part) => part.rules.welch.exposed)).toEqual(tally.rules.welch.exposed);
});
