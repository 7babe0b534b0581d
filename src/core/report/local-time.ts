const HOUR_MS = 3_600_000;
/** No zone is further from UTC than this. */
const MAX_OFFSET_MS = 16 * HOUR_MS;

/** A day of the calendar, without a zone: days since 1970-01-01. */
export type DayNumber = number;

/** The day number of a date. @param month 1..12 */
export function dayNumber(year: number, month: number, day: number): DayNumber {
  return Date.UTC(year, month - 1, day) / (24 * HOUR_MS);
}

/** The date that a clock on the wall of the zone shows. */
export function localDay(timeZone: string, atMs: number): DayNumber {
  return dayReader(timeZone)(atMs);
}

/**
 * The first instant of a day in a zone. Where clocks skip midnight that is the first time of day there is.
 * @returns ms since 1970
 */
export function startOfDay(timeZone: string, day: DayNumber): number {
  const dayAt = dayReader(timeZone);
  let before = day * 24 * HOUR_MS - MAX_OFFSET_MS;
  let from = day * 24 * HOUR_MS + MAX_OFFSET_MS;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (dayAt(middle) >= day) from = middle;
    else before = middle;
  }
  return from;
}

/** `2026-11-22`. */
export function isoDate(day: DayNumber): string {
  return new Date(day * 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** A function that writes an instant as `Mon 16 Nov 09:15` in the zone. */
export function timeWriter(timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (atMs) => {
    const part = partsOf(format, atMs);
    return `${part('weekday')} ${part('day')} ${part('month')} ${part('hour')}:${part('minute')}`;
  };
}

function dayReader(timeZone: string): (atMs: number) => DayNumber {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  return (atMs) => {
    const part = partsOf(format, atMs);
    return dayNumber(Number(part('year')), Number(part('month')), Number(part('day')));
  };
}

function partsOf(format: Intl.DateTimeFormat, atMs: number): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return (type) => parts.get(type) ?? '';
}
