import type { Settings } from '../../app/controller';
import { HISTORY_MS } from '../../app/read-history';
import type { PastRows } from '../../app/read-past';
import type { Policy } from '../../core/policy/policy';
import { createLangfuseData } from '../langfuse/data';
import { everyoneOn, memoryController, untilDecided, type Decided } from '../replay/replay';
import { recordedTraffic } from './recorded-traffic';

const STABLE = 1;
const CANDIDATE = 2;

/** What a policy is run over. */
export interface BacktestInput {
  prompt: string;
  past: PastRows;
  /** What the past covers, ms. */
  window: { fromMs: number; toMs: number };
  policy: Policy;
  /** The policy as a person wrote it: goes into the candidate's config, so that it is read as in a real rollout. */
  writtenPolicy: unknown;
  settings: Settings;
}

export interface HalvesOptions extends BacktestInput {
  /** 0-based number of the run; another one splits the units in another way. */
  run: number;
  runs: number;
}

/** How one rollout of a version against itself ended. */
export interface HalvesRun extends Omit<Decided, 'atMs'> {
  startedAtMs: number;
  hours: number;
  exposedUnits: number;
}

/**
 * What the controller would have done with a candidate that is the same as the stable version: the use cases of a real rollout
 * on the recorded rows, in which every unit is shown as the arm that this rollout's salt puts it into. Whatever is rolled back is
 * rolled back falsely.
 */
export async function runIdenticalHalves(options: HalvesOptions): Promise<HalvesRun> {
  const { prompt, past, window, policy, settings } = options;
  const startMs = startOf(options);
  let nowMs = startMs;
  const data = createLangfuseData();
  const traffic = recordedTraffic(past, prompt, policy.unit);
  const controller = memoryController(() => nowMs, data, {
    ...settings,
    maxPagesPerTick: { observations: 1000, scores: 10_000, lookups: 20 },
  });
  const config = { rollout: options.writtenPolicy };
  data.createPrompt({ name: prompt, prompt: 'stable', labels: ['production'] }, startMs - HISTORY_MS);
  traffic.serve(data, everyoneOn(STABLE, prompt), startMs - HISTORY_MS, startMs);
  data.createPrompt({ name: prompt, prompt: 'the same', config, labels: [settings.candidateLabel] }, startMs);
  const { atMs, ...decided } = await untilDecided(controller, {
    prompt,
    fromMs: startMs,
    toMs: window.toMs,
    isPromoted: () => data.prompts.byLabel(prompt, 'production')?.version === CANDIDATE,
    serve(assignment, fromMs, toMs) {
      traffic.serve(data, assignment, fromMs, toMs);
      nowMs = toMs;
    },
  });
  return {
    ...decided,
    startedAtMs: startMs,
    hours: (atMs - startMs) / 3_600_000,
    exposedUnits: traffic.served(CANDIDATE),
  };
}

/**
 * Runs start at different times, so that more of the past is used: the first after a history's length (or a third of the window,
 * when that is shorter), the last with the bake times and half as much again still to go. The time also makes the salt.
 */
export function startOf({
  window,
  policy,
  run,
  runs,
}: Pick<HalvesOptions, 'window' | 'policy' | 'run' | 'runs'>): number {
  const bakeMs = policy.steps.reduce((sum, step) => sum + step.bakeMs, 0);
  const firstMs = window.fromMs + Math.min(HISTORY_MS, (window.toMs - window.fromMs) / 3);
  const lastMs = Math.max(firstMs, window.toMs - 1.5 * bakeMs);
  const share = runs === 1 ? 0 : run / (runs - 1);
  return Math.floor(firstMs + share * (lastMs - firstMs)) + run;
}
