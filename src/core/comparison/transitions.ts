import { clip, clipName } from '../item/item-size';
import type { AuditEvent } from '../item/prompt-item';
import type { Action } from '../rollout/plan';
import type { Comparison, ComparisonOutcome, Handover } from './comparison';
import type { Difference } from './difference';
import { wordArms } from './wording';

/** A comparison's transition: the comparison after it, the version for everyone outside its arms, what else to do. */
export interface ComparisonTransition {
  next: Comparison;
  stable: number | null;
  actions: readonly Action[];
}

/** The small facts that every alert and audit event of a comparison carries. */
export function comparisonFacts(comparison: Comparison): AuditEvent['detail'] {
  return {
    variants: clip(wordArms(comparison)),
    metric: clipName(comparison.metric.id),
    exposedUnits: comparison.exposedUnits,
  };
}

/** Takes a variant out at once: its buckets go to the control, its version is quarantined. The others go on. */
export function dropVariant(
  comparison: Comparison,
  index: number,
  cause: { reason: string; guardrail: string | null },
  nowMs: number,
): ComparisonTransition {
  const dropped = { atMs: nowMs, reason: clip(cause.reason), guardrail: cause.guardrail && clipName(cause.guardrail) };
  const arms = comparison.arms.map((arm, at) => (at === index ? { ...arm, dropped } : arm));
  const { name, version } = comparison.arms[index]!;
  const detail = {
    ...comparisonFacts(comparison),
    variant: name,
    candidate: version,
    to: comparison.arms[0]!.version,
    guardrail: dropped.guardrail,
    reason: dropped.reason,
  };
  return {
    next: { ...comparison, arms },
    stable: comparison.stable,
    actions: [
      { kind: 'quarantine', version },
      { kind: 'audit', event: 'variant_dropped', detail },
      { kind: 'alert', alert: 'variant_dropped', severity: 'page', detail },
    ],
  };
}

/** What is kept of a comparison's evidence when it ends. */
export interface Kept {
  result: readonly Difference[];
  journal: string | null;
}

/**
 * Ends a comparison: everyone gets `stable`, and a winner that is a variant waits to be handed over.
 * @param kept the differences at the end, and where the journal is
 */
export function endComparison(
  comparison: Comparison,
  outcome: ComparisonOutcome,
  kept: Kept,
  stable: number | null = comparison.stable,
): ComparisonTransition {
  const { code, winner, isWinnerSafe } = outcome;
  const reason = clip(outcome.reason);
  const next: Comparison = {
    ...comparison,
    phase: 'ended',
    outcome: { ...outcome, reason, by: clipName(outcome.by) },
    hold: null,
    clocks: [],
    pause: null,
    handover: handoverOf(comparison, winner, isWinnerSafe),
    ...kept,
  };
  const detail = {
    ...comparisonFacts(comparison),
    code,
    winner,
    handover: next.handover?.how ?? 'nothing',
    to: stable,
    by: clipName(outcome.by),
    reason,
  };
  const isTrouble = code === 'all_dropped' || code === 'alarm' || code === 'production_moved';
  return {
    next,
    stable,
    actions: [
      { kind: 'audit', event: 'comparison_ended', detail },
      { kind: 'alert', alert: 'comparison_ended', severity: isTrouble ? 'warning' : 'info', detail },
    ],
  };
}

/** A person's stop, or an alarm's: nobody wins. */
export function stopComparison(
  comparison: Comparison,
  cause: { code: 'stopped' | 'alarm'; reason: string; by: string },
  kept: Kept,
  stable: number | null,
  nowMs: number,
): ComparisonTransition {
  return endComparison(comparison, { ...cause, winner: null, isWinnerSafe: false, atMs: nowMs }, kept, stable);
}

function handoverOf({ arms, onWinner }: Comparison, winner: string | null, isWinnerSafe: boolean): Handover | null {
  const index = arms.findIndex(({ name }) => name === winner);
  if (index <= 0 || onWinner === 'nothing') return null;
  // A winner that is not proven safe ramps: the rollout gathers the proof.
  const how = onWinner === 'promote' && isWinnerSafe ? 'promote' : 'rollout';
  return { version: arms[index]!.version, how, state: 'pending', note: '' };
}

/** The comparison whose winner will not be handed over any more: a person or somebody else has decided otherwise. */
export function withoutHandover(comparison: Comparison | null, note: string): Comparison | null {
  if (comparison?.handover?.state !== 'pending') return comparison;
  return { ...comparison, handover: { ...comparison.handover, state: 'refused', note: clip(note) } };
}
