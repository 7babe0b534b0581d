import { readPast, type PastRows } from '../../../src/app/read-past';
import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import type { Policy } from '../../../src/core/policy/policy';
import { judgeAgain } from '../../../src/local/backtest/judge-again';
import { inMemoryLangfuse } from '../../../src/local/langfuse/in-memory';
import { played, PROMPT, START_MS, type Played } from '../../app/explained-rollout';

let world: Played;
let past: PastRows;
const last = () => world.ticks.at(-1)!;
const rollout = () => last().plan.next;

beforeAll(async () => {
  world = await played({ candidateRate: 0.55 });
  const { nowMs } = last();
  const langfuse = inMemoryLangfuse(world.data, () => nowMs);
  past = await readPast(
    { langfuse, budget: memoryRequestBudget(null) },
    PROMPT,
    rollout().policy,
    {
      window: { fromMs: START_MS - 1, toMs: nowMs },
      most: { observationPages: 100, scorePages: 1000, lookUps: 10 },
      needsScores: () => true,
    },
    nowMs,
  );
});

function again(policy: Policy) {
  const { settings } = world.controller;
  return judgeAgain(rollout(), policy, { past, settings, nowMs: last().nowMs });
}

test('under its own policy a rollout is rolled back at the same look, with the same numbers', async () => {
  const { plan, nowMs } = last();
  const judged = await again(rollout().policy);
  expect(judged.harm).toMatchObject({
    atMs: nowMs,
    reason: rollout().outcome!.reason,
    exposedUnits: rollout().exposedUnits,
  });
  expect(judged.verdicts).toEqual(plan.verdicts);
  expect(judged.was).toMatchObject({ phase: 'rolled_back', atMs: nowMs });
});

test('under a policy that does not look at what was worse, harm is proven at no look', async () => {
  const { policy } = rollout();
  const judged = await again({ ...policy, guardrails: policy.guardrails.filter(({ metric }) => metric === 'latency') });
  expect(judged.harm).toBeNull();
  expect(judged.verdicts.map(({ guardrail }) => guardrail)).toEqual(['latency']);
});

test('a stricter alpha takes longer', async () => {
  const judged = await again({ ...rollout().policy, alpha: 1e-12 });
  expect(judged.harm).toBeNull();
});
