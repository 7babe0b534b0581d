import type { StoredObservation, StoredScore } from './rows';

/** The last row of a page of observations; the next page starts strictly after it. */
export interface ObservationKey {
  startMs: number;
  traceId: string;
  id: string;
}

/** The last row of a page of scores. */
export interface ScoreKey {
  timestampMs: number;
  id: string;
}

/** The cursor of observations v2: base64 of JSON. */
export function observationCursor(row: StoredObservation): string {
  return Buffer.from(
    JSON.stringify({
      lastStartTimeTo: new Date(row.startMs).toISOString(),
      lastTraceId: row.traceId,
      lastId: row.id,
    }),
  ).toString('base64');
}

/** The cursor of scores v3: base64url of JSON, version 1. */
export function scoreCursor(row: StoredScore): string {
  return Buffer.from(
    JSON.stringify({ v: 1, lastTimestamp: new Date(row.timestampMs).toISOString(), lastId: row.id }),
  ).toString('base64url');
}

/** @returns null when the text is not a cursor of {@link observationCursor} */
export function parseObservationCursor(text: string): ObservationKey | null {
  const cursor = decode(text);
  const startMs = timeOf(cursor?.lastStartTimeTo);
  if (startMs === null || typeof cursor?.lastTraceId !== 'string' || typeof cursor.lastId !== 'string') return null;
  return { startMs, traceId: cursor.lastTraceId, id: cursor.lastId };
}

/** @returns null when the text is not a cursor of {@link scoreCursor} */
export function parseScoreCursor(text: string): ScoreKey | null {
  const cursor = decode(text);
  const timestampMs = timeOf(cursor?.lastTimestamp);
  if (timestampMs === null || cursor?.v !== 1 || typeof cursor.lastId !== 'string') return null;
  return { timestampMs, id: cursor.lastId };
}

function decode(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
