import { DEFECTS_POLICY, defects, HELPFUL_POLICY, helpfulness, type Qualities, type Quality } from './world/prompts';
import { notAtRest, notSticky } from './world/at-rest';
import { propose } from './world/people';
import { createWorld, HOUR_MS, MINUTE_MS } from './world/world';

// Slow machines are no failure.
jest.setTimeout(600_000);

/*
 * The sign of everything, end to end: whatever is reflected on the way from a score to a label, a worse candidate is rolled
 * back and a better or equal one is promoted, whether more or less of the score is better. No faults here.
 */

const SLOWEST_MS = 24 * HOUR_MS;

describe.each([
  ['higher is better', HELPFUL_POLICY, helpfulness],
  ['lower is better', DEFECTS_POLICY, defects],
] as const)('%s', (_, policy, plan) => {
  test.each([
    ['worse', 'rolled_back', 1],
    ['equal', 'promoted', 2],
    ['better', 'promoted', 2],
  ] as const)('%s is %s', async (quality, phase, production) => {
    const { world, prompt } = await rollOut(quality, policy, plan);
    const rollout = world.ledger.items.get(prompt)?.rollout;
    expect(rollout?.phase).toBe(phase);
    expect(rollout?.outcome?.code).toBe(phase === 'promoted' ? 'proven_safe' : 'harm');
    expect(world.data.prompts.byLabel(prompt, 'production')?.version).toBe(production);
    expect(world.ledger.items.get(prompt)?.assignment).toMatchObject({ stable: production, arms: [] });
    const alerts = [...world.ledger.delivered.values()].map(({ attributes }) => attributes['alert']);
    expect(alerts).toEqual(['started', phase]);
    world.expectNoProblems([...notAtRest(world), ...notSticky(world)]);
  });
});

async function rollOut(quality: Quality, policy: unknown, plan: typeof helpfulness) {
  const prompt = 'assistant';
  const qualities: Qualities = new Map();
  const world = createWorld({
    seed: 1,
    prompts: [plan(prompt, qualities, 120)],
    settings: { promptPolicies: { [prompt]: policy } },
    isRough: false,
  });
  world.data.createPrompt({ name: prompt, prompt: 'first', labels: ['production'] }, world.nowMs());
  world.pass(3 * HOUR_MS);
  world.serve();
  propose(world, { prompt, qualities }, quality);
  const startedAtMs = world.nowMs();
  let ticksAfterEnd = 0;
  while (world.nowMs() - startedAtMs < SLOWEST_MS && ticksAfterEnd < 3) {
    await world.turns.runTogether([world.tick(prompt)]);
    if (world.ledger.items.get(prompt)?.rollout?.outcome) ticksAfterEnd++;
    world.pass(15 * MINUTE_MS);
    world.serve();
  }
  return { world, prompt };
}
