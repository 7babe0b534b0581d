import * as fc from 'fast-check';
import type { QuietHours } from '../../../src/core/policy/policy';
import { inQuietHours, minuteOfDay } from '../../../src/core/policy/quiet-hours';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Santiago'];

const night = (days: number[], timeZone: string): QuietHours => ({ days, from: '22:00', to: '06:30', timeZone });

describe('an interval', () => {
  // 2026-03-02 is a Monday.
  test.each([
    ['before it', '2026-03-02T21:59:59Z', false],
    ['at its start', '2026-03-02T22:00:00Z', true],
    ['after midnight', '2026-03-03T00:00:00Z', true],
    ['just before its end', '2026-03-03T06:29:59Z', true],
    ['at its end', '2026-03-03T06:30:00Z', false],
    ['on a day on which none starts', '2026-03-03T22:00:00Z', false],
    ['in the early hours of a day on which one starts', '2026-03-02T05:00:00Z', false],
  ])('%s', (_, at, quiet) => {
    expect(inQuietHours([night([1], 'UTC')], Date.parse(at))).toBe(quiet);
  });

  test('of Sunday reaches into Monday', () => {
    expect(inQuietHours([night([7], 'UTC')], Date.parse('2026-03-02T03:00:00Z'))).toBe(true);
  });

  test('of a whole day', () => {
    const friday = [{ days: [5], from: '00:00', to: '24:00', timeZone: 'Europe/Berlin' }];
    expect(inQuietHours(friday, Date.parse('2026-03-05T23:00:00Z'))).toBe(true);
    expect(inQuietHours(friday, Date.parse('2026-03-06T22:59:59Z'))).toBe(true);
    expect(inQuietHours(friday, Date.parse('2026-03-06T23:00:00Z'))).toBe(false);
  });
});

describe('when clocks change', () => {
  // Berlin: 2026-03-29 01:00Z 02:00 -> 03:00, 2026-10-25 01:00Z 03:00 -> 02:00. Both are Sundays.
  const morning: QuietHours = { days: [7], from: '02:30', to: '04:00', timeZone: 'Europe/Berlin' };

  test.each([
    ['forward: 01:59 is before it', '2026-03-29T00:59:00Z', false],
    ['forward: 03:00 follows 01:59 and is in it', '2026-03-29T01:00:00Z', true],
    ['forward: it ends at 04:00 of summer time', '2026-03-29T02:00:00Z', false],
    ['back: the first 02:30', '2026-10-25T00:30:00Z', true],
    ['back: the second 02:00 is before it again', '2026-10-25T01:00:00Z', false],
    ['back: the second 02:30', '2026-10-25T01:30:00Z', true],
    ['back: it ends at 04:00 of winter time', '2026-10-25T03:00:00Z', false],
  ])('%s', (_, at, quiet) => {
    expect(inQuietHours([morning], Date.parse(at))).toBe(quiet);
  });
});

const moment = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2030-01-01') });
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);

test('an interval and its complement share out every moment, in every zone, through every change of clocks', () => {
  fc.assert(
    fc.property(time, time, fc.constantFrom(...ZONES), moment, (from, to, timeZone, nowMs) => {
      fc.pre(from !== to);
      const inside = inQuietHours([{ days: EVERY_DAY, from, to, timeZone }], nowMs);
      const outside = inQuietHours([{ days: EVERY_DAY, from: to, to: from, timeZone }], nowMs);
      expect(inside).toBe(!outside);
    }),
    { numRuns: 300 },
  );
});

test('in UTC it agrees with arithmetic', () => {
  const MINUTE = 60_000;
  fc.assert(
    fc.property(time, time, fc.subarray(EVERY_DAY), moment, (from, to, days, nowMs) => {
      fc.pre(from !== to);
      const minutes = Math.floor(nowMs / MINUTE);
      const length = (minuteOfDay(to)! - minuteOfDay(from)! + 1440) % 1440;
      const sinceStart = (((minutes - minuteOfDay(from)!) % 1440) + 1440) % 1440;
      const startDay = new Date((minutes - sinceStart) * MINUTE).getUTCDay() || 7;
      const expected = sinceStart < length && days.includes(startDay);
      expect(inQuietHours([{ days, from, to, timeZone: 'UTC' }], nowMs)).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

test('without quiet hours it is never quiet; with several, any of them counts', () => {
  const at = Date.parse('2026-03-02T23:00:00Z');
  expect(inQuietHours([], at)).toBe(false);
  expect(inQuietHours([night([3], 'UTC'), night([1], 'UTC')], at)).toBe(true);
});

test.each(['24:01', '7:00', '12:60', 'noon', '', '-1:00'])('%j is no time of day', (text) => {
  expect(minuteOfDay(text)).toBeNull();
});
