import { changeOf, meaningOf, type Change } from '../../../src/core/report/change';
import { measuresOf, type ScoreTraits } from '../../../src/core/report/measure';
import { sumHours, together, type Numbers } from '../../../src/core/report/numbers';
import { wordDifference, wordRelative, wordValue } from '../../../src/core/report/wording';
import { aggregate, dayPages } from './sample';

function changes(now: Numbers, before: Numbers, traits = new Map<string, ScoreTraits>()): Map<string, Change> {
  return new Map(
    measuresOf([now, before], traits)
      .map((measure) => changeOf(measure, now, before))
      .map((change) => [change.id, change]),
  );
}

describe('numbers of a period', () => {
  const pages = [
    ...dayPages([
      { hour: '2026-11-15T23:00:00Z', version: 3, values: { error_rate: [0], latency: [100] } },
      { hour: '2026-11-16T00:00:00Z', version: 3, values: { error_rate: [0, 1], latency: [200, 400] } },
      { hour: '2026-11-22T23:00:00Z', version: 3, values: { error_rate: [0], latency: [600] } },
      { hour: '2026-11-22T23:00:00Z', version: 4, values: { error_rate: [1], latency: [1000] } },
      { hour: '2026-11-23T00:00:00Z', version: 4, values: { error_rate: [1] } },
    ]).values(),
  ];
  const week = { fromMs: Date.parse('2026-11-16T00:00:00Z'), toMs: Date.parse('2026-11-23T00:00:00Z') };

  test('are the hours that begin in it, both ends right, by version', () => {
    const versions = sumHours(pages, week);
    expect([...versions.keys()]).toEqual([3, 4]);
    expect(versions.get(3)).toMatchObject({
      error_rate: { n: 3, sum: 1, sumSquares: 1 },
      latency: { n: 3, sum: 1200, sumSquares: 200 ** 2 + 400 ** 2 + 600 ** 2 },
    });
    expect(together(versions)).toMatchObject({ error_rate: { n: 4, sum: 2 }, latency: { n: 4, sum: 2200 } });
  });

  test('leave out what an edited score left empty', () => {
    const emptied = { '1': { '3': { 'score:tone=rude': { n: 0, sum: 0, sumSquares: 0 } } } };
    expect(sumHours([emptied], { fromMs: 0, toMs: 10 }).get(3)).toEqual({});
  });
});

describe('lines', () => {
  test('mean, quantiles, totals and shares equal a count by hand', () => {
    const now = {
      error_rate: aggregate([0, 0, 1, 0]),
      latency: aggregate([100, 200, 300, 400, 1000], true),
      cost: aggregate([0.01, 0.02, 0.03, 0.04]),
      tokens: aggregate([10, 20, 30, 40]),
      'score:clarity': aggregate([4, 5, 3]),
    };
    const lines = changes(now, {});
    const value = (id: string): number => lines.get(id)!.now!.value;
    expect(value('generations')).toBe(4);
    expect(value('error_rate')).toBe(0.25);
    expect(value('latency')).toBe(400);
    expect(Math.abs(value('latency.p50') / 300 - 1)).toBeLessThan(0.01);
    expect(Math.abs(value('latency.p95') / 1000 - 1)).toBeLessThan(0.01);
    expect(value('cost')).toBeCloseTo(0.025, 12);
    expect(value('cost.total')).toBeCloseTo(0.1, 12);
    expect(value('tokens')).toBe(25);
    expect(lines.get('score:clarity')!.now).toEqual({
      value: 4,
      n: 3,
      standardError: expect.closeTo(1 / Math.sqrt(3), 12) as number,
    });
    expect([...lines.values()].every(({ before, difference }) => before === null && difference === null)).toBe(true);
  });

  test('a metric that was not measured has no line', () => {
    expect([...changes({ error_rate: aggregate([0]) }, {}).keys()]).toEqual(['generations', 'error_rate']);
  });

  test('a score of 0 and 1 is a share; one that is always 1 stays a number until the policy says yes/no', () => {
    const unit = (values: number[], traits?: Map<string, ScoreTraits>): string =>
      changes({ 'score:ok': aggregate(values) }, {}, traits).get('score:ok')!.unit;
    expect(unit([0, 1, 1])).toBe('share');
    expect(unit([0, 0.5, 1])).toBe('number');
    expect(unit([1, 1, 1])).toBe('number');
    expect(unit([1, 1], new Map([['ok', { better: 'higher_is_better', isYesNo: true }]]))).toBe('share');
    expect(unit([0, 1], new Map([['ok', { better: 'higher_is_better', isYesNo: false }]]))).toBe('number');
  });

  test('categories are shares of all values of their score', () => {
    const now = { 'score:tone=kind': aggregate([1, 1, 1]), 'score:tone=rude': aggregate([1]) };
    const lines = changes(now, { 'score:tone=rude': aggregate([1, 1]), 'score:mood=kind': aggregate([1]) });
    expect(lines.get('score:tone=kind')).toMatchObject({
      label: 'tone is kind',
      unit: 'share',
      now: { value: 0.75, n: 4 },
      before: { value: 0, n: 2 },
    });
    expect(lines.get('score:tone=rude')).toMatchObject({ now: { value: 0.25, n: 4 }, before: { value: 1, n: 2 } });
    expect(lines.get('score:mood=kind')).toMatchObject({ now: null, before: { value: 1, n: 1 } });
  });

  test('a numeric score whose name holds an equals sign is not a category', () => {
    expect(changes({ 'score:a=b': aggregate([2, 4]) }, {}).get('score:a=b')).toMatchObject({
      label: 'a=b',
      unit: 'number',
      now: { value: 3, n: 2 },
    });
  });

  test('quantiles, volumes and totals have a difference without an interval', () => {
    const now = { error_rate: aggregate([0, 0, 1]), latency: aggregate([1, 2, 3], true), cost: aggregate([1, 2]) };
    const before = { error_rate: aggregate([0, 1]), latency: aggregate([4, 5, 6], true), cost: aggregate([1, 5]) };
    const lines = changes(now, before);
    for (const id of ['generations', 'latency.p50', 'latency.p95', 'cost.total']) {
      expect(lines.get(id)!.difference).toMatchObject({ low: null, high: null, why: 'not_a_mean' });
    }
    expect(lines.get('latency')!.difference!.why).toBeNull();
  });
});

