import type { StoredObservation } from './rows';

/** How a column's values are compared. */
export type ColumnKind = 'string' | 'number' | 'datetime' | 'boolean' | 'array' | 'object';

/** A column of a row: its kind and how to read it. Null = not set. */
export interface Column<Row> {
  kind: ColumnKind;
  read: (row: Row) => unknown;
}

/** Length in seconds; null while the observation has no end. */
export function latencySeconds(row: StoredObservation): number | null {
  return row.endMs === null ? null : (row.endMs - row.startMs) / 1000;
}

/** Time to the first token in seconds; null when unknown. */
export function firstTokenSeconds(row: StoredObservation): number | null {
  return row.completionStartMs === null ? null : (row.completionStartMs - row.startMs) / 1000;
}

const string = (read: Column<StoredObservation>['read']): Column<StoredObservation> => ({ kind: 'string', read });
const number = (read: Column<StoredObservation>['read']): Column<StoredObservation> => ({ kind: 'number', read });
const datetime = (read: Column<StoredObservation>['read']): Column<StoredObservation> => ({ kind: 'datetime', read });
const array = (read: Column<StoredObservation>['read']): Column<StoredObservation> => ({ kind: 'array', read });

/** The columns that the `filter` of observations v2 knows. */
export const OBSERVATION_COLUMNS: ReadonlyMap<string, Column<StoredObservation>> = new Map([
  ['id', string((row) => row.id)],
  ['type', string((row) => row.type)],
  ['name', string((row) => row.name)],
  ['traceId', string((row) => row.traceId)],
  ['parentObservationId', string((row) => row.parentObservationId)],
  ['startTime', datetime((row) => row.startMs)],
  ['endTime', datetime((row) => row.endMs)],
  ['environment', string((row) => row.environment)],
  ['level', string((row) => row.level)],
  ['statusMessage', string((row) => row.statusMessage)],
  ['version', string((row) => row.version)],
  ['userId', string((row) => row.userId)],
  ['sessionId', string((row) => row.sessionId)],
  ['isRootObservation', { kind: 'boolean', read: (row) => row.parentObservationId === null }],
  ['traceName', string((row) => row.traceName)],
  ['traceTags', array((row) => row.tags)],
  ['tags', array((row) => row.tags)],
  ['latency', number(latencySeconds)],
  ['timeToFirstToken', number(firstTokenSeconds)],
  ['inputTokens', number((row) => row.usage.input ?? null)],
  ['outputTokens', number((row) => row.usage.output ?? null)],
  ['totalTokens', number((row) => row.usage.total ?? null)],
  ['tokens', number((row) => row.usage.total ?? null)],
  ['inputCost', number((row) => row.cost.input ?? null)],
  ['outputCost', number((row) => row.cost.output ?? null)],
  ['totalCost', number((row) => row.cost.total ?? null)],
  ['model', string((row) => row.model)],
  ['providedModelName', string((row) => row.model)],
  ['promptName', string((row) => row.promptName)],
  ['promptVersion', number((row) => row.promptVersion)],
  ['input', string((row) => row.input)],
  ['output', string((row) => row.output)],
  ['metadata', { kind: 'object', read: (row) => row.metadata }],
]);
