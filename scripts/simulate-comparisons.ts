/**
 * Measures how often comparisons end wrongly, with the production's own judging, and prints a table:
 *   npm run simulate:comparisons -- [--runs N] [--page FILE]
 * `--runs`: comparisons per row, default 1000. `--page`: write the table into the page, in place of what stands under its heading
 * "The table".
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/local/random';
import { COMPARISON_CELLS, comparisonFor } from '../src/local/statistics/simulation/comparison-cells';
import { simulateComparison, type ComparisonCell } from '../src/local/statistics/simulation/simulate-comparison';

/** A look an hour for two weeks. */
const PACE = { looks: 336, unitsPerLook: 9 };
const HEADING = '### The table';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, page: { type: 'string' } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs: expected a whole number from 1, got ${values.runs}`);

const rows = COMPARISON_CELLS.map((cell, index) => {
  process.stderr.write(`${cell.name}\n`);
  return rowOf(cell, 100_000 * index);
});

function rowOf(cell: ComparisonCell, seed: number): string[] {
  const comparison = comparisonFor(cell);
  const best = cell.means.indexOf(Math.max(...cell.means));
  const isEqual = cell.means.every((mean) => Math.abs(mean - cell.means[0]!) < 1e-12);
  let [missed, right, wrong, none] = [0, 0, 0, 0];
  const units: number[] = [];
  for (let run = 0; run < runs; run++) {
    const result = simulateComparison(comparison, cell, PACE, seededRandom(seed + run));
    if (result.missed) missed++;
    if (result.decision === null) continue;
    units.push(result.units);
    if (result.decision.kind === 'no_difference') none++;
    else if (!isEqual && result.decision.arm === best) right++;
    else wrong++;
  }
  units.sort((a, b) => a - b);
  const middle = units.length > runs / 2 ? String(units[Math.floor(runs / 2)]) : 'not by then';
  return [cell.name, percent(missed), percent(wrong), isEqual ? '' : percent(right), percent(none), middle];
}

function percent(count: number): string {
  return `${((100 * count) / runs).toFixed(1)} %`;
}

const head = ['metric and arms', 'an interval missed', 'wrong winner', 'right winner', 'no difference', 'median units'];
const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
if (values.page === undefined) process.stdout.write(`${table}\n`);
else {
  const page = readFileSync(values.page, 'utf8');
  const start = page.indexOf(HEADING);
  if (start < 0) throw new Error(`${values.page}: expected the heading "${HEADING}", got none`);
  const rest = page.indexOf('\n## ', start);
  const text = `${HEADING}\n\n${runs.toLocaleString('en-US')} comparisons per row, ${PACE.looks} looks, ${(PACE.looks * PACE.unitsPerLook).toLocaleString('en-US')} units an arm by the deadline.\n\n${table}\n`;
  writeFileSync(values.page, `${page.slice(0, start)}${text}${rest < 0 ? '' : page.slice(rest)}`);
}
