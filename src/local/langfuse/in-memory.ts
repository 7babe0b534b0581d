import { sessionOfMetadata, userOfMetadata } from '../../adapters/langfuse/unit';
import { RampartError } from '../../core/errors';
import type { Clock, Langfuse, ObservationRow, Page, PromptVersion, ScoreRow } from '../../core/ports';
import { observationCursor, parseObservationCursor, parseScoreCursor, scoreCursor } from './cursor';
import type { LangfuseData } from './data';
import type { StoredPrompt } from './prompts';
import type { StoredObservation, StoredScore } from './rows';

/** Most rows a page of Langfuse has; kept here too, so that a run without HTTP makes as many requests. */
const OBSERVATION_LIMIT = 1000;
const SCORE_LIMIT = 100;
const MAX_TRACES = 50;
const ANY_TIME = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/**
 * The port over the data, without HTTP, for headless runs: no request, no JSON, no faults.
 * @param nowMs the virtual clock: label moves take their time from it, and rows that are visible later are not listed
 */
export function inMemoryLangfuse(data: LangfuseData, nowMs: Clock): Langfuse {
  const { prompts, observations, scores } = data;
  return {
    promptsWithLabel: async (label) => prompts.names().filter((name) => prompts.byLabel(name, label) !== null),
    versionByLabel: async (prompt, label) => versionOf(prompts.byLabel(prompt, label)),
    versionsWithLabel: async (prompt, label) =>
      prompts
        .versions(prompt)
        .filter((each) => each.labels.includes(label))
        .map((each) => each.version),
    version: async (prompt, version) => versionOf(prompts.byVersion(prompt, version)),

    async moveLabel(prompt, version, label) {
      if (label === 'latest') throw new RampartError('bad_input', `label: expected one that can be moved, got latest`);
      if (prompts.giveLabels(prompt, version, [label], nowMs()) === null) {
        throw new RampartError('provider_not_found', `Langfuse has no version ${version} of prompt ${prompt}`);
      }
    },

    async listObservations({ prompt, fromMs, toMs, cursor, limit }) {
      const after = cursor === null ? null : read(parseObservationCursor(cursor), cursor);
      const query = { nowMs: nowMs(), fromMs, toMs, traceIds: null, promptName: prompt, keep: isGeneration };
      const page = observations.page(query, after, Math.min(limit, OBSERVATION_LIMIT));
      const last = page.rows.at(-1);
      return translate(page.rows, page.more && last ? observationCursor(last) : null, observationRow);
    },

    async listScores({ names, fromMs, toMs, cursor, limit }) {
      const after = cursor === null ? null : read(parseScoreCursor(cursor), cursor);
      const wanted = new Set(names);
      const keep = (row: StoredScore): boolean => wanted.size === 0 || wanted.has(row.name);
      const page = scores.page({ nowMs: nowMs(), fromMs, toMs, keep }, after, Math.min(limit, SCORE_LIMIT));
      const last = page.rows.at(-1);
      return translate(page.rows, page.more && last ? scoreCursor(last) : null, scoreRow);
    },

    async observationsOfTraces(prompt, traceIds) {
      checkTraces(traceIds);
      const keep = (row: StoredObservation): boolean => isGeneration(row) && row.promptName === prompt;
      const rows: ObservationRow[] = [];
      const doubtful = new Set<string>();
      observations.each({ nowMs: nowMs(), ...ANY_TIME, traceIds, promptName: null, keep }, (row) => {
        const translated = observationRow(row);
        if (typeof translated === 'string') doubtful.add(row.traceId);
        else rows.push(translated);
      });
      return rows.filter((row) => !doubtful.has(row.traceId)).reverse();
    },

    async rootsOfTraces(traceIds) {
      checkTraces(traceIds);
      const roots = new Map<string, TraceRoot>();
      const keep = (row: StoredObservation): boolean => row.parentObservationId === null;
      observations.each({ nowMs: nowMs(), ...ANY_TIME, traceIds, promptName: null, keep }, (row) => {
        const root = { traceId: row.traceId, ...unitOf(row) };
        roots.set(row.traceId, mergeRoots(roots.get(row.traceId) ?? root, root));
      });
      return [...roots.values()];
    },

    async countByVersion({ prompt, fromMs, toMs }) {
      const counts = new Map<number, number>();
      const query = { nowMs: nowMs(), fromMs, toMs, traceIds: null, promptName: prompt, keep: isGeneration };
      observations.each(query, ({ promptVersion }) => {
        if (promptVersion !== null) counts.set(promptVersion, (counts.get(promptVersion) ?? 0) + 1);
      });
      return counts;
    },
  };
}

interface TraceRoot {
  traceId: string;
  userId: string | null;
  sessionId: string | null;
}

/** Two roots of one trace that name different users (or sessions) name none. */
function mergeRoots(a: TraceRoot, b: TraceRoot): TraceRoot {
  return {
    traceId: a.traceId,
    userId: a.userId === b.userId ? a.userId : null,
    sessionId: a.sessionId === b.sessionId ? a.sessionId : null,
  };
}

function checkTraces(traceIds: readonly string[]): void {
  if (traceIds.length <= MAX_TRACES) return;
  throw new RampartError('bad_input', `traceIds: expected at most ${MAX_TRACES}, got ${traceIds.length}`);
}

function isGeneration(row: StoredObservation): boolean {
  return row.type === 'GENERATION';
}

function read<Key>(key: Key | null, cursor: string): Key {
  if (key === null) throw new RampartError('bad_input', `cursor: expected one of an earlier page, got ${cursor}`);
  return key;
}

function versionOf(stored: StoredPrompt | null): PromptVersion | null {
  if (stored === null) return null;
  const { name, version, labels, config, createdMs } = stored;
  return { prompt: name, version, labels: [...labels], config, createdAtMs: createdMs };
}

function translate<Stored extends { id: string }, Row extends object>(
  stored: readonly Stored[],
  cursor: string | null,
  parse: (row: Stored) => Row | string | null,
): Page<Row> {
  const page: Page<Row> = { rows: [], cursor, malformed: [] };
  for (const each of stored) {
    const row = parse(each);
    if (typeof row === 'string') page.malformed.push({ id: each.id, reason: row });
    else if (row !== null) page.rows.push(row);
  }
  return page;
}

function observationRow(row: StoredObservation): ObservationRow | string {
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

function unitOf(row: StoredObservation): { userId: string | null; sessionId: string | null } {
  return {
    userId: row.userId ?? userOfMetadata(row.metadata),
    sessionId: row.sessionId ?? sessionOfMetadata(row.metadata),
  };
}

/** Null for texts and corrections: they are not judged. */
function scoreRow(row: StoredScore): ScoreRow | null {
  if (row.dataType === 'TEXT' || row.dataType === 'CORRECTION') return null;
  const { id, name, value, timestampMs, environment, subject } = row;
  return {
    id,
    name,
    value,
    timestampMs,
    updatedAtMs: row.updatedMs,
    environment,
    subject: subject.kind === 'experiment' ? { kind: 'experiment' } : subject,
  };
}
