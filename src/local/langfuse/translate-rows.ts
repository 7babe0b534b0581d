import { sessionAmong, userAmong } from '../../adapters/langfuse/unit';
import type { ObservationRow, Page, PromptVersion, ScoreRow } from '../../core/ports';
import type { StoredPrompt } from './prompts';
import type { StoredObservation, StoredScore } from './rows';

/** A trace's root: who and which session. */
export interface TraceRoot {
  traceId: string;
  userId: string | null;
  sessionId: string | null;
}

/** A stored version as the port gives it. */
export function versionOf(stored: StoredPrompt | null): PromptVersion | null {
  if (stored === null) return null;
  const { name, version, labels, config, createdMs } = stored;
  return { prompt: name, version, labels: [...labels], config, createdAtMs: createdMs };
}

/** @returns the reason when the row has no version */
export function observationRow(row: StoredObservation): ObservationRow | string {
  if (row.promptVersion === null) return 'promptVersion: expected a whole number from 1, got nothing';
  return {
    id: row.id,
    traceId: row.traceId,
    startMs: row.startMs,
    version: row.promptVersion,
    environment: row.environment,
    ...unitOf(row),
    latencyMs: row.endMs === null ? null : row.endMs - row.startMs,
    costUsd: row.cost.total ?? null,
    tokens: row.usage.total ?? null,
    isError: row.level === 'ERROR',
  };
}

/** @returns null for corrections, and for texts but those of judged names */
export function scoreRow(row: StoredScore, judged: ReadonlySet<string>): ScoreRow | null {
  const isText = row.dataType === 'TEXT';
  if (row.dataType === 'CORRECTION' || (isText && !judged.has(row.name))) return null;
  const { id, name, value, timestampMs, environment, subject } = row;
  return {
    id,
    name,
    value: isText || (typeof value === 'number' && !Number.isFinite(value)) ? null : value,
    timestampMs,
    updatedAtMs: row.updatedMs,
    environment,
    subject: subject.kind === 'experiment' ? { kind: 'experiment' } : subject,
  };
}

export function rootOf(row: StoredObservation): TraceRoot {
  return { traceId: row.traceId, ...unitOf(row) };
}

/** Roots of one trace that name different users (or sessions) name none; one that names nobody does not count. */
export function mergeRoots(roots: readonly TraceRoot[]): TraceRoot {
  const only = (ids: (string | null)[]): string | null => {
    const named = new Set(ids.filter((id) => id !== null));
    return named.size === 1 ? [...named][0]! : null;
  };
  return {
    traceId: roots[0]!.traceId,
    userId: only(roots.map((root) => root.userId)),
    sessionId: only(roots.map((root) => root.sessionId)),
  };
}

/** A page of translated rows; null = left out, a text = malformed. */
export function pageOf<Stored extends { id: string }, Row extends object>(
  stored: readonly Stored[],
  cursor: string | null,
  translate: (row: Stored) => Row | string | null,
): Page<Row> {
  const page: Page<Row> = { rows: [], cursor, malformed: [] };
  for (const each of stored) {
    const row = translate(each);
    if (typeof row === 'string') page.malformed.push({ id: each.id, reason: row });
    else if (row !== null) page.rows.push(row);
  }
  return page;
}

function unitOf(row: StoredObservation): { userId: string | null; sessionId: string | null } {
  return {
    userId: userAmong(row.userId, row.metadata),
    sessionId: sessionAmong(row.sessionId, row.metadata),
  };
}
