import { planPromptPower } from '../../src/app/plan-power';
import type { Controller } from '../../src/app/controller';
import { RampartError } from '../../src/core/errors';
import { createLangfuseData } from '../../src/local/langfuse/data';
import { memoryController } from '../../src/local/replay/replay';
import { seededRandom } from '../../src/local/random';

const PROMPT = 'assistant';
const NOW_MS = Date.UTC(2026, 0, 19);
const DAY_MS = 86_400_000;
const thumbs = { metric: 'score:thumbs', direction: 'higher_is_better', margin: 0.05 };

interface Past {
  usersPerDay: number;
  days: number;
  /** Share of users who get a score. */
  scored?: number;
  /** Share of good scores. */
  rate?: number;
  environment?: string;
}

/** A prompt whose version 1 has served for some days, each user once. */
function world(past: Past, settings: Partial<Controller['settings']> = {}) {
  const data = createLangfuseData();
  const random = seededRandom(3);
  data.createPrompt({ name: PROMPT, prompt: 'one', labels: ['production'] }, NOW_MS - 30 * DAY_MS);
  const users = past.usersPerDay * past.days;
  for (let i = 0; i < users; i++) {
    const startMs = Math.floor(NOW_MS - ((users - i) * DAY_MS) / past.usersPerDay);
    const traceId = `t${i}`;
    const environment = past.environment ?? 'production';
    data.addObservation({
      id: `${traceId}-g`,
      traceId,
      type: 'GENERATION',
      promptName: PROMPT,
      promptVersion: 1,
      environment,
      startMs,
      endMs: startMs + 1000,
      userId: `user-${i}`,
    });
    if (random() >= (past.scored ?? 1)) continue;
    const subject = { kind: 'trace', traceId } as const;
    const value = random() < (past.rate ?? 0.8);
    const score = { id: `${traceId}-s`, name: 'thumbs', dataType: 'BOOLEAN', value, subject, environment } as const;
    data.addScore({ ...score, timestampMs: startMs + 1000 });
  }
  const defaultPolicy = { guardrails: [thumbs, { metric: 'error_rate' }] };
  const controller = memoryController(() => NOW_MS, data, { defaultPolicy, ...settings });
  return { data, controller };
}

test('traffic and reference numbers come from the stable version’s last days', async () => {
  const { controller } = world({ usersPerDay: 300, days: 5, scored: 0.5 });
  const power = await planPromptPower(controller, PROMPT, NOW_MS);
  expect(power).toMatchObject({ stable: 1, policyOf: 1 });
  expect(power.historyMs / DAY_MS).toBeCloseTo(5, 1);
  expect(power.unitsPerDay).toBeCloseTo(300, 0);
  const [score, errors] = power.guardrails;
  expect(score!.unitsPerDay / 150).toBeCloseTo(1, 1);
  expect(score!.guardrail.reference).toMatchObject({ source: 'history' });
  expect(score!.guardrail.reference.p).toBeCloseTo(0.2, 1);
  expect(errors!.unitsPerDay).toBeCloseTo(300, 0);
  expect(power.promotedAfterMs).toBeGreaterThan(2 * DAY_MS);
  expect(power.warnings).toEqual([]);
});

test('the policy is the labelled candidate’s', async () => {
  const { controller, data } = world({ usersPerDay: 300, days: 3 });
  const config = { rollout: { guardrails: [{ ...thumbs, margin: 0.1 }] } };
  data.createPrompt({ name: PROMPT, prompt: 'two', labels: ['candidate'], config }, NOW_MS);
  const power = await planPromptPower(controller, PROMPT, NOW_MS);
  expect(power).toMatchObject({ stable: 1, policyOf: 2 });
  expect(power.guardrails.map(({ guardrail }) => guardrail.delta)).toEqual([0.1]);
});

test('warns of a margin too wide for the history, one too narrow for the traffic, and of no history', async () => {
  const wide = world({ usersPerDay: 300, days: 3, rate: 0.1 });
  expect((await planPromptPower(wide.controller, PROMPT, NOW_MS)).warnings).toEqual([
    expect.stringMatching(/score:thumbs.*0\.05 is \d+ % of the historical mean/u),
  ]);
  const thin = world({ usersPerDay: 20, days: 3 });
  const { ramp, promotedAfterMs, warnings } = await planPromptPower(thin.controller, PROMPT, NOW_MS);
  expect({ isHeld: ramp.isHeld, promotedAfterMs }).toEqual({ isHeld: true, promotedAfterMs: null });
  expect(warnings).toContainEqual(expect.stringMatching(/^score:thumbs: 60 units of history, 200 are needed/u));
  expect(warnings).toContainEqual(
    expect.stringMatching(/^score:thumbs: the margin of -5.0 points is too narrow .* would go through$/u),
  );
});

test('scores of which only the newest are read are not taken for few', async () => {
  const { controller } = world({ usersPerDay: 4000, days: 5 });
  const { guardrails } = await planPromptPower(controller, PROMPT, NOW_MS);
  expect(guardrails[0]!.unitsPerDay / 4000).toBeCloseTo(1, 1);
});

test('what is missing is said', async () => {
  const none = world({ usersPerDay: 10, days: 1, environment: 'staging' });
  await expect(planPromptPower(none.controller, PROMPT, NOW_MS)).rejects.toMatchObject({
    code: 'refused',
    hint: expect.stringContaining('production, default'),
  });
  await expect(planPromptPower(none.controller, 'other', NOW_MS)).rejects.toMatchObject({ code: 'not_found' });
  const wrong = world({ usersPerDay: 10, days: 1 }, { defaultPolicy: { guardrails: [{ metric: 'latncy' }] } });
  await expect(planPromptPower(wrong.controller, PROMPT, NOW_MS)).rejects.toMatchObject({ code: 'bad_input' });
  const down = world({ usersPerDay: 10, days: 1 }).controller;
  down.langfuse.listObservations = async () => Promise.reject(new RampartError('provider_unavailable', 'down'));
  await expect(planPromptPower(down, PROMPT, NOW_MS)).rejects.toMatchObject({ code: 'provider_unavailable' });
});
