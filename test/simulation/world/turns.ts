import type { Chance } from './chance';

/** Jobs that run at the same time take turns at their port calls; whose turn it is, is chance. */
export type Turns = ReturnType<typeof createTurns>;

/** Microtasks only: everything that can go on without another turn has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createTurns(chance: Chance) {
  let waiting: (() => void)[] = [];
  const jobs = { running: 0 };

  /** Resolves when it is the caller's turn; at once while only one job runs. */
  function turn(): Promise<void> {
    return jobs.running <= 1 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
  }

  /** Runs all jobs to their ends. A job does not reject. */
  async function runTogether(starts: readonly (() => Promise<void>)[]): Promise<void> {
    jobs.running = starts.length;
    const ends = starts.map((start) => start().finally(() => jobs.running--));
    while (jobs.running > 0) {
      await settled();
      if (waiting.length === 0) continue;
      const next = chance.pick(waiting);
      waiting = waiting.filter((each) => each !== next);
      next();
    }
    await Promise.all(ends);
  }

  return { turn, runTogether };
}
