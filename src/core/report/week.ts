import { RampartError } from '../errors';
import { dayNumber, isoDate, localDay, startOfDay, type DayNumber } from './local-time';

/** A week of the ISO calendar (ISO 8601: it starts on Monday and belongs to the year of its Thursday). */
export interface IsoWeek {
  /** `2026-W47`. */
  text: string;
  monday: DayNumber;
}

/** The time a report covers. */
export interface Period {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

const DAYS = 7;
/** 1970-01-01 was a Thursday. */
const FIRST_THURSDAY = 0;

/**
 * Reads `2026-W47`.
 * @throws RampartError `bad_input` when the text is not a week, or names a week 53 that its year does not have
 */
export function parseWeek(text: string): IsoWeek {
  const match = /^([1-9]\d{3})-W(\d{2})$/u.exec(text);
  const year = Number(match?.[1]);
  const number = Number(match?.[2]);
  // 4 January is always in week 1.
  const week = match === null ? null : weekOf(dayNumber(year, 1, 4) + (number - 1) * DAYS);
  if (week?.text === text) return week;
  throw new RampartError('bad_input', `week: expected an ISO week such as '2026-W47', got '${text.slice(0, 100)}'`);
}

/** The week that ended last before an instant, by the zone's calendar. */
export function lastWeek(timeZone: string, nowMs: number): IsoWeek {
  return weekBefore(weekOf(localDay(timeZone, nowMs)));
}

/** The week before a week. */
export function weekBefore(week: IsoWeek): IsoWeek {
  return weekOf(week.monday - DAYS);
}

/** From Monday 00:00 to the next Monday 00:00 in the zone: 168 hours, one less or more when clocks change. */
export function periodOf(week: IsoWeek, timeZone: string): Period {
  return { fromMs: startOfDay(timeZone, week.monday), toMs: startOfDay(timeZone, week.monday + DAYS) };
}

function weekOf(day: DayNumber): IsoWeek {
  const daysSinceThursday = (((day - FIRST_THURSDAY) % DAYS) + DAYS) % DAYS;
  const monday = day - ((daysSinceThursday + 3) % DAYS);
  const thursday = isoDate(monday + 3);
  const year = Number(thursday.slice(0, 4));
  const number = Math.floor((monday + 3 - dayNumber(year, 1, 1)) / DAYS) + 1;
  return { text: `${year}-W${String(number).padStart(2, '0')}`, monday };
}
