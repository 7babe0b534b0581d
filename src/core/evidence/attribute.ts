import type { UnitKind } from '../policy/policy';
import { armAt, NO_ARM, type ExperimentStage } from './experiment';

/** Why a row is counted and reported, but not judged. */
export type Unusable = 'other_environment' | 'no_unit' | 'wrong_version' | 'bad_value';

/**
 * Where an exposure belongs. `outside`: before the experiment, after it, in none of its arms, or while runtimes may still hold
 * the old document.
 */
export type Attribution =
  | { kind: 'used'; stage: number; arm: number }
  | { kind: 'outside' }
  | { kind: 'unusable'; why: Unusable };

/** The unit of a row under a policy, and whether it is the kind of unit the policy randomises. */
export function unitOf(
  row: { userId: string | null; sessionId: string | null; traceId: string },
  kind: UnitKind,
): { unit: string; isFallback: boolean } {
  const wanted = kind === 'user' ? row.userId : kind === 'session' ? row.sessionId : row.traceId;
  if (wanted !== null) return { unit: wanted, isFallback: false };
  return { unit: row.userId ?? row.sessionId ?? row.traceId, isFallback: true };
}

/** The part of an experiment that attribution needs. */
export interface AttributionRules {
  stages: readonly Pick<ExperimentStage, 'fromMs' | 'toMs' | 'arms'>[];
  /** By arm. */
  versions: readonly number[];
  environments: readonly string[];
  /** Around a change of share, runtimes may serve the older document this long. */
  assignmentMaxAgeMs: number;
}

/**
 * Where an exposure belongs: arm and stage are recomputed from the bucket and the time, and the version that was served
 * must be that arm's: only what was randomised is judged.
 */
export function attribute(
  rules: AttributionRules,
  row: { startMs: number; version: number; environment: string; bucket: number; isFallback: boolean },
): Attribution {
  const index = stageAt(rules.stages, row.startMs);
  if (index < 0) return { kind: 'outside' };
  if (!rules.environments.includes(row.environment)) return { kind: 'unusable', why: 'other_environment' };
  if (row.isFallback) return { kind: 'unusable', why: 'no_unit' };
  const stage = rules.stages[index]!;
  const arm = armAt(stage.arms, row.bucket);
  if (arm === NO_ARM) return { kind: 'outside' };
  if (row.version === rules.versions[arm]) return { kind: 'used', stage: index, arm };
  const isTransition = row.startMs - stage.fromMs <= rules.assignmentMaxAgeMs;
  return isTransition ? { kind: 'outside' } : { kind: 'unusable', why: 'wrong_version' };
}

/** Index of the stage a time falls into; -1 = none. */
export function stageAt(stages: readonly Pick<ExperimentStage, 'fromMs' | 'toMs'>[], atMs: number): number {
  for (let index = stages.length - 1; index >= 0; index--) {
    const stage = stages[index]!;
    if (atMs >= stage.fromMs) return stage.toMs === null || atMs < stage.toMs ? index : -1;
  }
  return -1;
}
