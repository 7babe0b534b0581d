import type { FrozenGuardrail } from '../judging/guardrail';
import type { GuardrailPolicy, UnitKind } from '../policy/policy';

/** The arm that the others are compared with: a rollout's stable version. */
export const CONTROL = 0;
/** Buckets that are served, but belong to no arm. */
export const NO_ARM = -1;

/**
 * An experiment as its evidence is gathered and judged: arms by index, 0 being the control. Every other arm makes one pair
 * with it; pair 0 is arm 1 against the control. A rollout has one pair.
 */
export interface Experiment {
  id: string;
  salt: string;
  startedAtMs: number;
  /** By arm. */
  versions: readonly number[];
  stages: readonly ExperimentStage[];
  unit: UnitKind;
  environments: readonly string[];
  settleMs: number;
  editWindowMs: number;
  /** What is measured, and the policy's own words for each, in the same order. */
  guardrails: readonly FrozenGuardrail[];
  policies: readonly GuardrailPolicy[];
}

/** One stretch of time with unchanged shares. Stages never overlap. */
export interface ExperimentStage {
  fromMs: number;
  /** Exclusive; null while it lasts. */
  toMs: number | null;
  /** Ascending and contiguous from bucket 0; buckets beyond the last range belong to no arm. */
  arms: readonly ArmRange[];
  /** Longest time a block of engine B stays open in it, ms. */
  blockMs: number;
}

export interface ArmRange {
  arm: number;
  /** First bucket after the range, 0..10000. */
  to: number;
}

/** The arm of a bucket; {@link NO_ARM} when it has none. */
export function armAt(arms: readonly ArmRange[], bucket: number): number {
  for (const { arm, to } of arms) if (bucket < to) return arm;
  return NO_ARM;
}
