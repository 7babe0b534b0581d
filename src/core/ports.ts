import type { Assignment } from './assignment/assignment';
import type { ComparisonView } from './comparison/view';
import type { RampartError } from './errors';
import type { AuditEvent, PromptItem } from './item/prompt-item';
import type { WeeklyReport } from './report/weekly-report';

/*
 * The ports of the core: what the use cases need from the outside. One contract suite each under test/contracts/, run on
 * every implementation. Errors are `RampartError`s; exceptions of an SDK never leave an adapter.
 */

/** The time, passed in. */
export type Clock = () => number;

/** One generation of a prompt, as Langfuse lists it, translated: ms, numbers, null for what is missing. */
export interface ObservationRow {
  id: string;
  traceId: string;
  /** ms since 1970. */
  startMs: number;
  /** Version of the prompt it was linked to. */
  version: number;
  environment: string;
  /** From the generation, else from its metadata; null when neither has it (then ask the trace's root). */
  userId: string | null;
  sessionId: string | null;
  latencyMs: number | null;
  costUsd: number | null;
  tokens: number | null;
  isError: boolean;
}

export interface ScoreRow {
  id: string;
  name: string;
  /**
   * Number for NUMERIC, boolean for BOOLEAN, string for CATEGORICAL; null = it could not be read: it is no missing score, and no
   * value. CORRECTION is not listed, TEXT only under a name that is judged.
   */
  value: number | boolean | string | null;
  timestampMs: number;
  updatedAtMs: number;
  environment: string;
  subject:
    | { kind: 'trace'; traceId: string }
    | { kind: 'observation'; observationId: string; traceId: string }
    | { kind: 'session'; sessionId: string }
    | { kind: 'experiment' };
}

/** One page; `cursor` null on the last one. Rows come in the provider's order (newest first), duplicates included. */
export interface Page<Row> {
  rows: Row[];
  cursor: string | null;
  /** Rows of the page that could not be read (wrong type, NaN, missing fields), with a reason each. */
  malformed: { id: string; reason: string }[];
}

/** One version of a prompt as Langfuse holds it. */
export interface PromptVersion {
  prompt: string;
  version: number;
  labels: string[];
  config: unknown;
  createdAtMs: number | null;
}

/** Langfuse, as the controller needs it. Every call costs requests of the deployment's budget except prompt reads. */
export interface Langfuse {
  /** Names of the prompts that have a version with this label, all pages. */
  promptsWithLabel(label: string): Promise<string[]>;
  /** The version that holds a label; null when none does. Two holders are seen by {@link versionsWithLabel}. */
  versionByLabel(prompt: string, label: string): Promise<PromptVersion | null>;
  /** Every version that holds the label, ascending; more than one is an error to report, not a choice. Prompt reads only. */
  versionsWithLabel(prompt: string, label: string): Promise<number[]>;
  /** One version; null when it does not exist. */
  version(prompt: string, version: number): Promise<PromptVersion | null>;
  /** Gives the label to the version (taking it from its holder). Not retried inside; safe to repeat. */
  moveLabel(prompt: string, version: number, label: string): Promise<void>;
  /** Generations linked to the prompt with start in [fromMs, toMs). */
  listObservations(query: {
    prompt: string;
    fromMs: number;
    toMs: number;
    cursor: string | null;
    limit: number;
  }): Promise<Page<ObservationRow>>;
  /**
   * Scores with timestamp in [fromMs, toMs); `names` empty = all. Texts are left out, but those of `judged` names: they are listed
   * with the value null.
   */
  listScores(query: {
    names: readonly string[];
    judged?: ReadonlySet<string>;
    fromMs: number;
    toMs: number;
    cursor: string | null;
    limit: number;
  }): Promise<Page<ScoreRow>>;
  /** Generations of the prompt that belong to these traces (at most 50 ids), whenever they were. One request. */
  observationsOfTraces(prompt: string, traceIds: readonly string[]): Promise<ObservationRow[]>;
  /** Root observations' user and session of these traces (at most 50 ids). One request. */
  rootsOfTraces(
    traceIds: readonly string[],
  ): Promise<{ traceId: string; userId: string | null; sessionId: string | null }[]>;
  /**
   * Generations per linked prompt in [fromMs, toMs), all environments, by metrics v2: a check of totals. Those that are linked to
   * none are under null.
   */
  countByPrompt(query: { fromMs: number; toMs: number }): Promise<Map<string | null, number>>;
  /** Generations per version in [fromMs, toMs) by metrics v2: a check of totals. */
  countByVersion(query: { prompt: string; fromMs: number; toMs: number }): Promise<Map<number, number>>;
}

/** What a version says. References to other prompts stand in it as they were written. */
export type VersionBody = { type: 'text'; text: string } | { type: 'chat'; messages: readonly VersionMessage[] };

/** `other`: a message that is neither a text of a role nor a placeholder, as Langfuse holds it. */
export type VersionMessage = { role: string; content: string } | { placeholder: string } | { other: unknown };

/** One version with everything in it. Tags and type belong to the name: all its versions have the same. */
export interface WholeVersion extends PromptVersion {
  body: VersionBody;
  tags: string[];
  commitMessage: string | null;
}

/** A prompt as the list of prompts shows it. */
export interface ListedPrompt {
  prompt: string;
  type: 'text' | 'chat';
  /** Ascending. */
  versions: number[];
  /** Labels that some version holds; which one is not said. */
  labels: string[];
  tags: string[];
  /** Newest change of any version, ms; null when the server does not say. */
  updatedAtMs: number | null;
}

