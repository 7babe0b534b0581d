import { RampartError } from '../../core/errors';
import { readCsv } from './csv';

/** One judged answer of a variant. */
export interface JudgedAnswer {
  /** How often it stands in the table: 1 for a row of a file, more for a row of frequencies. */
  weight: number;
  /** Judge's preference, 0..1, higher is better. */
  preference: number;
  outputChars: number;
}

/** Judged answers by variant. */
export type ScoreTable = ReadonlyMap<string, readonly JudgedAnswer[]>;

const COLUMNS = ['variant', 'judge_preference', 'output_chars'] as const;

/**
 * Reads a table of judge scores: CSV with a header and at least the columns variant, judge_preference (0..1) and
 * output_chars; a column `count` says how often a row stands for an answer (default once). Other columns are ignored.
 * @param name what to call the table in errors
 * @throws bad_input with the line, what was expected and what came
 */
export function readScoreTable(text: string, name: string): ScoreTable {
  const { rows, brokenLine } = readCsv(text);
  if (brokenLine !== null) {
    throw new RampartError('bad_input', `${name}:${brokenLine}: expected CSV, got a quotation mark that does not fit`);
  }
  const header = rows[0]?.cells ?? [];
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new RampartError(
      'bad_input',
      `${name}:1: expected the columns ${COLUMNS.join(', ')}; ${missing.join(', ')} missing in: ${header.join(', ') || 'nothing'}`,
    );
  }
  const at = (column: string): number => header.indexOf(column);
  const table = new Map<string, JudgedAnswer[]>();
  for (const { line, cells } of rows.slice(1)) {
    const fail = (column: string, expected: string): never => {
      throw new RampartError(
        'bad_input',
        `${name}:${line}: ${column}: expected ${expected}, got '${cells[at(column)] ?? ''}'`,
      );
    };
    const number = (column: string, low: number, high: number): number => {
      const cell = cells[at(column)] ?? '';
      const value = Number(cell);
      if (cell === '' || !(value >= low && value <= high)) fail(column, `a number from ${low} to ${high}`);
      return value;
    };
    const variant = cells[at('variant')] ?? '';
    if (variant === '') fail('variant', 'a name');
    const answer: JudgedAnswer = {
      weight: header.includes('count') ? number('count', 1, Number.MAX_SAFE_INTEGER) : 1,
      preference: number('judge_preference', 0, 1),
      outputChars: number('output_chars', 0, Number.MAX_SAFE_INTEGER),
    };
    const answers = table.get(variant);
    if (answers === undefined) table.set(variant, [answer]);
    else answers.push(answer);
  }
  return table;
}

/** The answers of a variant. @throws bad_input naming the variants there are */
export function answersOf(table: ScoreTable, variant: string): readonly JudgedAnswer[] {
  const answers = table.get(variant);
  if (answers !== undefined) return answers;
  throw new RampartError('bad_input', `expected one of the variants ${[...table.keys()].join(', ')}, got '${variant}'`);
}

export interface VariantSummary {
  n: number;
  /** Mean preference, 0..1. */
  mean: number;
  /** Standard error of the mean, from the n - 1 variance; null below two answers. */
  standardError: number | null;
}

/** Number, mean and standard error of a variant's preferences. */
export function summarise(answers: readonly JudgedAnswer[]): VariantSummary {
  const n = answers.reduce((sum, { weight }) => sum + weight, 0);
  const mean = answers.reduce((sum, { weight, preference }) => sum + weight * preference, 0) / n;
  const squares = answers.reduce((sum, { weight, preference }) => sum + weight * (preference - mean) ** 2, 0);
  return { n, mean, standardError: n < 2 ? null : Math.sqrt(squares / (n - 1) / n) };
}

/** Draws answers with their frequencies. */
export function drawer(answers: readonly JudgedAnswer[]): (u: number) => JudgedAnswer {
  const ends: number[] = [];
  let total = 0;
  for (const { weight } of answers) ends.push((total += weight));
  return (u) => {
    const target = u * total;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return answers[low]!;
  };
}
