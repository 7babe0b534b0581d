import { runBundled } from './bundled';
import type { JudgingFigures } from './judging-process';
import { median, table, whole } from './table';

const REPEATS = 5;

/**
 * From sums per unit in typed arrays to verdicts, without I/O, on one core.
 * @returns a Markdown section
 */
export async function judging(): Promise<string> {
  const figures = await runBundled<JudgingFigures>('judging-process.ts', { repeats: REPEATS });
  const { runs } = figures;
  return [
    `## ${figures.guardrails} guardrails over ${whole(figures.units)} units, from sums per unit to verdicts`,
    `${whole(figures.rows)} sums a guardrail, ${figures.ticks} ticks; the middle one of ${REPEATS} runs.`,
    table(
      ['', ''],
      [
        ['processor time (goal: below 1,000 ms)', `${whole(median(runs.map(({ cpuMs }) => cpuMs)))} ms`],
        ['time', `${whole(median(runs.map(({ ms }) => ms)))} ms`],
        ['the columns themselves', `${whole(figures.columnsMb)} MB`],
        ['memory beside them, at most', `${whole(Math.max(...runs.map(({ mb }) => mb)))} MB`],
        ['guardrails proven safe', `${runs[0]!.safe} of ${figures.guardrails}`],
        ['harm proven', runs[0]!.isHarmProven ? 'yes' : 'no'],
      ],
    ),
  ].join('\n\n');
}
