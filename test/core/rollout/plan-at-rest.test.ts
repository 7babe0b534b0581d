import type { PromptItem } from '../../../src/core/item/prompt-item';
import { planAtRest } from '../../../src/core/rollout/plan-at-rest';
import { goal } from '../../../src/core/rollout/transitions';
import { alertsOf, atStep, auditsOf, CANDIDATE, evidenceOf, HOUR_MS, itemOf, STABLE, START_MS } from './fixtures';

const ended = { ...atStep(1), phase: 'rolled_back' as const };
const NOW_MS = START_MS + HOUR_MS;

function rest(item: PromptItem, production: number | null | 'unknown', nowMs = NOW_MS) {
  return planAtRest(item, evidenceOf(ended, nowMs, { labels: { production } }), nowMs);
}

it('follows production wherever it goes, also to none, with an audit event', () => {
  for (const production of [7, null]) {
    const plan = rest(itemOf(ended), production);
    expect([plan.stable, auditsOf(plan), alertsOf(plan)]).toEqual([production, ['production_moved'], []]);
  }
  expect(rest(itemOf(null), 7).stable).toBe(7);
});

it('does nothing while production stays or is not known', () => {
  for (const production of [STABLE, 'unknown'] as const) {
    expect(rest(itemOf(ended), production)).toEqual({ rollout: ended, stable: STABLE, actions: [], said: [] });
  }
});

it('production given by hand to a rolled-back version is served, and a page says so', () => {
  const plan = rest(itemOf(ended, { quarantined: [[4, 4]] }), CANDIDATE);
  expect([plan.stable, alertsOf(plan)]).toEqual([CANDIDATE, ['production_quarantined']]);
});

it('does not follow production while it is on its way', () => {
  const verification = goal('rollback', { production: STABLE, from: CANDIDATE }, START_MS);
  const plan = rest(itemOf({ ...ended, verification }), CANDIDATE);
  expect(plan.stable).toBe(STABLE);
  expect(plan.actions).toContainEqual({ kind: 'label', label: 'production', version: STABLE });
});

it('a label that a person asked for without a rollout and that does not arrive is said once', () => {
  const entry = {
    id: 'x',
    kind: 'label',
    label: 'production',
    version: 9,
    revision: 2,
    atMs: START_MS,
    leaseUntilMs: null,
    attempts: 3,
  } as const;
  const item = itemOf(null, { outbox: [entry] });
  expect(rest(item, STABLE, START_MS + 1)).toMatchObject({ stable: STABLE, actions: [] });
  const plan = rest(item, STABLE);
  expect(alertsOf(plan)).toEqual(['promotion_unverified']);
  expect(rest({ ...item, said: plan.said }, STABLE).actions).toEqual([]);
  expect(rest(item, 9).actions).toEqual([]);
});
