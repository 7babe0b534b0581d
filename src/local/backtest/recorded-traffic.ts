import type { PastRows } from '../../app/read-past';
import { assign, type Assignment } from '../../core/assignment/assignment';
import { unitOf } from '../../core/evidence/attribute';
import type { UnitKind } from '../../core/policy/policy';
import type { ObservationRow, ScoreRow } from '../../core/ports';
import type { LangfuseData } from '../langfuse/data';
import type { NewScore } from '../langfuse/rows';

/** What really happened, served once more: the same users at the same times with the same answers and scores. */
export interface RecordedTraffic {
  /** Writes what Langfuse would hold of [fromMs, toMs) if every unit had got its version from the assignment. */
  serve(data: LangfuseData, assignment: Assignment, fromMs: number, toMs: number): void;
  /** Units that were served this version so far. */
  served(version: number): number;
}

/**
 * @param past rows of any version: they are served as the version that the assignment names, so that two versions that it
 * tells apart are identical
 * @param prompt its name in the data
 */
export function recordedTraffic(past: PastRows, prompt: string, unitKind: UnitKind): RecordedTraffic {
  const rows = [...past.rows].sort((a, b) => a.startMs - b.startMs);
  const scores = [...past.scores].sort((a, b) => a.timestampMs - b.timestampMs);
  const served = new Map<number, Set<string>>();
  const unitsOf = (version: number): Set<string> => {
    let units = served.get(version);
    if (units === undefined) served.set(version, (units = new Set()));
    return units;
  };
  return {
    serve(data, assignment, fromMs, toMs) {
      for (const row of between(rows, ({ startMs }) => startMs, fromMs, toMs)) {
        const { unit, isFallback } = unitOf(row, unitKind);
        const version = isFallback ? assignment.stable : assign(assignment, unit).version;
        if (version === null) continue;
        unitsOf(version).add(unit);
        addRow(data, prompt, row, version);
      }
      for (const score of between(scores, ({ timestampMs }) => timestampMs, fromMs, toMs)) addScore(data, score);
    },
    served: (version) => served.get(version)?.size ?? 0,
  };
}

/** Puts rows into the data as they are, with the versions they had. */
export function addPast(data: LangfuseData, prompt: string, { rows, scores }: PastRows): void {
  for (const row of rows) addRow(data, prompt, row, row.version);
  for (const score of scores) addScore(data, score);
}

function addRow(data: LangfuseData, promptName: string, row: ObservationRow, promptVersion: number): void {
  data.addObservation({
    id: row.id,
    traceId: row.traceId,
    type: 'GENERATION',
    startMs: row.startMs,
    endMs: row.latencyMs === null ? null : row.startMs + row.latencyMs,
    environment: row.environment,
    userId: row.userId,
    sessionId: row.sessionId,
    promptName,
    promptVersion,
    usage: row.tokens === null ? {} : { total: row.tokens },
    cost: row.costUsd === null ? {} : { total: row.costUsd },
    level: row.isError ? 'ERROR' : 'DEFAULT',
    visibleFromMs: row.startMs,
  });
}

/** An edited score has its newest value from the start. */
function addScore(data: LangfuseData, { subject, ...score }: ScoreRow): void {
  const { id, name, value, timestampMs, environment } = score;
  if (subject.kind === 'experiment' || value === null) return;
  data.addScore({
    id,
    name,
    dataType: typeof value === 'number' ? 'NUMERIC' : typeof value === 'boolean' ? 'BOOLEAN' : 'CATEGORICAL',
    value,
    subject,
    timestampMs,
    environment,
    visibleFromMs: timestampMs,
  } satisfies NewScore);
}

/** The part of ascending rows in [fromMs, toMs). */
function between<Row>(
  rows: readonly Row[],
  timeOf: (row: Row) => number,
  fromMs: number,
  toMs: number,
): readonly Row[] {
  return rows.slice(firstAt(rows, timeOf, fromMs), firstAt(rows, timeOf, toMs));
}

/** Index of the first row at or after a time. */
function firstAt<Row>(rows: readonly Row[], timeOf: (row: Row) => number, atMs: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(rows[middle]!) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
