import { syntheticCells } from '../../../src/local/statistics/simulation/cells';
import { designFigure } from '../../../src/local/statistics/simulation/design-figures';
import {
  designGoals,
  type Found,
  foundBy,
  isAsGood,
  keepsAlpha,
  rivalGoals,
  type Row,
  sameRowOf,
} from '../../../src/local/statistics/simulation/goals';
import type { Rule } from '../../../src/local/statistics/simulation/judge-looks';
import { simulateArrivals } from '../../../src/local/statistics/simulation/arrivals';
import { simulateSeveral } from '../../../src/local/statistics/simulation/several';
import { markdownTables } from '../../../src/local/statistics/simulation/tables';
import { emptyTally } from '../../../src/local/statistics/simulation/tally';

const CELLS = syntheticCells(100);
const ROLLOUTS = 100;

/** A row in which each rule rolled back in so many of 100 rollouts, each time after so many values. */
function row(
  question: string,
  effect: string,
  results: Partial<Record<Rule, readonly [hits: number, exposed: number]>>,
): Row {
  const cell = CELLS.find(
    ({ metric, traffic, ...each }) =>
      metric === 'thumbs' && traffic.perDay === 2000 && each.question === question && each.effect === effect,
  )!;
  const tally = { ...emptyTally(), rollouts: ROLLOUTS };
  for (const [rule, [hits, exposed]] of Object.entries(results)) {
    tally.rules[rule as Rule] = { rolledBack: hits, exposed: Array.from({ length: ROLLOUTS }, () => exposed) };
  }
  return { cell, tally };
}

const found = (share: number, exposed: number): Found => ({
  share,
  exposed,
  between: [exposed, exposed],
  rollouts: ROLLOUTS,
});

describe('as good as another rule', () => {
  test('where both find the effect, the exposure decides', () => {
    expect(isAsGood(found(1, 200), found(0.95, 201))).toBe('yes');
    expect(isAsGood(found(1, 202), found(0.95, 201))).toBe('no');
    expect(isAsGood({ ...found(1, 202), between: [195, 210] }, found(0.95, 201))).toBe('alike');
  });

  test('else how often it is found, within the error of both', () => {
    expect(isAsGood(found(0.6, 900), found(0.6, 100))).toBe('yes');
    expect(isAsGood(found(0.55, 900), found(0.6, 100))).toBe('alike');
    expect(isAsGood(found(0.3, 900), found(0.6, 100))).toBe('no');
    expect(isAsGood(found(0, 900), found(0.01, 100))).toBe('alike');
  });

  test('a median comes with an interval by ranks', () => {
    const { tally } = row('same', 'none', {});
    tally.rules.rampart = { rolledBack: 50, exposed: Array.from({ length: ROLLOUTS }, (_, i) => i) };
    expect(foundBy({ ...row('same', 'none', {}), tally }, 'rampart')).toMatchObject({ exposed: 50, between: [40, 60] });
  });
});

test('a rule keeps alpha when it is not above it by two standard errors', () => {
  const with9 = row('same', 'none', { welch: [9, 0], kayenta: [10, 0] });
  expect([keepsAlpha(with9, 'welch'), keepsAlpha(with9, 'kayenta')]).toEqual([true, false]);
});

test('only rules that keep alpha in the same traffic are rivals', () => {
  const same = row('same', 'none', { rampart: [2, 1200], welch: [40, 900], growthbook: [1, 1200] });
  const worse = row('worse', '-10 points', { rampart: [100, 140], welch: [100, 80], growthbook: [100, 180] });
  expect(sameRowOf(worse, [worse, same])).toBe(same);
  expect(rivalGoals([same, worse], ['welch', 'growthbook'])).toEqual([
    { row: worse, rivals: [{ rule: 'growthbook', found: expect.objectContaining({ exposed: 180 }), met: 'yes' }] },
  ]);
});

test('the first version’s figures stand beside the same row', () => {
  expect(designFigure({ perDay: 2000, metric: 'thumbs', effect: '-5 points', isClusteredByDay: false })).toEqual({
    rolledBack: 0.726,
    exposed: 712,
  });
  const [goal] = designGoals([row('at_margin', '-5 points', { rampart: [75, 650] })]);
  expect(goal).toMatchObject({ met: 'yes', design: { share: 0.726, exposed: 712 } });
  expect(Math.round(goal!.bound!)).toBe(666);
  const text = markdownTables([row('at_margin', '-5 points', { rampart: [75, 800] })]);
  expect(text).toContain('| 2,000 | thumbs | -5 points | even | 666 | 73 / 712 | 1.07 | 75 / 800 | 1.20 | **no** |');
});

test('of five guardrails the one that is far worse is named, and no other', () => {
  const [none, , far] = simulateSeveral(6);
  expect(none!.rolledBack).toBeLessThanOrEqual(2);
  expect(far).toMatchObject({ rolledBack: 6, named: 6, misnamed: 0 });
});

test('units that arrive as planned raise no alarm, a halved share raises one', () => {
  const rows = simulateArrivals(10);
  const at = (planned: number, real: number) => rows.filter((r) => r.planned === planned && r.real === real);
  expect([...at(0.1, 0.1), ...at(0.5, 0.5)].map(({ alarms }) => alarms)).toEqual([0, 0, 0, 0]);
  expect(at(0.1, 0.05).map(({ alarms }) => alarms)).toEqual([10, 10]);
});
