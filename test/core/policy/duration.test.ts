import * as fc from 'fast-check';
import { formatDuration, formatRoughly, MAX_DURATION_MS, parseDuration } from '../../../src/core/policy/duration';

describe('parseDuration', () => {
  test.each([
    ['0s', 0],
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['2d', 172_800_000],
    ['1h30m', 5_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['500ms', 500],
    ['3660d', MAX_DURATION_MS],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    '',
    '24',
    'h',
    '24 h',
    ' 24h',
    '-1h',
    '1.5h',
    '1e3s',
    '30m1h',
    '1h1h',
    '24H',
    '1w',
    '24h!',
    '3661d',
    '24h\n',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [86_400_000, '24h'],
    [172_800_000, '48h'],
    [604_800_000, '7d'],
    [5_400_000, '1h30m'],
    [90_000, '1m30s'],
    [1_250.4, '1s250ms'],
    [-60_000, '-1m'],
  ])('writes %d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('what it writes is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_DURATION_MS }), (ms) => parseDuration(formatDuration(ms)) === ms),
    );
  });

  test('refuses what is no time', () => {
    expect(() => formatDuration(Number.NaN)).toThrow(RangeError);
  });
});

describe('formatRoughly', () => {
  it.each([
    [4_407_500, '1h13m'],
    [3_600_000, '1h'],
    [90_400, '1m30s'],
    [20, '1s'],
  ])('%d ms is %s', (ms, text) => expect(formatRoughly(ms)).toBe(text));
});
