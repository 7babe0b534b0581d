import { addToAggregate, emptyAggregate } from '../metrics/aggregate';
import type { ObservationRow, ScoreRow } from '../ports';
import type { Unusable } from './attribute';
import type { HourCounts } from './manifest';
import { experimentEvidence } from './units';
import type { Workspace } from './workspace';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How many hours of row counts are kept: what the share of unusable rows is computed over. */
const COUNTED_HOURS = 6;
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

/** Adds a generation to the weekly numbers. */
export function countObservation(work: Workspace, row: ObservationRow): void {
  const add = (metric: string, value: number | null): void => {
    if (value !== null) count(work, row.startMs, row.version, metric, value, 1);
  };
  add('error_rate', row.isError ? 1 : 0);
  add('latency', row.latencyMs);
  add('cost', row.costUsd);
  add('tokens', row.tokens);
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
    const [metric, number] =
      typeof value === 'string' ? [`score:${name}=${value}`, 1] : [`score:${name}`, Number(value)];
    count(work, exposure.atMs, exposure.version, metric, number, sign);
  };
  if (previous !== null) put(previous, -1);
  put(score, 1);
}

function count(work: Workspace, atMs: number, version: number, metric: string, value: number, sign: 1 | -1): void {
  if (!(Math.abs(value) <= LARGEST_COUNTED)) return;
  const dayMs = dayOf(atMs);
  const day = work.days.get(dayMs);
  if (day === undefined) throw new Error(`the numbers of the day ${new Date(dayMs).toISOString()} were not loaded`);
  work.changedDays.add(dayMs);
  const versions = (day[String(hourOf(atMs))] ??= {});
  const metrics = (versions[String(version)] ??= {});
  const aggregate = (metrics[metric] ??= emptyAggregate(metric === 'latency'));
  addToAggregate(aggregate, value, sign);
}

/** Start of the UTC day a time falls into. */
export function dayOf(atMs: number): number {
  return atMs - (atMs % DAY_MS);
}

function hourOf(atMs: number): number {
  return atMs - (atMs % HOUR_MS);
}
