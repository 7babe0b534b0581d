import { MAX_OUTBOX } from '../../src/core/item/next-item';
import { HELPFUL_POLICY, helpfulness, type Qualities } from './world/prompts';
import { notAtRest } from './world/at-rest';
import { propose } from './world/people';
import { CALM, type Weather } from './world/weather';
import { createWorld, HOUR_MS, MINUTE_MS, type World } from './world/world';
import { runCommand } from '../../src/app/run-command';

// Slow machines are no failure.
jest.setTimeout(600_000);

/*
 * A message that cannot be sent must never stand in the way of a rollback: no alert leaves for 10,000 ticks, Langfuse comes
 * and goes and people talk all the time, and then the candidate turns bad.
 */

const TICKS = 10_000;
const PROMPT = 'assistant';
const MAIL_DOWN: Weather = { ...CALM, name: 'mail is down', alertFails: 1 };
const BOTH_DOWN: Weather = { ...MAIL_DOWN, name: 'mail and Langfuse are down', langfuseFails: 1 };

test('10,000 ticks with mail down, then a rollback: it goes through', async () => {
  const qualities: Qualities = new Map();
  const policy = { ...HELPFUL_POLICY, steps: [{ percent: 50, bake: '300d' }] };
  const world = createWorld({
    seed: 1,
    prompts: [helpfulness(PROMPT, qualities)],
    settings: { promptPolicies: { [PROMPT]: policy }, idleReadEveryMs: HOUR_MS },
    isRough: false,
  });
  world.data.createPrompt({ name: PROMPT, prompt: 'first', labels: ['production'] }, world.nowMs());
  propose(world, { prompt: PROMPT, qualities }, 'worse');
  for (let i = 0; i < TICKS; i++) await tickWithoutMail(world, i);
  world.expectNoProblems();
  const full = world.ledger.items.get(PROMPT)!;
  expect(full.rollout?.phase).toBe('ramping');
  expect(full.outbox.length).toBeGreaterThanOrEqual(MAX_OUTBOX - 8);
  expect(Object.keys(full.mergedAlerts)).not.toEqual([]);
  expect(world.ledger.delivered.size).toBe(0);

  world.setWeather(MAIL_DOWN);
  await proveHarm(world);
  const after = world.ledger.items.get(PROMPT)!;
  expect(after.rollout).toMatchObject({ phase: 'rolled_back', outcome: { code: 'harm' } });
  expect(after.assignment.arms).toEqual([]);
  expect(after.outbox).toContainEqual(expect.objectContaining({ kind: 'alert', alert: 'rolled_back' }));

  world.setWeather(CALM);
  for (let i = 0; i < 4; i++) await tick(world);
  world.expectNoProblems(notAtRest(world));
  const told = [...world.ledger.delivered.values()].map(({ attributes }) => attributes['alert']);
  expect(told).toContain('rolled_back');
  expect(told).toContain('merged');
});

/** Langfuse is away for a few hours of every day; a person pauses and resumes. */
async function tickWithoutMail(world: World, number: number): Promise<void> {
  world.setWeather(number % 24 < 8 ? BOTH_DOWN : MAIL_DOWN);
  world.pass(15 * MINUTE_MS);
  world.serveNobody();
  if (number % 12 === 0) await speak(world, number % 24 === 0 ? 'pause' : 'resume');
  await world.turns.runTogether([world.tick(PROMPT)]);
}

async function speak(world: World, kind: 'pause' | 'resume'): Promise<void> {
  const command = { kind, prompt: PROMPT, by: 'ada', because: 'because I say so, at some length '.repeat(20) };
  await world.turns.runTogether([world.job(kind, (controller, nowMs) => runCommand(controller, command, nowMs))]);
}

async function tick(world: World): Promise<void> {
  world.pass(15 * MINUTE_MS);
  world.serve();
  await world.turns.runTogether([world.tick(PROMPT)]);
}

async function proveHarm(world: World): Promise<void> {
  for (let i = 0; i < 24 && world.ledger.items.get(PROMPT)?.rollout?.phase === 'ramping'; i++) await tick(world);
}
