import * as fc from 'fast-check';
import { assign } from '../../../src/core/assignment/assignment';
import type { Comparison } from '../../../src/core/comparison/comparison';
import { planComparison, type ComparisonPlan } from '../../../src/core/comparison/plan-comparison';
import { sayWaiting } from '../../../src/core/comparison/say-waiting';
import { emptyItem, nextItem } from '../../../src/core/item/next-item';
import { alertsOf, auditsOf } from '../rollout/fixtures';
import { comparisonOf, DAY_MS, evidenceOf, HOUR_MS, NOW_MS, START_MS, type ArmData } from './fixtures';

const arm = (mean: number, units = 2000): ArmData => ({ units, mean });

function plan(
  comparison: Comparison,
  arms: readonly ArmData[],
  changes: Parameters<typeof evidenceOf>[2] = {},
  nowMs = NOW_MS,
): ComparisonPlan {
  return planComparison(comparison, evidenceOf(comparison, arms, changes, nowMs), nowMs);
}

/** Without harm being found: the metric is not guarded. */
const UNGUARDED = { guardrails: [], metricIndex: 0 };

describe('ends', () => {
  test.each([
    ['a better variant wins', comparisonOf(), [arm(0.5), arm(0.6)], 'winner', 'b'],
    ['the best of two', comparisonOf(3), [arm(0.5), arm(0.58), arm(0.7)], 'winner', 'c'],
    ['of two that are as good, the one ahead', comparisonOf(3), [arm(0.5), arm(0.6), arm(0.61)], 'winner', 'c'],
    ['the control', comparisonOf(3, UNGUARDED), [arm(0.6), arm(0.5), arm(0.4)], 'winner', 'a'],
    ['no difference', comparisonOf(3), [arm(0.5), arm(0.5), arm(0.5)], 'no_difference', null],
    ['worse, or no difference', comparisonOf(3, UNGUARDED), [arm(0.5), arm(0.3), arm(0.5)], 'no_difference', null],
  ])('%s', (_, comparison, arms, code, winner) => {
    const { next, actions } = plan(comparison, arms);
    expect(next.outcome).toMatchObject({ code, winner });
    expect(next.phase).toBe('ended');
    expect(auditsOf({ actions })).toEqual(['comparison_ended']);
    expect(next.result).toHaveLength(comparison.arms.length - 1);
    expect(next.journal).toBe('evidence/1');
  });

  test.each([
    ['too few units', [arm(0.5, 20), arm(0.7, 20)], {}, START_MS + 2 * HOUR_MS],
    ['no clear difference', [arm(0.5, 300), arm(0.53, 300)], {}, NOW_MS],
    ['before the least time', [arm(0.5), arm(0.7)], {}, START_MS + HOUR_MS - 1],
    ['Langfuse down', [arm(0.5), arm(0.7)], { providerProblem: 'down' }, NOW_MS],
    ['late data', [arm(0.5), arm(0.7)], { readThroughMs: NOW_MS - 3 * HOUR_MS }, NOW_MS],
    ['shares that cannot be', [arm(0.5, 3000), arm(0.7, 1500)], {}, NOW_MS],
    ['a silent arm', [arm(0.5), arm(0.7)], { judged: { newestMs: [NOW_MS - HOUR_MS, NOW_MS - 3 * HOUR_MS] } }, NOW_MS],
    [
      'rows that cannot be used',
      [arm(0.5), arm(0.7)],
      { judged: { hours: [{ hourMs: 0, used: 80, unusable: { no_unit: 20 } }] } },
      NOW_MS,
    ],
    ['nothing read', [arm(0.5), arm(0.7)], { judged: null }, START_MS + 2 * HOUR_MS],
  ])('none by %s', (_, arms, changes, nowMs) => {
    expect(plan(comparisonOf(), arms, changes, nowMs).next.phase).toBe('running');
  });

  test('at the deadline: undecided, or the best that is shown to be better although another may be better still', () => {
    const atMs = START_MS + 14 * DAY_MS;
    expect(plan(comparisonOf(), [arm(0.5, 300), arm(0.53, 300)], {}, atMs).next.outcome!.code).toBe('undecided');
    const close = [arm(0.5, 1500), arm(0.56, 1500), arm(0.57, 60)];
    const shares = { judged: { firstExposed: [[100, 100, 100]] } };
    expect(plan(comparisonOf(3), close, shares, NOW_MS).next.phase).toBe('running');
    expect(plan(comparisonOf(3), close, shares, atMs).next.outcome).toMatchObject({ code: 'winner', winner: 'b' });
  });

  test('at the deadline a fault of the data leaves it undecided; what was not read keeps it open', () => {
    const atMs = START_MS + 14 * DAY_MS;
    const faulty = plan(comparisonOf(), [arm(0.5, 3000), arm(0.7, 1500)], {}, atMs).next.outcome;
    expect(faulty).toMatchObject({ code: 'undecided', reason: expect.stringContaining('sample ratio mismatch') });
    expect(plan(comparisonOf(), [arm(0.5), arm(0.7)], { providerProblem: 'down' }, atMs).next.phase).toBe('running');
  });

  test('a winner that is to be promoted has to be proven safe; at the deadline it is rolled out instead', () => {
    const guardrail = { ...comparisonOf().guardrails[0]!, id: 'score:tone' };
    const unproven = comparisonOf(2, { onWinner: 'promote', guardrails: [guardrail], metricIndex: 1 });
    const states = evidenceOf(unproven, [arm(0.5), arm(0.7)]).judged!.states;
    const [few] = evidenceOf(unproven, [arm(0.5, 12), arm(0.5, 12)]).judged!.states;
    const judged = { states: [[few![0]!, states[0]![0]!]] };
    const waiting = plan(unproven, [arm(0.5), arm(0.7)], { judged });
    expect(waiting.next.phase).toBe('running');
    expect(waiting.reasons[0]).toBe('b is better, but not proven safe on every guardrail yet');
    const late = plan(unproven, [arm(0.5), arm(0.7)], { judged }, START_MS + 14 * DAY_MS);
    expect(late.next.handover).toMatchObject({ version: 4, how: 'rollout', state: 'pending' });
    const proven = plan(comparisonOf(2, { onWinner: 'promote' }), [arm(0.5), arm(0.7)]);
    expect(proven.next.handover).toMatchObject({ version: 4, how: 'promote' });
  });
});

