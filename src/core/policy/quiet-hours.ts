import type { QuietHours } from './policy';

const MINUTES_PER_HOUR = 60;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

interface LocalTime {
  /** ISO weekday, 1 = Monday … 7 = Sunday. */
  weekday: number;
  /** Minutes since local midnight by the wall clock, 0..1439. */
  minute: number;
}

function localTime(timeZone: string, nowMs: number): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  return {
    weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1,
    minute: Number(parts.get('hour')) * MINUTES_PER_HOUR + Number(parts.get('minute')),
  };
}

/**
 * Minutes since midnight of a time of day.
 * @param text `HH:MM`, 00:00 to 24:00
 * @returns 0..1440, or null when the text is not a time of day
 */
export function minuteOfDay(text: string): number | null {
  const match = /^(\d{2}):([0-5]\d)$/u.exec(text);
  if (match === null) return null;
  const minute = Number(match[1]) * MINUTES_PER_HOUR + Number(match[2]);
  return minute <= 24 * MINUTES_PER_HOUR ? minute : null;
}

function covers(quiet: QuietHours, nowMs: number): boolean {
  const from = minuteOfDay(quiet.from);
  const to = minuteOfDay(quiet.to);
  if (from === null || to === null) throw new Error(`quiet hours ${quiet.from}-${quiet.to} were not validated`);
  const { weekday, minute } = localTime(quiet.timeZone, nowMs);
  const startsOn = (day: number): boolean => quiet.days.includes(day);
  if (from < to) return startsOn(weekday) && minute >= from && minute < to;
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  return (startsOn(weekday) && minute >= from) || (startsOn(yesterday) && minute < to);
}

/**
 * True while any of the intervals lasts. An interval belongs to the day it starts on and is read off the wall clock of
 * its zone: when clocks go back, both passes of a repeated hour count; a skipped hour does not exist.
 * @param quietHours validated quiet hours
 * @param nowMs ms since 1970
 */
export function inQuietHours(quietHours: readonly QuietHours[], nowMs: number): boolean {
  return quietHours.some((quiet) => covers(quiet, nowMs));
}
