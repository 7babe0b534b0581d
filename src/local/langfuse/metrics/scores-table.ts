import type { LangfuseData } from '../data';
import type { ScoreDataType, StoredObservation, StoredScore } from '../rows';
import type { MetricsQuery, View } from './query';
import { column, rangeOf, type Table } from './table';

const DIMENSIONS =
  'sessionId,datasetRunId,traceName,userId,tags,traceRelease,traceVersion,observationName,observationModelName,observationPromptName,observationPromptVersion,experimentName,experimentId,id,environment,name,evaluatorId,source,dataType,traceId,configId,timestampMonth,timestampDay,observationId'.split(
    ',',
  );
const OF_TRACE = ['traceName', 'userId', 'tags', 'traceRelease', 'traceVersion'];

export type ScoreView = Exclude<View, 'observations'>;

const DATA_TYPES: Readonly<Record<ScoreView, readonly ScoreDataType[]>> = {
  'scores-numeric': ['NUMERIC', 'BOOLEAN'],
  'scores-boolean': ['BOOLEAN'],
  'scores-categorical': ['CATEGORICAL'],
};
const VALUE_DIMENSIONS: Readonly<Record<ScoreView, string>> = {
  'scores-numeric': 'value',
  'scores-boolean': 'booleanValue',
  'scores-categorical': 'stringValue',
};

/** A row of a scores view, with the observation and the trace's root where the query asks for them. */
export interface ScoreFact {
  score: StoredScore;
  observation: StoredObservation | null;
  trace: StoredObservation | null;
}

/** The views of scores. */
export function scoresTable(data: LangfuseData, view: ScoreView, nowMs: number): Table<ScoreFact> {
  const valueName = VALUE_DIMENSIONS[view];
  return {
    dimensionNames: [...DIMENSIONS, valueName],
    dimensions: new Map([...SCORE_DIMENSIONS, [valueName, VALUE_COLUMNS[view]]]),
    extraColumns: new Map([
      ['timestamp', column('datetime', (fact) => fact.score.timestampMs)],
      ['metadata', column('object', (fact) => fact.score.metadata)],
    ]),
    measureNames: ['count', 'value'],
    measures: new Map([
      ['count', () => 1],
      ['value', (fact: ScoreFact) => (typeof fact.score.value === 'string' ? null : Number(fact.score.value))],
    ]),
    highCardinality: ['id', 'traceId', 'userId', 'sessionId', 'observationId'],
    timeColumn: 'timestamp',
    timeMs: (fact) => fact.score.timestampMs,
    rows: (query) => rowsOf(data, DATA_TYPES[view], query, nowMs),
  };
}

const VALUE_COLUMNS: Readonly<Record<ScoreView, ReturnType<typeof column<ScoreFact>>>> = {
  'scores-numeric': column('number', (fact) => Number(fact.score.value)),
  'scores-boolean': column('boolean', (fact) => fact.score.value),
  'scores-categorical': column('string', (fact) => fact.score.value),
};

const SCORE_DIMENSIONS: Table<ScoreFact>['dimensions'] = new Map([
  ['id', column('string', (fact) => fact.score.id)],
  ['name', column('string', (fact) => fact.score.name)],
  ['environment', column('string', (fact) => fact.score.environment)],
  ['source', column('string', (fact) => fact.score.source)],
  ['dataType', column('string', (fact) => fact.score.dataType)],
  ['configId', column('string', (fact) => fact.score.configId)],
  ['timestampMonth', column('string', (fact) => new Date(fact.score.timestampMs).toISOString().slice(0, 7))],
  ['timestampDay', column('string', (fact) => new Date(fact.score.timestampMs).toISOString().slice(0, 10))],
  ['traceId', column('string', ({ score: { subject } }) => ('traceId' in subject ? subject.traceId : null))],
  [
    'observationId',
    column('string', ({ score: { subject } }) => (subject.kind === 'observation' ? subject.observationId : null)),
  ],
  ['sessionId', column('string', ({ score: { subject } }) => (subject.kind === 'session' ? subject.sessionId : null))],
  ['traceName', column('string', (fact) => fact.trace?.traceName ?? null)],
  ['userId', column('string', (fact) => fact.trace?.userId ?? null)],
  ['tags', column('array', (fact) => fact.trace?.tags ?? [])],
  ['traceRelease', column('string', (fact) => fact.trace?.release ?? null)],
  ['traceVersion', column('string', (fact) => fact.trace?.version ?? null)],
  ['observationName', column('string', (fact) => fact.observation?.name ?? null)],
  ['observationModelName', column('string', (fact) => fact.observation?.model ?? null)],
  ['observationPromptName', column('string', (fact) => fact.observation?.promptName ?? null)],
  ['observationPromptVersion', column('string', (fact) => fact.observation?.promptVersion ?? null)],
]);

/**
 * Scores of the range. A query that names a column of the observation (or trace) leaves out scores that have none, or
 * whose observation (trace) does not start inside the same range.
 */
function rowsOf(
  data: LangfuseData,
  dataTypes: readonly ScoreDataType[],
  query: MetricsQuery,
  nowMs: number,
): ScoreFact[] {
  const { fromMs, toMs } = rangeOf(query);
  const named = [...query.dimensions.map(({ field }) => field), ...query.filters.map((filter) => filter.column)];
  const joinsObservation = named.some((name) => name.startsWith('observation') && name !== 'observationId');
  const joinsTrace = named.some((name) => OF_TRACE.includes(name));
  const inRange = (row: StoredObservation): boolean =>
    row.startMs >= fromMs && row.startMs <= toMs && row.visibleFromMs <= nowMs;
  const facts: ScoreFact[] = [];
  const wanted = { nowMs, fromMs, toMs: toMs + 1, keep: (row: StoredScore) => dataTypes.includes(row.dataType) };
  data.scores.each(wanted, (score) => {
    const observation = joinsObservation ? observationOf(data, score, inRange) : null;
    const trace = joinsTrace ? traceOf(data, score, inRange) : null;
    if ((observation !== null || !joinsObservation) && (trace !== null || !joinsTrace)) {
      facts.push({ score, observation, trace });
    }
  });
  return facts;
}

type Keep = (row: StoredObservation) => boolean;

function observationOf(data: LangfuseData, { subject }: StoredScore, keep: Keep): StoredObservation | null {
  if (subject.kind !== 'observation') return null;
  const { observationId, traceId } = subject;
  return data.observations.ofTrace(traceId).find((row) => row.id === observationId && keep(row)) ?? null;
}

function traceOf(data: LangfuseData, { subject }: StoredScore, keep: Keep): StoredObservation | null {
  if (!('traceId' in subject)) return null;
  return (
    data.observations.ofTrace(subject.traceId).find((row) => row.parentObservationId === null && keep(row)) ?? null
  );
}
