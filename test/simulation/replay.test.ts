import { readFileSync } from 'node:fs';
import { replay, type ReplayRun } from '../../src/local/replay/replay';
import { seededRandom } from '../../src/local/random';
import { answersOf, type JudgedAnswer, readScoreTable } from '../../src/local/scores/score-table';

// Slow machines are no failure.
jest.setTimeout(600_000);

/*
 * Replays of judge scores through the controller's own use cases: those of a file of real ones, named by RAMPART_SCORES,
 * and always those of a made-up judge that scores alike: mostly near 0, rarely near 1.
 */

const FILE = process.env['RAMPART_SCORES'];
/** The promised bound on false rollbacks; three standard errors of a count are allowed on top. */
const ALPHA = 0.05;
const DAY = { usersPerDay: 2000, days: 7, tickEveryMs: 15 * 60_000 };

async function runs(stable: readonly JudgedAnswer[], candidate: readonly JudgedAnswer[], seeds: number) {
  const outcomes: ReplayRun[] = [];
  for (let seed = 1; seed <= seeds; seed++) outcomes.push(await replay({ seed, stable, candidate, ...DAY }));
  return outcomes;
}

const countOf = (outcomes: readonly ReplayRun[], outcome: ReplayRun['outcome']): number =>
  outcomes.filter((run) => run.outcome === outcome).length;

/** A judge whose preferences are as skewed as real ones: u to a power, with the given mean. */
function skewed(mean: number, seed: number): JudgedAnswer[] {
  const random = seededRandom(seed);
  return Array.from({ length: 800 }, () => ({
    weight: 1,
    preference: random() ** (1 / mean - 1),
    outputChars: Math.floor(400 + 1000 * random()),
  }));
}

describe('a made-up judge', () => {
  const usual = skewed(0.16, 1);
  test('a worse candidate is rolled back', async () => {
    expect(countOf(await runs(usual, skewed(0.08, 2), 1), 'rolled_back')).toBe(1);
  });
  test('a better candidate is promoted', async () => {
    expect(countOf(await runs(usual, skewed(0.22, 3), 1), 'promoted')).toBe(1);
  });
  test('the same again is not rolled back', async () => {
    expect(countOf(await runs(usual, usual, 1), 'rolled_back')).toBe(0);
  });
});

const real = FILE === undefined ? describe.skip : describe;
real(`real judge scores (${FILE === undefined ? 'skipped: RAMPART_SCORES names no file' : 'RAMPART_SCORES'})`, () => {
  const seeds = Number(process.env['SIM_SEEDS'] ?? 3);
  const table = () => readScoreTable(readFileSync(FILE!, 'utf8'), 'RAMPART_SCORES');
  const outcomes = async (stable: string, candidate: string): Promise<ReplayRun[]> =>
    runs(answersOf(table(), stable), answersOf(table(), candidate), seeds);

  test('claude-2.1 -> claude-2.1_concise is rolled back', async () => {
    expect(countOf(await outcomes('claude-2.1', 'claude-2.1_concise'), 'rolled_back')).toBe(seeds);
  });
  test('gpt-3.5-turbo-1106_concise -> gpt-3.5-turbo-1106_verbose is promoted', async () => {
    const promoted = countOf(await outcomes('gpt-3.5-turbo-1106_concise', 'gpt-3.5-turbo-1106_verbose'), 'promoted');
    expect(promoted).toBeGreaterThanOrEqual(Math.ceil(0.95 * seeds) - (seeds < 20 ? 1 : 0));
  });
  test('claude-2.1 -> itself is rarely rolled back', async () => {
    const rolledBack = countOf(await outcomes('claude-2.1', 'claude-2.1'), 'rolled_back');
    expect(rolledBack).toBeLessThanOrEqual(ALPHA * seeds + 3 * Math.sqrt(ALPHA * (1 - ALPHA) * seeds));
  });
});
