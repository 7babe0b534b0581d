import { notAtRest, notSticky } from './world/at-rest';
import { propose } from './world/people';
import { HELPFUL_POLICY, helpfulness, type Qualities, type Quality } from './world/prompts';
import { createWorld, MINUTE_MS, type World } from './world/world';

// Slow machines are no failure.
jest.setTimeout(600_000);

/*
 * A process dies at the n-th port call of a whole rollout, before or after the call's effect, and another one goes on: for
 * every STRIDE-th n, the rollout ends as it would have, and nothing is lost or done twice. SIM_SEEDS=1 tries every n.
 */

const STRIDE = process.env['SIM_SEEDS'] === undefined ? 31 : 1;
const PROMPT = 'assistant';
const TICKS = 13;
const POLICY = {
  ...HELPFUL_POLICY,
  steps: [
    { percent: 30, bake: '10m' },
    { percent: 60, bake: '10m' },
  ],
  guardrails: [{ metric: 'score:helpful', direction: 'higher_is_better', margin: 0.4 }],
  watch: '20m',
};

describe.each(['better', 'worse'] as const)('a %s candidate', (quality) => {
  test.each(['before', 'after'] as const)('dies %s the effect of a call', async (side) => {
    const { calls, ending } = await rollOut(quality, null);
    expect(ending).toBe(quality === 'better' ? 'promoted, production 2' : 'rolled_back, production 1');
    for (let at = side === 'before' ? 0 : 1; at < calls; at += STRIDE) {
      const outcome = await rollOut(quality, { at, isAfterEffect: side === 'after' });
      expect(`call ${at}: ${outcome.ending}`).toBe(`call ${at}: ${ending}`);
    }
  });
});

async function rollOut(quality: Quality, death: { at: number; isAfterEffect: boolean } | null) {
  const qualities: Qualities = new Map();
  const world = createWorld({
    seed: 1,
    prompts: [helpfulness(PROMPT, qualities, 400)],
    settings: { promptPolicies: { [PROMPT]: POLICY } },
    isRough: false,
    ...(death === null ? {} : { death }),
  });
  world.data.createPrompt({ name: PROMPT, prompt: 'first', labels: ['production'] }, world.nowMs());
  world.pass(20 * MINUTE_MS);
  world.serve();
  propose(world, { prompt: PROMPT, qualities }, quality);
  for (let i = 0; i < TICKS; i++) {
    world.pass(10 * MINUTE_MS);
    world.serve();
    await world.turns.runTogether([world.tick(PROMPT)]);
  }
  world.expectNoProblems([...notAtRest(world), ...notSticky(world), ...toldMoreThanOnce(world)]);
  const production = world.data.prompts.byLabel(PROMPT, 'production')?.version;
  return {
    calls: world.calls(),
    ending: `${world.ledger.items.get(PROMPT)?.rollout?.phase}, production ${production}`,
  };
}

/** Each transition has one message, however often it was put on the wire. */
function toldMoreThanOnce({ ledger }: World): string[] {
  const alerts = [...ledger.delivered.values()].map(({ attributes }) => attributes['alert']!);
  return alerts.filter((alert, i) => alerts.indexOf(alert) !== i).map((alert) => `${alert} has two messages`);
}
