import { assign, type Assignment } from '../src/core/assignment/assignment';
import type { Langfuse, ObservationRow, Page, ScoreRow } from '../src/core/ports';

/** Rows by number: row n is a generation at `startOf(n)` by user `userOf(n)`, with one score at the same time. */
export interface Generated {
  startOf: (n: number) => number;
  /** Number of rows that start before a time. */
  rowsBefore: (atMs: number) => number;
  userOf: (n: number) => number;
  assignment: Assignment;
}

/** A Langfuse whose rows are made when they are asked for, so that a long past takes no memory. */
export function generatedLangfuse(rows: Generated): Langfuse {
  function page<Row>(
    query: { fromMs: number; toMs: number; cursor: string | null; limit: number },
    rowOf: (n: number) => Row,
  ): Page<Row> {
    const first = rows.rowsBefore(query.fromMs);
    const end = query.cursor === null ? rows.rowsBefore(query.toMs) : Number(query.cursor);
    const start = Math.max(first, end - query.limit);
    const listed: Row[] = [];
    for (let n = end - 1; n >= start; n--) listed.push(rowOf(n));
    return { rows: listed, cursor: start > first ? String(start) : null, malformed: [] };
  }
  const refuse = async (): Promise<never> => {
    throw new Error('not asked in a bench');
  };
  return {
    promptsWithLabel: refuse,
    versionByLabel: refuse,
    versionsWithLabel: refuse,
    version: refuse,
    moveLabel: refuse,
    observationsOfTraces: refuse,
    rootsOfTraces: refuse,
    countByPrompt: refuse,
    countByVersion: refuse,
    listObservations: async (query) => page(query, (n) => observationOf(rows, n)),
    listScores: async (query) => page(query, (n) => scoreOf(rows, n)),
  };
}

function observationOf(rows: Generated, n: number): ObservationRow {
  const userId = `user-${rows.userOf(n)}`;
  return {
    id: idOf(n).slice(16),
    traceId: idOf(n),
    startMs: rows.startOf(n),
    version: assign(rows.assignment, userId).version ?? 0,
    environment: 'production',
    userId,
    sessionId: null,
    latencyMs: 400 + ((n * 7919) % 3000),
    costUsd: 0.0031,
    tokens: 850,
    isError: false,
  };
}

function scoreOf(rows: Generated, n: number): ScoreRow {
  const atMs = rows.startOf(n);
  return {
    id: `${idOf(n)}-quality`,
    name: 'quality',
    value: ((n * 31) % 5) + 1,
    timestampMs: atMs,
    updatedAtMs: atMs,
    environment: 'production',
    subject: { kind: 'trace', traceId: idOf(n) },
  };
}

/** 32 hex digits. */
function idOf(n: number): string {
  const mixed = Math.imul(n + 1, 0x9e3779b1) >>> 0;
  return `${mixed.toString(16).padStart(8, '0')}${n.toString(16).padStart(24, '0')}`;
}
