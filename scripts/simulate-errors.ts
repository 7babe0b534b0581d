/**
 * Measures how often rollouts end wrongly: `node --import tsx scripts/simulate-errors.ts`.
 *   --rollouts N   half of the rollouts per row (default 1000); twice as many where harm is measured at 2,000 a day, and where
 *                  candidates are the same as stable three times as many
 *   --scores FILE  CSV of judge scores in place of the frequencies that come with the package
 *   --only TEXT    the rows whose metric contains the text
 *   --quick        25 rollouts per row
 *   --page FILE    write the tables into the page, in place of what stands under its heading "The tables"
 *   --json         the counts as JSON in place of tables
 * Tables go to stdout, progress to stderr.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isRampartError, RampartError } from '../src/core/errors';
import { SCORE_FREQUENCIES } from '../src/local/scores/frequencies';
import { readScoreTable } from '../src/local/scores/score-table';
import { type Cell, realCells, specialCells, syntheticCells } from '../src/local/statistics/simulation/cells';
import { leastExposure } from '../src/local/statistics/simulation/exposure-bound';
import { RULES } from '../src/local/statistics/simulation/judge-looks';
import { runCells, serveJobs } from '../src/local/statistics/simulation/run-cells';
import type { Row } from '../src/local/statistics/simulation/goals';
import { simulateArrivals } from '../src/local/statistics/simulation/arrivals';
import { simulateSeveral } from '../src/local/statistics/simulation/several';
import { markdownTables } from '../src/local/statistics/simulation/tables';
import { medianExposed } from '../src/local/statistics/simulation/tally';

const QUICK_ROLLOUTS = 25;
const TABLES_HEADING = '## The tables';

const { values } = parseArgs({
  options: {
    rollouts: { type: 'string', default: '1000' },
    scores: { type: 'string' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    page: { type: 'string' },
    json: { type: 'boolean', default: false },
    worker: { type: 'boolean', default: false },
  },
});

function rolloutsPerRow(): number {
  const rollouts = values.quick ? QUICK_ROLLOUTS : Number(values.rollouts);
  if (Number.isInteger(rollouts) && rollouts >= 1) return rollouts;
  throw new RampartError('bad_input', `--rollouts: expected a whole number above 0, got '${values.rollouts}'`);
}

function cellsToRun(): Cell[] {
  const rollouts = rolloutsPerRow();
  const text = values.scores === undefined ? SCORE_FREQUENCIES : readFileSync(values.scores, 'utf8');
  const table = readScoreTable(text, values.scores ?? 'the package’s frequencies');
  // A row's number is part of its seeds, so the others stay in the list.
  const cells = [...syntheticCells(rollouts), ...realCells(table, rollouts), ...specialCells(table, rollouts)];
  return cells.map((cell) => (cell.metric.includes(values.only) ? cell : { ...cell, rollouts: 0 }));
}

function jsonOf({ cell, tally }: Row): object {
  const { metric, effect, question, traffic } = cell;
  const { rules, ...counts } = tally;
  const byRule = RULES.map((rule) => [
    rule,
    { rolledBack: rules[rule].rolledBack, medianExposed: medianExposed(tally, rule) },
  ]);
  return {
    metric,
    effect,
    question,
    traffic,
    ...counts,
    rules: Object.fromEntries(byRule),
    leastExposure: leastExposure(cell),
  };
}

/** The page with other tables under its heading for them, which is its last. */
function withTables(page: string, tables: string, file: string): string {
  const end = page.indexOf(TABLES_HEADING);
  if (end < 0) throw new RampartError('bad_input', `--page ${file}: expected the heading '${TABLES_HEADING}'`);
  return `${page.slice(0, end)}${TABLES_HEADING}\n\n${tables}\n`;
}

async function main(): Promise<void> {
  const cells = cellsToRun();
  if (values.worker) {
    serveJobs(cells);
    return;
  }
  const tallies = await runCells(cells, process.argv[1]!, [...process.argv.slice(2), '--worker'], (done, all) => {
    if (done % 20 === 0 || done === all) console.error(`${done} of ${all} parts`);
  });
  const rows = cells.map((cell, i) => ({ cell, tally: tallies[i]! })).filter(({ cell }) => cell.rollouts > 0);
  if (values.json) {
    console.log(JSON.stringify(rows.map(jsonOf), null, 1));
    return;
  }
  const isWhole = values.only === '';
  const beside = isWhole
    ? { several: simulateSeveral(Math.ceil(rolloutsPerRow() / 2)), arrivals: simulateArrivals(rolloutsPerRow()) }
    : undefined;
  const tables = markdownTables(rows, beside);
  if (values.page === undefined) console.log(tables);
  else writeFileSync(values.page, withTables(readFileSync(values.page, 'utf8'), tables, values.page));
}

main().catch((error: unknown) => {
  console.error(isRampartError(error) ? error.message : error);
  process.exitCode = 1;
});