describe('harm', () => {
  const harmful = [arm(0.7), arm(0.3), arm(0.7, 200)];

  test.each([
    ['while it runs', {}, {}],
    ['paused', { pause: { by: 'ada', because: 'x', atMs: START_MS } }, {}],
    ['while Langfuse is down', {}, { providerProblem: 'down' }],
    ['before the least time', { atLeastMs: 13 * DAY_MS }, {}],
  ])('takes the variant out, %s', (_, state, changes) => {
    const { next, actions } = plan({ ...comparisonOf(3), ...state }, harmful, changes);
    expect(next.arms.map(({ dropped }) => dropped?.atMs ?? null)).toEqual([null, NOW_MS, null]);
    expect(next.phase).toBe('running');
    expect(actions).toContainEqual({ kind: 'quarantine', version: 4 });
    expect(alertsOf({ actions })).toContain('variant_dropped');
  });

  test('of every variant ends it', () => {
    const { next, actions } = plan(comparisonOf(), [arm(0.7), arm(0.3)]);
    expect(next.outcome).toMatchObject({ code: 'all_dropped', winner: null });
    expect(auditsOf({ actions })).toEqual(['variant_dropped', 'comparison_ended']);
  });

  test('with the stable version gone pages once and moves nothing', () => {
    const gone = { labels: { production: null, candidate: null, stableExists: false } } as const;
    const first = plan(comparisonOf(3), harmful, gone);
    expect(first.next.arms.every(({ dropped }) => dropped === null)).toBe(true);
    expect(first.actions.filter((action) => action.kind === 'alert' && action.severity === 'page')).toHaveLength(1);
    const second = plan(first.next, harmful, gone, NOW_MS + 900_000);
    const third = plan(second.next, harmful, gone, NOW_MS + 1_800_000);
    const pages = [second, third].flatMap(({ actions }) => alertsOf({ actions }));
    expect(pages.filter((alert) => alert === 'harm_while_frozen')).toHaveLength(1);
  });
});

