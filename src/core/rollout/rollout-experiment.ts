import { BUCKETS } from '../assignment/bucket';
import { CONTROL, type Experiment } from '../evidence/experiment';
import type { ExperimentEvidence } from '../evidence/manifest';
import type { ArmCounts, RolloutEvidence } from './evidence';
import type { Rollout } from './rollout';

const HOUR_MS = 3_600_000;
/** The candidate's arm; stable is the control. */
const CANDIDATE_ARM = 1;

/** A rollout as evidence is gathered for it: the candidate against the stable version. */
export function rolloutExperiment(rollout: Rollout): Experiment {
  const { policy } = rollout;
  return {
    id: rollout.id,
    salt: rollout.salt,
    startedAtMs: rollout.startedAtMs,
    versions: [rollout.stable, rollout.candidate],
    stages: rollout.stages.map(({ step, percent, fromMs, toMs }) => ({
      fromMs,
      toMs,
      arms: [
        { arm: CANDIDATE_ARM, to: candidateBuckets(percent) },
        { arm: CONTROL, to: BUCKETS },
      ],
      blockMs: blockLengthMs(policy.steps[step]?.bakeMs ?? policy.watchMs),
    })),
    unit: policy.unit,
    environments: policy.environments,
    settleMs: policy.settleMs,
    editWindowMs: policy.editWindowMs,
    guardrails: rollout.guardrails,
    policies: policy.guardrails,
  };
}

/** How many buckets the candidate has at a percent: the first whole number at or above its share, as in `armOfBucket`. */
export function candidateBuckets(percent: number): number {
  return Math.ceil((percent * BUCKETS) / 100);
}

/**
 * Longest time a stage's block of engine B stays open: an hour, or a quarter of its time when that is shorter. The watch
 * counts as a step of its length.
 */
export function blockLengthMs(stageMs: number): number {
  return Math.min(HOUR_MS, stageMs / 4);
}

/** The evidence of a rollout's one pair; null when there is none yet, or it is of another experiment. */
export function rolloutEvidence({ id }: Rollout, evidence: ExperimentEvidence | null): RolloutEvidence | null {
  if (evidence?.experimentId !== id) return null;
  const { hours, exposedUnits } = evidence;
  return {
    states: evidence.states[0] ?? [],
    firstExposed: evidence.firstExposed.map(armCounts),
    stageUnits: evidence.stageUnits.map(armCounts),
    hours,
    newestMs: armCounts(evidence.newestMs),
    exposedUnits,
  };
}

function armCounts(byArm: readonly number[]): ArmCounts {
  return { stable: byArm[CONTROL] ?? 0, candidate: byArm[CANDIDATE_ARM] ?? 0 };
}
