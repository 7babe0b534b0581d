import type { Granularity } from './query';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** 1970-01-05 was a Monday. */
const MONDAY_MS = 4 * DAY_MS;
const AUTO_BUCKETS = 50;

/** Names the bucket of a time: its start, as a time for minutes and hours, as a date for longer ones. */
export function bucketOf(ms: number, granularity: Granularity): string {
  return label(startOf(ms, granularity), granularity);
}

/** All buckets from the one of `fromMs` to the one of `toMs`, both inclusive. */
export function bucketsBetween(fromMs: number, toMs: number, granularity: Granularity): string[] {
  const buckets: string[] = [];
  for (let ms = startOf(fromMs, granularity); ms <= toMs; ms = nextStart(ms, granularity)) {
    buckets.push(label(ms, granularity));
  }
  return buckets;
}

/** What `auto` means for a range: the shortest that needs about 50 buckets at most. */
export function granularityOf(asked: Granularity, rangeMs: number): Granularity {
  if (asked !== 'auto') return asked;
  if (rangeMs <= AUTO_BUCKETS * MINUTE_MS) return 'minute';
  if (rangeMs <= AUTO_BUCKETS * HOUR_MS) return 'hour';
  if (rangeMs <= AUTO_BUCKETS * DAY_MS) return 'day';
  return rangeMs <= AUTO_BUCKETS * 7 * DAY_MS ? 'week' : 'month';
}

function startOf(ms: number, granularity: Granularity): number {
  switch (granularity) {
    case 'minute':
    case 'auto':
      return ms - mod(ms, MINUTE_MS);
    case 'hour':
      return ms - mod(ms, HOUR_MS);
    case 'day':
      return ms - mod(ms, DAY_MS);
    case 'week':
      return ms - mod(ms - MONDAY_MS, 7 * DAY_MS);
    case 'month':
      return Date.UTC(new Date(ms).getUTCFullYear(), new Date(ms).getUTCMonth(), 1);
  }
}

function nextStart(ms: number, granularity: Granularity): number {
  switch (granularity) {
    case 'minute':
    case 'auto':
      return ms + MINUTE_MS;
    case 'hour':
      return ms + HOUR_MS;
    case 'day':
      return ms + DAY_MS;
    case 'week':
      return ms + 7 * DAY_MS;
    case 'month':
      return Date.UTC(new Date(ms).getUTCFullYear(), new Date(ms).getUTCMonth() + 1, 1);
  }
}

function mod(ms: number, by: number): number {
  return ((ms % by) + by) % by;
}

function label(ms: number, granularity: Granularity): string {
  const iso = new Date(ms).toISOString();
  return granularity === 'minute' || granularity === 'hour' ? `${iso.slice(0, 19)}Z` : iso.slice(0, 10);
}
