import type { Assignment } from '../../core/assignment/assignment';
import { RampartError } from '../../core/errors';
import type { AssignmentPage, Clock, PromptStore } from '../../core/ports';
import type { LogEvent } from '../controller';

/** What may be served now. */
export interface Held {
  /** By the name of the prompt. */
  assignments: ReadonlyMap<string, Assignment>;
  /** Prompts whose items the last reading found damaged and of which nothing young enough is held. */
  damaged: ReadonlySet<string>;
  /** Since the store was last read, ms. */
  ageMs: number;
  /** How old it may get, ms. */
  maxAgeMs: number;
}

export interface HoldingOptions {
  store: Pick<PromptStore, 'listAssignments'>;
  now: Clock;
  /** What could not be read again is used for so long, ms. */
  maxAgeMs: number;
  log: (event: LogEvent) => void;
}

/** What was read longer ago than this (or than half the maximum age) is read again before it is used, ms. */
export const REFRESH_MS = 5000;

/** Time between two attempts at a store that does not answer, ms. */
export const RETRY_MS = 5000;

interface State {
  documents: Map<string, { assignment: Assignment; readAtMs: number }>;
  /** By what is wrong: the prompt, as far as its name could be read. */
  damaged: Map<string, string | null>;
  /** null = never. */
  readAtMs: number | null;
  failedAtMs: number | null;
}

/**
 * Every prompt's assignment, kept for a bounded time: read again when it is due, by one reading for all who ask
 * meanwhile; while the store is down or an item is damaged, the last good document is served until it is too old.
 * A document of an older epoch does not replace a younger one, since the list may be a moment behind; only when the younger
 * one has not been seen for the maximum age, as after a restored backup.
 * @returns what may be served; rejects with `provider_unavailable` and the time to wait when nothing young enough is held
 */
export function holdAssignments(options: HoldingOptions): () => Promise<Held> {
  const { now, maxAgeMs } = options;
  const refreshMs = Math.min(REFRESH_MS, maxAgeMs / 2);
  const state: State = { documents: new Map(), damaged: new Map(), readAtMs: null, failedAtMs: null };
  let reading: Promise<void> | null = null;
  const isDue = (): boolean =>
    !isYoung(state.readAtMs, refreshMs, now()) && !isYoung(state.failedAtMs, RETRY_MS, now());
  return async () => {
    if (isDue()) {
      reading ??= readAgain(state, options).finally(() => (reading = null));
      await reading;
    }
    return heldAt(state, maxAgeMs, now());
  };
}

async function readAgain(state: State, { store, now, maxAgeMs, log }: HoldingOptions): Promise<void> {
  const startedAtMs = now();
  try {
    const pages = await readPages(store);
    if (state.failedAtMs !== null) log({ level: 'info', event: 'assignments_read_again' });
    state.failedAtMs = null;
    state.readAtMs = startedAtMs;
    for (const assignment of pages.flatMap(({ assignments }) => assignments)) {
      const held = state.documents.get(assignment.prompt);
      const isBehind = held !== undefined && held.assignment.epoch > assignment.epoch;
      if (isBehind && isYoung(held.readAtMs, maxAgeMs, startedAtMs)) continue;
      state.documents.set(assignment.prompt, { assignment, readAtMs: startedAtMs });
    }
    noteDamage(state, pages, log);
  } catch (error) {
    if (state.failedAtMs === null) log({ level: 'error', event: 'assignments_not_read', problem: String(error) });
    state.failedAtMs = now();
  }
}

async function readPages(store: HoldingOptions['store']): Promise<AssignmentPage[]> {
  const pages: AssignmentPage[] = [];
  let cursor: string | null = null;
  do {
    const page: AssignmentPage = await store.listAssignments(cursor);
    pages.push(page);
    cursor = page.cursor;
  } while (cursor !== null);
  return pages;
}

/** Each damage is told once, not at every reading. */
function noteDamage(state: State, pages: readonly AssignmentPage[], log: HoldingOptions['log']): void {
  const before = state.damaged;
  state.damaged = new Map();
  for (const { prompt, problem } of pages.flatMap(({ damaged }) => damaged)) {
    state.damaged.set(problem.message, prompt);
    if (before.has(problem.message)) continue;
    const named = prompt === null ? {} : { prompt };
    log({ level: 'error', event: 'assignment_damaged', ...named, problem: problem.message });
  }
}

/** A document that was not read again, for whatever reason, ages; the clock may have been set back. */
function heldAt(state: State, maxAgeMs: number, nowMs: number): Held {
  const { readAtMs } = state;
  if (readAtMs === null || !isYoung(readAtMs, maxAgeMs, nowMs)) throw unavailable(maxAgeMs);
  const assignments = new Map<string, Assignment>();
  for (const [prompt, { assignment, readAtMs: atMs }] of state.documents) {
    if (isYoung(atMs, maxAgeMs, nowMs)) assignments.set(prompt, assignment);
    else state.documents.delete(prompt);
  }
  const damaged = [...state.damaged.values()].filter((prompt) => prompt !== null && !assignments.has(prompt));
  return { assignments, damaged: new Set(damaged as string[]), ageMs: nowMs - readAtMs, maxAgeMs };
}

function isYoung(atMs: number | null, maxAgeMs: number, nowMs: number): boolean {
  return atMs !== null && nowMs >= atMs && nowMs - atMs < maxAgeMs;
}

function unavailable(maxAgeMs: number): RampartError {
  return new RampartError(
    'provider_unavailable',
    `assignments: expected to read them, and the last ones are older than ${maxAgeMs} ms`,
    { retryAfterMs: RETRY_MS },
  );
}
