import type { Aggregate } from '../metrics/aggregate';
import type { GuardrailState } from '../judging/guardrail-state';
import type { ScoreRow } from '../ports';
import type { Unusable } from './attribute';
import type { Lane } from './lanes';

/** Where a page of the snapshot is: object name, offset, length in bytes. */
export type PageAddress = readonly [segment: string, offset: number, length: number];

/**
 * The one document that says what has been read and where the rest of the snapshot is. The prompt's item points to it, so
 * a tick that loses the conditional write leaves nothing behind but garbage.
 */
export interface Manifest {
  schema: 1;
  prompt: string;
  observations: Lane[];
  scores: Lane[];
  /** Traces and sessions, newest generation first, never empty: what changes is written to the newest one. */
  subjects: SubjectGeneration[];
  /** When the oldest generation that is kept began, ms: whatever was read of rows since then is still remembered. */
  keptSinceMs: number;
  /** Scores whose trace has not been seen yet; session ids in them are hashed. */
  pending: ScoreRow[];
  /** Start of the UTC day → page of hourly aggregates; ascending. */
  days: [dayMs: number, page: PageAddress][];
  experiment: ExperimentEvidence | null;
  /** What could not be attributed since the experiment began (or since reading began), by reason. */
  unattributed: Record<UnattributedReason, number>;
}

/** The traces and sessions that were met or changed in one stretch of time. */
export interface SubjectGeneration {
  /** When it began, ms; it ends when the next newer one begins. */
  sinceMs: number;
  /** Key → SubjectRecord; null = empty. */
  root: PageAddress | null;
  /** The page of its keys' hashes; null = empty. */
  hashes: PageAddress | null;
}

/**
 * `malformed`: rows that could not be read. `ambiguous_score`: its trace or session saw two versions. `unlinked_score`: its
 * observation is no generation of the prompt, in a trace that has some. `other_trace_score`: nothing of the prompt in its
 * trace, as with scores of other prompts. `late_edit`: edited after the edit window, the older value stays.
 */
export type UnattributedReason = 'malformed' | 'ambiguous_score' | 'unlinked_score' | 'other_trace_score' | 'late_edit';

/** The judged part of the snapshot: everything a verdict is computed from. */
export interface ExperimentEvidence {
  experimentId: string;
  /** By pair (an arm against the control, whose units count in every pair), then by guardrail. */
  states: GuardrailState[][];
  /** Per stage: units first exposed in it, by arm. */
  firstExposed: number[][];
  /** Per stage: units seen in it, by arm. */
  stageUnits: number[][];
  /** The last hours' rows: used, and not used by reason. Oldest first. */
  hours: HourCounts[];
  /** Newest usable exposure by arm, ms; 0 = none yet. */
  newestMs: number[];
  /** Units ever exposed to another arm than the control. */
  exposedUnits: number;
  /** Unit hash → UnitRecord. */
  units: PageAddress | null;
  /** Units that enter engine B (or are judged for coverage) later: pages of [dueMs, unit, guardrail], earliest first. */
  due: { earliestMs: number; page: PageAddress }[];
  /** Name of the newest journal object; each names the one before it. */
  journal: string | null;
}

export interface HourCounts {
  hourMs: number;
  used: number;
  unusable: Partial<Record<Unusable, number>>;
}

/** Hour start → version → metric → numbers. */
export type DayPage = Record<string, Record<string, Metrics>>;

/** Metric → numbers, of one hour and version. */
export type Metrics = Record<string, Aggregate>;

/** A unit that has to be looked at again at `dueMs` for one guardrail. */
export type DueEntry = [dueMs: number, unit: string, guardrail: number];
