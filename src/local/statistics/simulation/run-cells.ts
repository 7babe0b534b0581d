import { fork } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import type { Cell } from './cells';
import { addTally, emptyTally, runRollouts, type Tally } from './tally';

/** A part of a cell's rollouts. */
interface Job {
  cell: number;
  from: number;
  count: number;
}

interface Done {
  job: Job;
  tally: Tally;
}

/** Below everything that people wait for. */
const NICENESS = 5;
const ROLLOUTS_PER_JOB = 50;

/** A child of {@link runCells}: builds the same cells and works on what it is sent. */
export function serveJobs(cells: readonly Cell[]): void {
  setPriority(NICENESS);
  process.on('message', (job: Job) => {
    const tally = runRollouts(cells[job.cell]!, job.cell, job.from, job.count);
    process.send?.({ job, tally } satisfies Done);
  });
}

/**
 * Runs all cells in one child process per core.
 * @param script the file to run, with `args`; it must call {@link serveJobs} with the same cells
 * @param onProgress finished and planned number of jobs
 */
export async function runCells(
  cells: readonly Cell[],
  script: string,
  args: readonly string[],
  onProgress: (done: number, all: number) => void,
): Promise<Tally[]> {
  const jobs = cells.flatMap(({ rollouts }, cell) => parts(cell, rollouts));
  // The slowest first, so that no core is left waiting for one of them.
  const queue = jobs.toSorted((a, b) => cells[a.cell]!.traffic.perDay - cells[b.cell]!.traffic.perDay);
  const tallies = cells.map(emptyTally);
  let done = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(script, [...args]);
      const next = (): void => {
        const job = queue.pop();
        if (job !== undefined) child.send(job);
        else child.disconnect();
      };
      child.on('message', ({ job, tally }: Done) => {
        addTally(tallies[job.cell]!, tally);
        onProgress(++done, jobs.length);
        next();
      });
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a simulation ended with code ${code}`))));
      next();
    });
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return tallies;
}

function parts(cell: number, rollouts: number): Job[] {
  const jobs: Job[] = [];
  for (let from = 0; from < rollouts; from += ROLLOUTS_PER_JOB) {
    jobs.push({ cell, from, count: Math.min(ROLLOUTS_PER_JOB, rollouts - from) });
  }
  return jobs;
}
