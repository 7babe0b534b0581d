import type { HourCounts } from '../evidence/manifest';
import type { GuardrailState } from '../judging/guardrail-state';
import type { Rollout } from './rollout';

/** A number per arm of a rollout. */
export interface ArmCounts {
  stable: number;
  candidate: number;
}

/** The judged part of the snapshot, as a rollout sees it. */
export interface RolloutEvidence {
  /** One per guardrail of the rollout, in its order. */
  states: readonly GuardrailState[];
  /** Per stage: units first exposed in it. */
  firstExposed: readonly ArmCounts[];
  /** Per stage: units seen in it. */
  stageUnits: readonly ArmCounts[];
  /** The last hours' rows: used, and not used by reason. Oldest first. */
  hours: readonly HourCounts[];
  /** Newest usable exposure, ms; 0 = none yet. */
  newestMs: ArmCounts;
  /** Units ever exposed to the candidate. */
  exposedUnits: number;
}

/** What a tick knows when it decides. Everything is a fact; nothing is a judgement yet. */
export interface TickEvidence {
  /** The judged part of the snapshot; null when nothing has been read yet. */
  judged: RolloutEvidence | null;
  /** Everything with a time before this has been read, ms. */
  readThroughMs: number;
  /** This tick's reading failed: why; null = it did not. */
  providerProblem: string | null;
  labels: LabelFacts;
  /** The document that runtimes read is the one in the item: read back while an end is verified. */
  isAssignmentServed: boolean | 'unknown';
  /** Ticks are planned this far apart. */
  tickEveryMs: number;
  /** How long a label may take to be where it should be before that is an alert. */
  verifyDeadlineMs: number;
}

/** What Langfuse says about the prompt's labels; `unknown` when it could not be asked. */
export interface LabelFacts {
  /** Version that holds `production`; null = none does. */
  production: number | null | 'unknown';
  candidate: number | null | 'unknown';
  stableExists: boolean | 'unknown';
}

/** The labels as far as they are known: a version that was gone stays gone while Langfuse cannot be asked. */
export function rememberMissing({ hold }: Pick<Rollout, 'hold'>, labels: LabelFacts): LabelFacts {
  const isKnownMissing = hold?.kind === 'stable_missing' && labels.stableExists === 'unknown';
  return isKnownMissing ? { ...labels, stableExists: false } : labels;
}

/** Rows used and not used in the counted hours. */
export function rowCounts(hours: readonly HourCounts[]): { used: number; unusable: number; reasons: string } {
  let used = 0;
  const byReason: Record<string, number> = {};
  for (const hour of hours) {
    used += hour.used;
    for (const [reason, n] of Object.entries(hour.unusable)) byReason[reason] = (byReason[reason] ?? 0) + n;
  }
  const unusable = Object.values(byReason).reduce((sum, n) => sum + n, 0);
  const reasons = Object.entries(byReason).map(([reason, n]) => `${n} ${reason.replaceAll('_', ' ')}`);
  return { used, unusable, reasons: reasons.join(', ') };
}