/** A version that is to be made. */
export interface NewVersion {
  prompt: string;
  body: VersionBody;
  config: unknown;
  /** Taken at once from the versions that hold them. Never `production` or `latest`. */
  labels: readonly string[];
  /** Rewrites the tags of all versions; null = leaves them. */
  tags: readonly string[] | null;
  /** At most 500 characters. */
  commitMessage: string;
}

/** Langfuse, as the sync of prompts with git needs it. Each call is sent once; trying again is the caller's. */
export interface PromptSync {
  /** Every prompt of the project, in the list's order. One request per 100. */
  listPrompts(): Promise<ListedPrompt[]>;
  /** One prompt of the list; null when there is none. */
  listPrompt(prompt: string): Promise<ListedPrompt | null>;
  /** The version that holds a label; null when none does. */
  wholeVersionByLabel(prompt: string, label: string): Promise<WholeVersion | null>;
  /** One version; null when it does not exist. */
  wholeVersion(prompt: string, version: number): Promise<WholeVersion | null>;
  /** Versions that hold the label, ascending, as the list says. One request. */
  labelHolders(prompt: string, label: string): Promise<number[]>;
  /** Makes a version. NOT idempotent: after an error other than a refusal, look whether it was made before trying again. */
  createVersion(version: NewVersion): Promise<WholeVersion>;
  /** Gives the label to the version (taking it from its holder). Safe to repeat. */
  moveLabel(prompt: string, version: number, label: string): Promise<void>;
}

/** One page of assignments; `cursor` null on the last one. */
export interface AssignmentPage {
  assignments: Assignment[];
  /** Items of the page that could not be read, so that one damaged item hides no other; `prompt` null when not even its name could be. */
  damaged: { prompt: string | null; problem: RampartError }[];
  cursor: string | null;
}

/** The prompts' items. A failed conditional write rejects with `revision_conflict`. */
export interface PromptStore {
  /** Strongly consistent. */
  read(prompt: string): Promise<PromptItem | null>;
  /** Writes when the stored revision is `item.revision - 1` (0 = none stored). */
  write(item: PromptItem): Promise<void>;
  /** Only the assignment, for runtimes; null when the prompt is unknown. */
  readAssignment(prompt: string): Promise<Assignment | null>;
  /** Every prompt's assignment, page by page. */
  listAssignments(cursor: string | null): Promise<AssignmentPage>;
  /** Copies events to the history; an event whose id is there already changes nothing. */
  appendHistory(prompt: string, events: readonly AuditEvent[]): Promise<void>;
  /** Newest first. */
  readHistory(
    prompt: string,
    query: { limit: number; cursor: string | null },
  ): Promise<{ events: AuditEvent[]; cursor: string | null }>;
}

/** Immutable objects named by their content. */
export interface ObjectStore {
  /** Stores the bytes under `PREFIX/HASH` and returns that name; storing the same bytes again is harmless. */
  put(prefix: string, bytes: Uint8Array): Promise<string>;
  /** The bytes from `offset`, `length` of them (all when omitted). Rejects with `not_found`. */
  get(name: string, range?: { offset: number; length: number }): Promise<Uint8Array>;
}

/** Named documents that are replaced as a whole (reports and the like). */
export interface DocumentStore {
  /** @returns false when `ifAbsent` and the document exists. */
  putDocument(name: string, body: string, options: { contentType: string; ifAbsent: boolean }): Promise<boolean>;
  getDocument(name: string): Promise<string | null>;
}

/** What requests are for, most urgent first. */
export type BudgetPurpose = 'label' | 'read' | 'rebuild';

/**
 * The deployment's budget of Langfuse requests: a token bucket that a tenth of is kept for label moves. Rebuilding a week leaves half of
 * it to the ticks.
 */
export interface RequestBudget {
  /**
   * Takes up to `wanted` requests, never more than are there.
   * @returns how many were granted, and when to ask again if fewer than wanted
   */
  take(wanted: number, purpose: BudgetPurpose, nowMs: number): Promise<{ granted: number; retryAtMs: number }>;
  /** After a 429: nobody takes anything before `untilMs`. */
  blockUntil(untilMs: number): Promise<void>;
}

/** A rendered alert. */
export interface AlertMessage {
  /** Message id, once per transition; receivers may see it more than once. */
  id: string;
  /** One line, in any language and of any length; the channel makes it fit. */
  subject: string;
  text: string;
  /** Machine-readable copy of the facts. */
  attributes: Record<string, string>;
}

export interface AlertSender {
  send(message: AlertMessage): Promise<void>;
}

/** A picture that a mail's HTML shows as `cid:CONTENT_ID`. */
export interface MailImage {
  /** Letters, digits, `-`, `.` and `@`; unique in its mail. */
  contentId: string;
  png: Uint8Array;
}

export interface MailMessage {
  id: string;
  subject: string;
  html: string;
  text: string;
  /** Absent = none. */
  images?: readonly MailImage[];
}

/** Lays out a weekly report as the HTML part of a mail. */
export interface ReportRenderer {
  /** @returns HTML below the size at which mail programs cut it off, and the pictures it shows */
  render(report: WeeklyReport): Promise<{ html: string; images: MailImage[] }>;
}

/** Lays out the end of a comparison as the HTML part of a mail. */
export interface ComparisonRenderer {
  /** @param chart the differences over time, as an SVG document without names */
  render(view: ComparisonView, chart: string, timeZone: string): Promise<{ html: string; images: MailImage[] }>;
}

export interface MailSender {
  send(message: MailMessage): Promise<void>;
}

/** What a tick message carries: one prompt to look at. */
export interface TickMessage {
  prompt: string;
}

/** The queue between the schedule and the per-prompt ticks. */
export interface TickQueue {
  send(messages: readonly TickMessage[]): Promise<void>;
}
