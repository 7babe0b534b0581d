import type { Assignment } from '../assignment/assignment';
import type { Comparison } from '../comparison/comparison';
import type { Rollout } from '../rollout/rollout';

/**
 * Everything the controller knows about one prompt, in one item with a revision, so that one conditional write makes a
 * whole transition or nothing.
 */
export interface PromptItem {
  schema: 1;
  prompt: string;
  /** Grows by one with every write; 0 = never written. */
  revision: number;
  assignment: Assignment;
  /** The running rollout, or the last one that ended (kept for display and for the label rules). */
  rollout: Rollout | null;
  /** The running comparison, or the last one that ended. Never running while the rollout is. */
  comparison: Comparison | null;
  /** Versions that ever were in an experiment, as closed ranges, ascending, disjoint: a label starts a version at most once. */
  usedVersions: readonly VersionRange[];
  quarantined: readonly VersionRange[];
  /** Newest last, at most 32 and 10 KB; older ones are in the history. */
  audit: readonly AuditEvent[];
  /** Messages still to be sent or label moves still to be made, at most 32. */
  outbox: readonly OutboxEntry[];
  /** Alerts that found no room in the outbox: how many per kind since the last that was sent. */
  mergedAlerts: Record<string, number>;
  /** Name of the newest evidence manifest; null before the first tick that read anything. */
  manifest: string | null;
  /** Facts that were said once already (`no_production:7`), so that they are not said again. At most 16, newest last. */
  said: readonly string[];
  lastTickAtMs: number | null;
}

/** `[first, last]`, both inclusive. */
export type VersionRange = readonly [number, number];

/** Ids and numbers only; text is rendered when it is shown or sent. */
export interface AuditEvent {
  /** `PROMPT#REVISION#INDEX`, unique. */
  id: string;
  atMs: number;
  kind: string;
  by: string;
  /** The rollout or comparison that it belongs to. */
  rolloutId: string | null;
  /** Small facts: numbers, versions, codes. Values up to 500 characters. */
  detail: Record<string, string | number | boolean | null>;
}

/** What is to be carried out after the write that holds it, at least once, known by its id. */
export type OutboxEntry =
  | {
      id: string;
      kind: 'alert';
      alert: string;
      severity: 'info' | 'warning' | 'page';
      rolloutId: string | null;
      atMs: number;
      detail: AuditEvent['detail'];
    }
  | {
      id: string;
      kind: 'label';
      /** A goal, not a command: `label` is to be on `version`, as of `revision`. */
      label: string;
      version: number;
      revision: number;
      atMs: number;
      /** A worker holds the entry until then. */
      leaseUntilMs: number | null;
      /** A worker with an older goal may still be at work until then: the move is made at once, and once more afterwards. */
      contestedUntilMs?: number;
      /** An earlier move to this goal was not answered and may still be made until then: it contests any other goal. */
      unansweredUntilMs?: number;
      attempts: number;
    };
