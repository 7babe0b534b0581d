import { OBSERVATION_COLUMNS } from '../columns';
import type { LangfuseData } from '../data';
import { queryOf } from '../observation-query';
import type { StoredObservation } from '../rows';
import type { MetricsQuery } from './query';
import { column, rangeOf, type Table } from './table';

const DIMENSIONS =
  'id,traceId,environment,parentObservationId,isRootObservation,type,name,level,version,userId,sessionId,tags,release,traceName,traceRelease,traceVersion,providedModelName,promptName,promptVersion,startTimeMonth,toolNames,calledToolNames,costType,usageType,experimentName,experimentDatasetId,experimentId'.split(
    ',',
  );
const MEASURES =
  'count,traceId,uniqueUserIds,uniqueSessionIds,latency,streamingLatency,inputTokens,outputTokens,totalTokens,outputTokensPerSecond,tokensPerSecond,inputCost,outputCost,totalCost,timeToFirstToken,countScores,toolDefinitions,toolCalls,costByType,usageByType'.split(
    ',',
  );
const SAME_AS_LISTED =
  'id,traceId,environment,parentObservationId,isRootObservation,type,name,level,version,userId,sessionId,tags,traceName,providedModelName,promptName'.split(
    ',',
  );

/** A row of the view: an observation, and how often its row comes when scores are joined. */
export interface ObservationFact {
  row: StoredObservation;
  scores: number;
}

/** The view `observations`. */
export function observationsTable(data: LangfuseData, nowMs: number): Table<ObservationFact> {
  return {
    dimensionNames: DIMENSIONS,
    dimensions: new Map([
      ...SAME_AS_LISTED.map((name) => {
        const { kind, read } = OBSERVATION_COLUMNS.get(name)!;
        return [name, column<ObservationFact>(kind, (fact) => read(fact.row))] as const;
      }),
      ['release', column('string', (fact) => fact.row.release)],
      ['traceRelease', column('string', (fact) => fact.row.release)],
      ['traceVersion', column('string', (fact) => fact.row.version)],
      ['promptVersion', column('string', (fact) => fact.row.promptVersion)],
      ['startTimeMonth', column('string', (fact) => new Date(fact.row.startMs).toISOString().slice(0, 7))],
    ]),
    extraColumns: new Map([
      ['start_time', column('datetime', (fact) => fact.row.startMs)],
      ['metadata', column('object', (fact) => fact.row.metadata)],
    ]),
    measureNames: MEASURES,
    measures: MEASURE_READERS,
    highCardinality: ['id', 'traceId', 'userId', 'sessionId', 'parentObservationId'],
    timeColumn: 'start_time',
    timeMs: (fact) => fact.row.startMs,
    rows: (query) => rowsOf(data, query, nowMs),
  };
}

const perRow = (read: (row: StoredObservation) => number | null) => (fact: ObservationFact) => read(fact.row);
/** Sums of tokens and cost grow when scores are joined: the row is there once for every score. */
const joined = (read: (row: StoredObservation) => number | undefined) => (fact: ObservationFact) =>
  (read(fact.row) ?? 0) * Math.max(1, fact.scores);

const MEASURE_READERS: Table<ObservationFact>['measures'] = new Map([
  ['count', () => 1],
  ['latency', perRow((row) => (row.endMs === null ? null : row.endMs - row.startMs))],
  ['timeToFirstToken', perRow((row) => (row.completionStartMs === null ? null : row.completionStartMs - row.startMs))],
  [
    'streamingLatency',
    perRow((row) => (row.endMs === null || row.completionStartMs === null ? null : row.endMs - row.completionStartMs)),
  ],
  ['inputTokens', joined((row) => row.usage.input)],
  ['outputTokens', joined((row) => row.usage.output)],
  ['totalTokens', joined((row) => row.usage.total)],
  ['outputTokensPerSecond', perRow((row) => perSecond(row, row.usage.output))],
  ['tokensPerSecond', perRow((row) => perSecond(row, row.usage.total))],
  ['inputCost', joined((row) => row.cost.input)],
  ['outputCost', joined((row) => row.cost.output)],
  ['totalCost', joined((row) => row.cost.total)],
  ['countScores', (fact) => fact.scores],
]);

/** The server counts the full seconds of the clock that begin between start and end; none = no rate. */
function perSecond(row: StoredObservation, tokens: number | undefined): number | null {
  if (row.endMs === null || tokens === undefined) return null;
  const seconds = Math.floor(row.endMs / 1000) - Math.floor(row.startMs / 1000);
  return seconds === 0 ? null : tokens / seconds;
}

function rowsOf(data: LangfuseData, query: MetricsQuery, nowMs: number): ObservationFact[] {
  const { fromMs, toMs } = rangeOf(query);
  const onRow = query.filters.filter((condition) => OBSERVATION_COLUMNS.has(condition.column));
  const found = { ...queryOf(onRow, nowMs), fromMs, toMs: toMs + 1, keep: () => true };
  const scoresOf = query.metrics.some((metric) => metric.measure === 'countScores')
    ? countScores(data, nowMs)
    : () => 0;
  const facts: ObservationFact[] = [];
  data.observations.each(found, (row) => facts.push({ row, scores: scoresOf(row) }));
  return facts;
}

function countScores(data: LangfuseData, nowMs: number): (row: StoredObservation) => number {
  const counts = new Map<string, number>();
  const all = { nowMs, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY, keep: () => true };
  data.scores.each(all, ({ subject }) => {
    if (subject.kind !== 'observation') return;
    const key = `${subject.traceId}/${subject.observationId}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return (row) => counts.get(`${row.traceId}/${row.id}`) ?? 0;
}
