import { readFileSync } from 'node:fs';
import { SCORE_FREQUENCIES } from '../../../src/local/scores/frequencies';
import { answersOf, drawer, readScoreTable, summarise } from '../../../src/local/scores/score-table';
import { seededRandom } from '../../../src/local/random';

const HEADER = 'variant,instruction,judge_preference,output_chars,judge_seconds';

/** Win rate and standard error in percent, as the AlpacaEval 2 leaderboard published them. */
const PUBLISHED = {
  'claude-2.1': [15.7335, 1.1203],
  'claude-2.1_concise': [9.2271, 0.8922],
  'gpt-3.5-turbo-1106_verbose': [12.7632, 1.0442],
  'gpt-3.5-turbo-1106_concise': [7.4159, 0.8374],
} as const;

describe('readScoreTable', () => {
  test('reads variants in any column order and ignores other columns', () => {
    const table = readScoreTable('output_chars,judge_preference,variant\n10,0.5,a\n20,1,b\n\n', 'x.csv');
    expect([...table]).toEqual([
      ['a', [{ weight: 1, preference: 0.5, outputChars: 10 }]],
      ['b', [{ weight: 1, preference: 1, outputChars: 20 }]],
    ]);
  });

  test('an instruction in quotation marks is one cell, whatever commas and lines it has', () => {
    const table = readScoreTable(`${HEADER}\na,"Add 1,0.9,3\nand ""4""",0.25,10,1`, 'x.csv');
    expect(answersOf(table, 'a')).toEqual([{ weight: 1, preference: 0.25, outputChars: 10 }]);
  });

  test.each([
    ['variant,output_chars\na,1', /x\.csv:1: expected the columns .*judge_preference missing/u],
    [`${HEADER}\na,0,1.5,10,1`, /x\.csv:2: judge_preference: expected a number from 0 to 1, got '1\.5'/u],
    [`${HEADER}\na,0,NaN,10,1`, /x\.csv:2: judge_preference: .*got 'NaN'/u],
    [`${HEADER}\na,0,,10,1`, /x\.csv:2: judge_preference: .*got ''/u],
    [`${HEADER}\na,0,1,10,1\n,0,1,10,1`, /x\.csv:3: variant: expected a name/u],
    [`${HEADER}\na,0,1,-3,1`, /x\.csv:2: output_chars/u],
    ['', /x\.csv:1: expected the columns .* missing in: nothing/u],
    [`${HEADER}\na,"0,1,10,1`, /x\.csv:2: expected CSV, got a quotation mark that does not fit/u],
  ])('refuses %j, saying where and why', (text, message) => {
    expect(() => readScoreTable(text, 'x.csv')).toThrow(message);
  });

  test('a variant that is not there is refused with those that are', () => {
    const table = readScoreTable(`${HEADER}\na,0,1,10,1`, 'x.csv');
    expect(() => answersOf(table, 'b')).toThrow("expected one of the variants a, got 'b'");
  });
});

describe('summarise', () => {
  test('mean and standard error with n - 1', () => {
    const answers = [0, 1, 1].map((preference) => ({ weight: 1, preference, outputChars: 0 }));
    const summary = summarise(answers);
    expect(summary.mean).toBeCloseTo(2 / 3, 12);
    expect(summary.standardError).toBeCloseTo(1 / 3, 12);
    expect(summarise(answers.slice(0, 1)).standardError).toBeNull();
  });

  test('the shipped frequencies have the published means and errors, to their rounding', () => {
    const table = readScoreTable(SCORE_FREQUENCIES, 'frequencies');
    for (const [variant, [mean, standardError]] of Object.entries(PUBLISHED)) {
      const summary = summarise(answersOf(table, variant));
      expect(summary.n).toBe(805);
      expect(100 * summary.mean).toBeCloseTo(mean, 0.9);
      expect(100 * summary.standardError!).toBeCloseTo(standardError, 2);
    }
  });

  const file = process.env['RAMPART_SCORES'];
  (file === undefined ? test.skip : test)('the file of RAMPART_SCORES has the published means and errors', () => {
    const table = readScoreTable(readFileSync(file!, 'utf8'), file!);
    for (const [variant, [mean, standardError]] of Object.entries(PUBLISHED)) {
      const summary = summarise(answersOf(table, variant));
      expect((100 * summary.mean).toFixed(4)).toBe(mean.toFixed(4));
      expect((100 * summary.standardError!).toFixed(4)).toBe(standardError.toFixed(4));
    }
  });
});

test('drawer draws with the frequencies', () => {
  const draw = drawer([
    { weight: 1, preference: 0, outputChars: 0 },
    { weight: 3, preference: 1, outputChars: 0 },
  ]);
  const random = seededRandom(7);
  const mean = Array.from({ length: 20_000 }, () => draw(random()).preference).reduce((a, b) => a + b) / 20_000;
  expect(mean).toBeGreaterThan(0.735);
  expect(mean).toBeLessThan(0.765);
  expect(draw(0).preference).toBe(0);
  expect(draw(0.25).preference).toBe(1);
  expect(draw(0.999_999_999).preference).toBe(1);
});
