import type { BigTickTimes, BigTickWanted } from './big-tick-process';
import { runBundled } from './bundled';
import { startLangfuseProcess } from './langfuse-process';
import { benchAssignment, benchRollout, START_MS } from './subject';
import { median, table, whole } from './table';

const MINUTE_MS = 60_000;
const ROWS = 100_000;
const REPEATS = 7;

/**
 * A tick over 100,000 new generations and 100,000 new scores, through the real adapter into a folder, against fetching and
 * parsing the same pages.
 * @returns a Markdown section
 */
export async function bigTick(): Promise<string> {
  const toMs = START_MS + 50 * MINUTE_MS;
  const rows = { rows: ROWS, fromMs: START_MS, toMs, firstUser: 0, users: ROWS / 2 };
  const server = await startLangfuseProcess({ ...rows, assignment: benchAssignment(benchRollout()) });
  try {
    const { baseUrl, publicKey, secretKey } = server;
    const wanted: BigTickWanted = {
      server: { baseUrl, publicKey, secretKey },
      nowMs: toMs + 10 * MINUTE_MS,
      rows: ROWS,
      repeats: REPEATS,
    };
    return report(await runBundled<BigTickTimes>('big-tick-process.ts', wanted));
  } finally {
    await server.close();
  }
}

function report(times: BigTickTimes): string {
  const { firstTickMs, tickMs, fetchMs, tickCpuMs, fetchCpuMs, requests, peakRssMb } = times;
  const ratios = tickMs.map((ms, i) => ms / fetchMs[i]!);
  return [
    `## ${whole(ROWS)} new generations and ${whole(ROWS)} new scores in one tick`,
    `${whole(requests)} requests; the middle one of ${REPEATS} runs.`,
    table(
      ['', ''],
      [
        ['one tick', `${whole(median(tickMs))} ms`],
        ['fetching and parsing the same pages', `${whole(median(fetchMs))} ms`],
        ['ratio (goal: at most 1.5)', median(ratios).toFixed(2)],
        ['ratio, least and most', `${Math.min(...ratios).toFixed(2)}, ${Math.max(...ratios).toFixed(2)}`],
        ["the process's first tick", `${whole(firstTickMs)} ms`],
        ['processor time of one tick', `${whole(median(tickCpuMs))} ms`],
        ['processor time of fetching and parsing', `${whole(median(fetchCpuMs))} ms`],
        ['peak memory of the process (goal: below 256 MB)', `${whole(peakRssMb)} MB`],
      ],
    ),
  ].join('\n\n');
}
