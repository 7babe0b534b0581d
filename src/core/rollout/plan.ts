import type { CombinedHarm } from '../judging/judge';
import type { Verdict } from '../judging/verdict';
import type { AuditEvent } from '../item/prompt-item';
import type { Rollout } from './rollout';

/** What is to happen beside the change of state. A closed union: a new action does not compile until it is handled. */
export type Action =
  | { kind: 'audit'; event: string; detail: AuditEvent['detail'] }
  | { kind: 'alert'; alert: string; severity: 'info' | 'warning' | 'page'; detail: AuditEvent['detail'] }
  | { kind: 'label'; label: string; version: number }
  | { kind: 'quarantine'; version: number };

/** A transition, decided but not made: the same object is printed, stored and carried out. */
export interface Plan {
  next: Rollout;
  /** The version for everyone outside the candidate's share once the plan is carried out; null = none holds `production`. */
  stable: number | null;
  actions: readonly Action[];
  /** Plain sentences, most important first. */
  reasons: readonly string[];
  verdicts: readonly Verdict[];
  harm: CombinedHarm | null;
}

/** The version outside the arms while the rollout is as it is. */
export function stableVersion(rollout: Rollout): number {
  return rollout.phase === 'promoted' ? rollout.candidate : rollout.stable;
}
