import { isPromise } from 'node:util/types';
import type { Started } from './subject';
import { SUBJECTS } from './subjects';

/** What one process found out about one subject. */
export interface Figures {
  /** Calls per second of processor time, and per second. */
  perCpuSecond: number;
  perSecond: number;
  /** Of single calls, ns, the clock's own share included. */
  p50Ns: number;
  p99Ns: number;
  /** Of the units, that got the candidate: the same job is done. */
  candidatePercent: number;
}

const UNITS = 1_000_000;
const ROUND_MS = 1000;
const ROUNDS = 3;
const SINGLE_CALLS = 100_000;
/** Between two looks at the clock. */
const BATCH = 1000;

/** Every unit is a text of its own, flat in memory as one that came over the network. */
function makeUnits(): string[] {
  return JSON.parse(JSON.stringify(Array.from({ length: UNITS }, (_, i) => `user-${i}`))) as string[];
}

async function measure(subject: string): Promise<Figures> {
  const { start } = SUBJECTS[subject]!;
  const started = await start();
  const units = makeUnits();
  const run = isPromise(started.picksCandidate(units[0]!)) ? runAwaiting : runAtOnce;
  // The first round warms up.
  let at = 0;
  const rounds: { perCpuSecond: number; perSecond: number }[] = [];
  let calls = 0;
  let candidates = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    globalThis.gc?.();
    const cpu = process.cpuUsage();
    const startMs = performance.now();
    const done = await run(started, units, at, startMs + ROUND_MS);
    const ms = performance.now() - startMs;
    const { user, system } = process.cpuUsage(cpu);
    at = done.at;
    if (round === 0) continue;
    rounds.push({ perCpuSecond: (done.calls * 1e6) / (user + system), perSecond: (done.calls * 1000) / ms });
    calls += done.calls;
    candidates += done.candidates;
  }
  const nanoseconds = await singleCalls(started, units);
  await started.close();
  rounds.sort((a, b) => a.perCpuSecond - b.perCpuSecond);
  return {
    ...rounds[ROUNDS >> 1]!,
    p50Ns: nanoseconds[SINGLE_CALLS / 2]!,
    p99Ns: nanoseconds[SINGLE_CALLS * 0.99]!,
    candidatePercent: (100 * candidates) / calls,
  };
}

interface Run {
  /** Where in the units it stopped. */
  at: number;
  calls: number;
  candidates: number;
}

/** Goes on with the units from one of them until a time of the clock. */
type Runner = (started: Started, units: readonly string[], from: number, untilMs: number) => Promise<Run>;

const runAtOnce: Runner = async ({ picksCandidate }, units, from, untilMs) => {
  const run = { at: from, calls: 0, candidates: 0 };
  while (performance.now() < untilMs) {
    for (let i = 0; i < BATCH; i++) {
      if (picksCandidate(units[run.at]!) === true) run.candidates++;
      run.at = (run.at + 1) % UNITS;
    }
    run.calls += BATCH;
  }
  return run;
};

const runAwaiting: Runner = async ({ picksCandidate }, units, from, untilMs) => {
  const run = { at: from, calls: 0, candidates: 0 };
  while (performance.now() < untilMs) {
    for (let i = 0; i < BATCH; i++) {
      if (await picksCandidate(units[run.at]!)) run.candidates++;
      run.at = (run.at + 1) % UNITS;
    }
    run.calls += BATCH;
  }
  return run;
};

/** How long single calls took, ns, ascending. */
async function singleCalls({ picksCandidate }: Started, units: readonly string[]): Promise<Float64Array> {
  const took = new Float64Array(SINGLE_CALLS);
  for (let i = 0; i < SINGLE_CALLS; i++) {
    const unit = units[i]!;
    const start = process.hrtime.bigint();
    const answer = picksCandidate(unit);
    if (typeof answer !== 'boolean') await answer;
    took[i] = Number(process.hrtime.bigint() - start);
  }
  return took.sort();
}

process.once('message', ({ subject }: { subject: string }) => {
  void measure(subject).then((figures) => process.send?.(figures));
});