test('production moved by somebody else ends it with that version', () => {
  const labels = { production: 9, candidate: null, stableExists: true };
  const { next, stable } = plan(comparisonOf(), [arm(0.5), arm(0.5)], { labels });
  expect([next.outcome!.code, stable]).toEqual(['production_moved', 9]);
  const undecided = [arm(0.5, 300), arm(0.53, 300)];
  expect(plan(comparisonOf(), undecided, { labels: { ...labels, production: 'unknown' } }).next.phase).toBe('running');
});

test('at every tick there is at most one end, no arm comes back, and units keep their arm', () => {
  const data = fc.record({
    units: fc.integer({ min: 0, max: 1500 }),
    mean: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
  });
  const tick = fc.record({
    arms: fc.array(data, { minLength: 4, maxLength: 4 }),
    providerProblem: fc.option(fc.constant('down'), { freq: 5 }),
    stableExists: fc.boolean(),
    isPaused: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(tick, { minLength: 1, maxLength: 6 }), (ticks) => {
      let comparison = comparisonOf(4);
      let item = nextItem(emptyItem('greeting', 3, 0), change(comparison), START_MS);
      const first = armsOf(item);
      for (const [index, { arms, providerProblem, stableExists, isPaused }] of ticks.entries()) {
        const nowMs = START_MS + (index + 1) * 3 * DAY_MS;
        const labels = { production: 3, candidate: null, stableExists };
        const pause = isPaused ? { by: 'ada', because: 'x', atMs: START_MS } : null;
        const { next, actions } = plan({ ...comparison, pause }, arms, { providerProblem, labels }, nowMs);
        expect(auditsOf({ actions }).filter((event) => event === 'comparison_ended').length).toBe(
          next.phase === 'ended' ? 1 : 0,
        );
        for (const [at, before] of comparison.arms.entries()) {
          if (before.dropped !== null) expect(next.arms[at]!.dropped).toEqual(before.dropped);
        }
        item = nextItem(item, change(next), nowMs);
        const after = armsOf(item);
        const isSticky = after.every((name, unit) => name === first[unit] || name === 'a' || name === 'stable');
        expect(isSticky).toBe(true);
        if (next.phase === 'ended') {
          expect(item.assignment.arms).toEqual([]);
          return;
        }
        comparison = next;
      }
    }),
    { numRuns: 60 },
  );
});

function change(comparison: Comparison) {
  return { rollout: null, stable: 3, comparison, about: comparison.id, actions: [], by: 'test' };
}

function armsOf({ assignment }: ReturnType<typeof nextItem>): string[] {
  return Array.from({ length: 200 }, (_, unit) => assign(assignment, `user-${unit}`).arm);
}

test('a label of another version waits and is said once; one of its own or a used one says nothing', () => {
  const comparison = comparisonOf();
  const item = nextItem(emptyItem('greeting', 3, 0), change(comparison), START_MS);
  const labels = (candidate: number | null) => ({ production: 3, candidate, stableExists: true }) as const;
  const { actions, said } = sayWaiting(item, comparison, labels(9));
  expect(alertsOf({ actions })).toEqual(['candidate_waits']);
  expect(sayWaiting({ ...item, said }, comparison, labels(9)).actions).toEqual([]);
  for (const candidate of [null, 3, 4]) expect(sayWaiting(item, comparison, labels(candidate)).actions).toEqual([]);
  expect(sayWaiting({ ...item, usedVersions: [[9, 9]] }, comparison, labels(9)).actions).toEqual([]);
});
