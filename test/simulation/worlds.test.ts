import { CALM } from './world/weather';
import { seedsOf } from './world/chance';
import { changeLangfuse, giveCommand, type People, propose } from './world/people';
import { DEFECTS_POLICY, defects, HELPFUL_POLICY, helpfulness, type Qualities } from './world/prompts';
import { createWorld, MINUTE_MS, type World } from './world/world';
import { notSticky, notAtRest } from './world/at-rest';

// Slow machines are no failure.
jest.setTimeout(600_000);

/*
 * Whole deployments under faults: each seed is a world with two prompts, users, people and weather, and every write, every
 * message and every served user is checked. A failure prints its seed; SIM_SEED=n replays it, SIM_SEEDS=n runs more.
 */

const HOURS = 30;

describe('whatever happens', () => {
  test.each(seedsOf(4))('seed %i', async (seed) => {
    const { world, people } = roughWorld(seed);
    for (let minute = 0; minute < HOURS * 60;) minute += await live(world, people);
    world.expectNoProblems();
    world.calmDown();
    for (let i = 0; i < 12; i++) await calmTick(world);
    world.expectNoProblems([...notAtRest(world), ...notSticky(world)]);
  });
});

function roughWorld(seed: number): { world: World; people: People[] } {
  const qualities: Qualities[] = [new Map(), new Map()];
  const world = createWorld({
    seed,
    prompts: [helpfulness('assistant', qualities[0]!), defects('extractor', qualities[1]!)],
    settings: {
      promptPolicies: { assistant: HELPFUL_POLICY, extractor: DEFECTS_POLICY },
      alarms: { errors: ['assistant', 'extractor'] },
      maxPagesPerTick: { observations: 4, scores: 10, lookups: 2 },
    },
    isRough: true,
  });
  const people = world.audiences.map(({ plan }, i) => ({ prompt: plan.prompt, qualities: qualities[i]! }));
  for (const { prompt } of people) {
    world.data.createPrompt({ name: prompt, prompt: 'first', labels: ['production'] }, world.nowMs());
  }
  world.pass(120 * MINUTE_MS);
  world.serve();
  for (const each of people) propose(world, each, world.chance.pick(['worse', 'equal', 'better']));
  return { world, people };
}

/** A few minutes of a world's life. @returns how many */
async function live(world: World, people: readonly People[]): Promise<number> {
  const { chance } = world;
  const minutes = chance.happens(isTense(world) ? 0.7 : 0.15) ? 0 : chance.between(1, 9);
  world.pass(minutes * MINUTE_MS + chance.between(0, 20_000));
  world.serve();
  world.changeWeather();
  const jobs: (() => Promise<void>)[] = [];
  for (const each of people) {
    changeLangfuse(world, each);
    jobs.push(...giveCommand(world, each));
  }
  if (chance.happens(0.35)) jobs.push(world.dispatch());
  for (const { prompt } of world.queue.receive()) {
    if (chance.happens(0.05)) continue;
    jobs.push(world.tick(prompt));
    if (chance.happens(0.15)) jobs.push(world.tick(prompt));
  }
  const shuffled = jobs.map((job) => ({ job, at: chance.next() })).sort((a, b) => a.at - b.at);
  const batch = shuffled.map(({ job }) => job);
  if (chance.happens(0.5)) await world.turns.runTogether(batch);
  else for (const job of batch) await world.turns.runTogether([job]);
  world.expectNoProblems();
  return minutes;
}

/** `production` is on its way: what happens now, happens within seconds. */
function isTense(world: World): boolean {
  return [...world.ledger.items.values()].some(({ rollout }) => {
    const goal = rollout?.verification ?? null;
    return goal !== null && goal.verifiedAtMs === null && world.nowMs() - goal.sinceMs < 10 * MINUTE_MS;
  });
}

async function calmTick(world: World): Promise<void> {
  world.setWeather(CALM);
  world.pass(15 * MINUTE_MS);
  world.serve();
  for (const { plan } of world.audiences) await world.turns.runTogether([world.tick(plan.prompt)]);
}