describe('how a change is read', () => {
  const clear = { error_rate: aggregate([0, 1, 0, 1, 0, 1, 1, 1, 1, 1]) };
  const none = { error_rate: aggregate([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) };
  test.each([
    ['worse', clear, none],
    ['better', none, clear],
    ['unclear', none, none],
    ['unclear', { error_rate: aggregate([0, 0]) }, { error_rate: aggregate([0, 0]) }],
    ['unknown', none, {}],
  ] as const)('%s', (expected, now, before) => {
    expect(meaningOf(changes(now, before).get('error_rate')!)).toBe(expected);
  });

  test('a score without a known direction is only higher or lower', () => {
    const low = { 'score:x': aggregate([1, 2, 1, 2, 1, 2]) };
    const high = { 'score:x': aggregate([8, 9, 8, 9, 8, 9]) };
    expect(meaningOf(changes(high, low).get('score:x')!)).toBe('higher');
    expect(meaningOf(changes(low, high).get('score:x')!)).toBe('lower');
    const traits = new Map([['x', { better: 'lower_is_better', isYesNo: false } as const]]);
    expect(meaningOf(changes(high, low, traits).get('score:x')!)).toBe('worse');
  });
});

describe('words', () => {
  test.each([
    ['count', 12_340, '12,340'],
    ['share', 0.031, '3.1 %'],
    ['share', 0.0004, '0.04 %'],
    ['share', 0, '0.0 %'],
    ['ms', 840.4, '840 ms'],
    ['ms', 1240, '1.24 s'],
    ['ms', 125_000, '125 s'],
    ['usd', 0.0042, '$0.00420'],
    ['usd', 1234.5, '$1,235'],
    ['number', 4.1234, '4.12'],
    ['number', 0, '0'],
    ['number', 512.6, '513'],
    ['number', -1234.56, '-1,235'],
    ['number', 1e-14, '0'],
    ['usd', 0.0000012345, '$0.00000123'],
  ] as const)('a %s of %d is %s', (unit, value, text) => {
    expect(wordValue(unit, value)).toBe(text);
  });

  test.each([
    ['share', { value: 0.031, low: -0.002, high: 0.064, why: null }, 0.5, '+3.1 points (-0.20 to +6.4)'],
    ['ms', { value: -140, low: -1200, high: 920, why: null }, 800, '-140 ms (-1,200 ms to +920 ms)'],
    ['ms', { value: -140, low: -1200, high: 920, why: null }, 1800, '-0.14 s (-1.20 s to +0.92 s)'],
    ['usd', { value: -4.3e-7, low: -1.8e-5, high: 0.5, why: null }, 0.0023, '+$0.000000 (-$0.000018 to +$0.500000)'],
    ['number', { value: 0.1, low: -0.0949, high: 1200, why: null }, 3.33, '+0.100 (-0.095 to +1,200.000)'],
    ['number', { value: 0, low: null, high: null, why: 'no_variance' }, 0, '+0, no interval: the values do not vary'],
    [
      'number',
      { value: 1, low: null, high: null, why: 'too_few_values' },
      5,
      '+1.000, no interval: fewer than two values',
    ],
    ['count', { value: -1200, low: null, high: null, why: 'not_a_mean' }, 2000, '-1,200'],
    ['share', { value: -0.00001, low: null, high: null, why: 'not_a_mean' }, 0.1, '+0.00 points'],
  ] as const)('a difference of %s %j beside %d is %s', (unit, difference, scale, text) => {
    expect(wordDifference(unit, difference, scale)).toBe(text);
  });

  test('a relative change', () => {
    expect(wordRelative(108, 100)).toBe('+8 %');
    expect(wordRelative(50, 100)).toBe('-50 %');
    expect(wordRelative(1002, 1000)).toBe('unchanged');
    expect(wordRelative(5, 0)).toBe('');
  });
});
