import { unitOf } from '../../core/evidence/attribute';
import type { Rollout } from '../../core/rollout/rollout';
import { wilson } from '../statistics/reference/proportions';
import { runIdenticalHalves, type BacktestInput, type HalvesRun } from './identical-halves';
import { judgeAgain, type JudgedAgain } from './judge-again';

const CONFIDENCE = 0.95;

export interface BacktestOptions extends BacktestInput {
  /** Rollouts of the prompt that took place in the window, any order. */
  rollouts: readonly Rollout[];
  /** How many rollouts of a version against itself. */
  halves: number;
  /** Told after each piece of work; an aborted signal ends the backtest with what there is. */
  onProgress: (line: string) => void;
  signal: AbortSignal;
}

/** What a policy would have done. */
export interface Backtest {
  window: { fromMs: number; toMs: number };
  generations: number;
  units: number;
  versions: number[];
  rollouts: JudgedAgain[];
  halves: HalvesRun[];
  /** Of the halves: share rolled back, with its 95 % interval (Wilson); null without any. */
  falseRollback: { share: number; low: number; high: number } | null;
}

/** Runs a policy over the past: rollouts that took place are judged again, and the version is rolled out against itself. */
export async function backtest(options: BacktestOptions): Promise<Backtest> {
  const { past, policy, settings, window, rollouts, halves, onProgress, signal } = options;
  const again: JudgedAgain[] = [];
  for (const rollout of [...rollouts].sort((a, b) => a.startedAtMs - b.startedAtMs)) {
    if (signal.aborted) break;
    again.push(await judgeAgain(rollout, policy, { past, settings, nowMs: window.toMs }));
    onProgress(`version ${rollout.candidate} judged again`);
  }
  const runs: HalvesRun[] = [];
  for (let run = 0; run < halves && !signal.aborted; run++) {
    const ended = await runIdenticalHalves({ ...options, run, runs: halves });
    runs.push(ended);
    onProgress(
      `identical halves ${run + 1} of ${halves}: ${ended.outcome.replace('_', ' ')} after ${ended.hours.toFixed(1)} h`,
    );
  }
  const rolledBack = runs.filter(({ outcome }) => outcome === 'rolled_back').length;
  const [low, high] = wilson({ successes: rolledBack, n: runs.length }, CONFIDENCE);
  const counted = past.rows.filter(({ environment }) => policy.environments.includes(environment));
  return {
    window,
    generations: past.rows.length,
    units: new Set(counted.map((row) => unitOf(row, policy.unit)).flatMap((u) => (u.isFallback ? [] : [u.unit]))).size,
    versions: [...new Set(past.rows.map(({ version }) => version))].sort((a, b) => a - b),
    rollouts: again,
    halves: runs,
    falseRollback: runs.length === 0 ? null : { share: rolledBack / runs.length, low, high },
  };
}
