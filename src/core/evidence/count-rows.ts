import { addToAggregate, emptyAggregate, type Aggregate } from '../metrics/aggregate';
import type { ObservationRow, ScoreRow } from '../ports';
import type { RowFact } from './row-facts';
import type { Unusable } from './attribute';
import type { HourCounts, Metrics } from './manifest';
import { experimentEvidence } from './units';
import type { Workspace } from './workspace';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How many hours of row counts are kept: what the share of unusable rows is computed over. */
const COUNTED_HOURS = 6;
/** Key of a day page's facts about rows; Langfuse's versions begin with 1. */
export const NO_VERSION = 0;
/** Larger values would make a sum of squares overflow; nothing that is measured comes near. */
const LARGEST_COUNTED = 1e100;

/** Counts a row as used (`why` null) or as not used, by the hour of its exposure. Hours long past are not kept. */
export function countRow(work: Workspace, atMs: number, why: Unusable | null, rows = 1): void {
  const { hours } = experimentEvidence(work);
  const hourMs = hourOf(atMs);
  let counts: HourCounts | undefined = hours.find((hour) => hour.hourMs === hourMs);
  if (counts === undefined) {
    if (hourMs <= (hours.at(-1)?.hourMs ?? -Infinity) - COUNTED_HOURS * HOUR_MS) return;
    counts = { hourMs, used: 0, unusable: {} };
    hours.push(counts);
    hours.sort((a, b) => a.hourMs - b.hourMs);
    while (hours[0]!.hourMs <= hours.at(-1)!.hourMs - COUNTED_HOURS * HOUR_MS) hours.shift();
  }
  if (why === null) counts.used += rows;
  else counts.unusable[why] = (counts.unusable[why] ?? 0) + rows;
}

/**
 * Notes something about rows that the weekly report tells, in the hour it belongs to.
 * @param rows negative to take some back
 */
export function noteFact({ facts }: Workspace, atMs: number, fact: RowFact, rows = 1): void {
  const hourMs = hourOf(atMs);
  const counts = facts.get(hourMs) ?? {};
  facts.set(hourMs, counts);
  counts[fact] = (counts[fact] ?? 0) + rows;
}

/** Moves the facts that were noted into the days they belong to, which must have been loaded. */
export function fileFacts(work: Workspace): void {
  for (const [hourMs, counts] of work.facts) {
    for (const [fact, rows] of Object.entries(counts)) {
      const aggregate = aggregateIn(metricsOf(work, hourMs, NO_VERSION), fact);
      aggregate.n = Math.max(0, aggregate.n + rows);
      aggregate.sum = aggregate.n;
      aggregate.sumSquares = aggregate.n;
    }
  }
  work.facts.clear();
}

/** Adds a trace of the prompt to the weekly numbers, in the hour of its first generation: what coverage is a share of. */
export function countTrace(work: Workspace, row: ObservationRow): void {
  count(work, row.startMs, row.version, 'traces', 1, 1);
}

/** Adds a trace that has a score of a name to the weekly numbers, or takes it back. */
export function countCovered(
  work: Workspace,
  exposure: { atMs: number; version: number },
  name: string,
  sign: 1 | -1,
): void {
  count(work, exposure.atMs, exposure.version, `covered:${name}`, 1, sign);
}

/** Adds a generation to the weekly numbers. */
export function countObservation(work: Workspace, row: ObservationRow): void {
  const metrics = metricsOf(work, row.startMs, row.version);
  addCounted(metrics, 'error_rate', row.isError ? 1 : 0, 1);
  if (row.latencyMs !== null) addCounted(metrics, 'latency', row.latencyMs, 1);
  if (row.costUsd !== null) addCounted(metrics, 'cost', row.costUsd, 1);
  if (row.tokens !== null) addCounted(metrics, 'tokens', row.tokens, 1);
}

/**
 * Adds a score to the weekly numbers, in the hour of its exposure; an edited one replaces what it was.
 * @param previous name and value it replaces; null = a new score
 */
export function countScore(
  work: Workspace,
  exposure: { atMs: number; version: number },
  score: Pick<ScoreRow, 'name' | 'value'>,
  previous: Pick<ScoreRow, 'name' | 'value'> | null,
): void {
  const put = ({ name, value }: Pick<ScoreRow, 'name' | 'value'>, sign: 1 | -1): void => {
    if (value === null) return;
    const [metric, number] =
      typeof value === 'string' ? [`score:${name}=${value}`, 1] : [`score:${name}`, Number(value)];
    count(work, exposure.atMs, exposure.version, metric, number, sign);
  };
  if (previous !== null) put(previous, -1);
  put(score, 1);
}

function count(work: Workspace, atMs: number, version: number, metric: string, value: number, sign: 1 | -1): void {
  addCounted(metricsOf(work, atMs, version), metric, value, sign);
}

function addCounted(metrics: Metrics, metric: string, value: number, sign: 1 | -1): void {
  if (!(Math.abs(value) <= LARGEST_COUNTED)) return;
  addToAggregate(aggregateIn(metrics, metric), value, sign);
}

/** The numbers of an hour and a version, which are about to change. */
function metricsOf(work: Workspace, atMs: number, version: number): Metrics {
  const latest = work.latest.get(version);
  if (latest !== undefined && latest.hourMs <= atMs && atMs < latest.hourMs + HOUR_MS) {
    work.changedDays.add(latest.dayMs);
    return latest.metrics;
  }
  const dayMs = dayOf(atMs);
  const hourMs = hourOf(atMs);
  const day = work.days.get(dayMs);
  if (day === undefined) throw new Error(`the numbers of the day ${new Date(dayMs).toISOString()} were not loaded`);
  work.changedDays.add(dayMs);
  const versions = (day[String(hourMs)] ??= {});
  const metrics = (versions[String(version)] ??= {});
  work.latest.set(version, { dayMs, hourMs, metrics });
  return metrics;
}

function aggregateIn(metrics: Metrics, metric: string): Aggregate {
  return (metrics[metric] ??= emptyAggregate(metric === 'latency'));
}

/** Start of the UTC day a time falls into. */
export function dayOf(atMs: number): number {
  return atMs - (atMs % DAY_MS);
}

function hourOf(atMs: number): number {
  return atMs - (atMs % HOUR_MS);
}
