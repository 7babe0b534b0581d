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

/** A rollout's transition: the rollout after it, the version for everyone outside the candidate's share, what else to do. */
export interface Transition {
  next: Rollout;
  /** null = none holds `production`. */
  stable: number | null;
  actions: readonly Action[];
}

/** A transition, decided but not made: the same object is printed, stored and carried out. */
export interface Plan extends Transition {
  /** Plain sentences, most important first. */
  reasons: readonly string[];
  verdicts: readonly Verdict[];
  harm: CombinedHarm | null;
}
