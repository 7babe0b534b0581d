import { NO_ARM, type ArmRange, type Experiment, type ExperimentStage } from '../evidence/experiment';
import { blockLengthMs } from '../rollout/rollout-experiment';
import type { Comparison } from './comparison';

/**
 * A comparison as evidence is gathered for it. A stage ends where a variant is dropped: from then on its units see the control
 * after having seen it, so they are in no arm; every other unit stays where it was.
 */
export function comparisonExperiment(comparison: Comparison): Experiment {
  const { policy } = comparison;
  const isGuarded = comparison.metricIndex < comparison.guardrails.length;
  return {
    id: comparison.id,
    salt: comparison.salt,
    startedAtMs: comparison.startedAtMs,
    versions: comparison.arms.map(({ version }) => version),
    stages: stagesOf(comparison),
    unit: policy.unit,
    environments: policy.environments,
    settleMs: policy.settleMs,
    editWindowMs: policy.editWindowMs,
    guardrails: isGuarded ? comparison.guardrails : [...comparison.guardrails, comparison.metric],
    policies: isGuarded ? policy.guardrails : [...policy.guardrails, comparison.metricPolicy],
  };
}

function stagesOf({ startedAtMs, arms, forMs, outcome }: Comparison): ExperimentStage[] {
  const drops = arms.flatMap(({ dropped }) => (dropped === null ? [] : [dropped.atMs]));
  const starts = [...new Set([startedAtMs, ...drops])].sort((a, b) => a - b);
  return starts.map((fromMs, index) => ({
    fromMs,
    toMs: starts[index + 1] ?? outcome?.atMs ?? null,
    arms: rangesAt(arms, fromMs),
    blockMs: blockLengthMs(forMs),
  }));
}

/** The arms' ranges from a time on; a dropped arm's buckets are in none. */
function rangesAt(arms: Comparison['arms'], atMs: number): ArmRange[] {
  return arms.map(({ to, dropped }, arm) => ({ arm: dropped !== null && dropped.atMs <= atMs ? NO_ARM : arm, to }));
}
