import { assert, constantFrom, integer, property } from 'fast-check';
import { isRampartError } from '../../../src/core/errors';
import { dayNumber, isoDate, localDay, startOfDay } from '../../../src/core/report/local-time';
import { lastWeek, parseWeek, periodOf, weekBefore } from '../../../src/core/report/week';

const HOUR_MS = 3_600_000;
const at = (text: string): number => Date.parse(text);

function hoursOf(week: string, timeZone: string): number {
  const { fromMs, toMs } = periodOf(parseWeek(week), timeZone);
  return (toMs - fromMs) / HOUR_MS;
}

describe('ISO weeks', () => {
  test.each([
    ['2026-W01', '2025-12-29'],
    ['2026-W47', '2026-11-16'],
    ['2026-W53', '2026-12-28'],
    ['2027-W01', '2027-01-04'],
    ['2020-W53', '2020-12-28'],
    ['2024-W01', '2024-01-01'],
  ])('%s starts on Monday %s', (text, monday) => {
    const week = parseWeek(text);
    expect(isoDate(week.monday)).toBe(monday);
    expect(week.text).toBe(text);
  });

  test('the week before goes over the end of a year', () => {
    expect(weekBefore(parseWeek('2027-W01')).text).toBe('2026-W53');
    expect(weekBefore(parseWeek('2026-W01')).text).toBe('2025-W52');
  });

  test.each([
    '',
    '2026-47',
    '2026-W00',
    '2026-W54',
    '2025-W53',
    '2027-W53',
    '2026-W7',
    ' 2026-W47',
    '0999-W01',
    '2026-w47',
  ])('refuses %j and says what was expected', (text) => {
    let error: unknown = null;
    try {
      parseWeek(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(isRampartError(error, 'bad_input')).toBe(true);
    expect(String(error)).toContain(`expected an ISO week such as '2026-W47', got '${text}'`);
  });

  test('the last week is the one that ended, by the clock of the zone', () => {
    expect(lastWeek('Europe/Berlin', at('2026-11-22T22:59:59.999Z')).text).toBe('2026-W46');
    expect(lastWeek('Europe/Berlin', at('2026-11-22T23:00:00Z')).text).toBe('2026-W47');
    expect(lastWeek('Pacific/Auckland', at('2026-11-22T11:00:00Z')).text).toBe('2026-W47');
    expect(lastWeek('America/Los_Angeles', at('2026-11-23T07:59:00Z')).text).toBe('2026-W46');
    expect(lastWeek('UTC', at('2027-01-04T00:00:00Z')).text).toBe('2026-W53');
    expect(lastWeek('UTC', at('2027-01-11T00:00:00Z')).text).toBe('2027-W01');
  });

  test('a week has an hour less or more when clocks change', () => {
    expect(hoursOf('2026-W47', 'Europe/Berlin')).toBe(168);
    expect(hoursOf('2026-W13', 'Europe/Berlin')).toBe(167);
    expect(hoursOf('2026-W43', 'Europe/Berlin')).toBe(169);
    expect(hoursOf('2026-W10', 'America/New_York')).toBe(167);
    expect(hoursOf('2026-W44', 'America/New_York')).toBe(169);
    expect(hoursOf('2026-W14', 'Australia/Lord_Howe')).toBe(168.5);
    expect(hoursOf('2026-W13', 'UTC')).toBe(168);
  });

  test('a week begins at midnight of the zone', () => {
    expect(periodOf(parseWeek('2026-W14'), 'Europe/Berlin').fromMs).toBe(at('2026-03-29T22:00:00Z'));
    expect(periodOf(parseWeek('2026-W13'), 'Europe/Berlin').fromMs).toBe(at('2026-03-22T23:00:00Z'));
    expect(periodOf(parseWeek('2026-W47'), 'Asia/Kathmandu').fromMs).toBe(at('2026-11-15T18:15:00Z'));
  });

  test('a day whose midnight is skipped starts with the first time it has', () => {
    // Lebanon: on Sunday 29 March 2026 clocks go from 00:00 to 01:00.
    const day = dayNumber(2026, 3, 29);
    expect(startOfDay('Asia/Beirut', day)).toBe(at('2026-03-28T22:00:00Z'));
    expect(new Date(startOfDay('Asia/Beirut', day) - 1).toISOString()).toBe('2026-03-28T21:59:59.999Z');
  });

  test('weeks follow each other without a gap, and every instant is in the week after the last', () => {
    const zones = constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Chatham', 'Africa/Cairo');
    assert(
      property(zones, integer({ min: at('2015-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') }), (zone, nowMs) => {
        const week = lastWeek(zone, nowMs);
        const { fromMs, toMs } = periodOf(week, zone);
        expect(periodOf(weekBefore(week), zone).toMs).toBe(fromMs);
        expect(toMs).toBeLessThanOrEqual(nowMs);
        expect(nowMs - toMs).toBeLessThan(7 * 24 * HOUR_MS + HOUR_MS);
        expect(parseWeek(week.text)).toEqual(week);
        expect(localDay(zone, fromMs)).toBe(week.monday);
        expect(localDay(zone, fromMs - 1)).toBe(week.monday - 1);
      }),
      { numRuns: 60 },
    );
  });
});
