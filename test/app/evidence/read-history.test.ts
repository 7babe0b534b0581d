import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import { readHistory } from '../../../src/app/read-history';
import { evidenceWorld, generation, HOUR_MS, STABLE, START_MS, traceScore, type World } from './world';

async function read(world: World) {
  const { history } = await readHistory(world.controller, 'assistant', STABLE, world.rollout().policy, START_MS);
  return history;
}

function withPast(rows: number): World {
  const world = evidenceWorld();
  for (let i = 0; i < rows; i++) {
    const startMs = START_MS - HOUR_MS + i;
    world.data.addObservation(generation({ startMs, traceId: `t${i}`, userId: `user-${i}` }));
    world.data.addScore(traceScore({ timestampMs: startMs + 1 }, `t${i}`));
  }
  return world;
}

test("is the stable version's, with the unit from the trace's root where the generation has none", async () => {
  const world = withPast(3);
  const trace = { traceId: 'root-only', startMs: START_MS - HOUR_MS };
  world.data.addObservation({ ...trace, id: 'root', type: 'SPAN', userId: 'user-0' });
  world.data.addObservation({ ...generation(trace), parentObservationId: 'root' });
  world.data.addObservation(generation({ startMs: START_MS - 8 * 24 * HOUR_MS, traceId: 'too-old', userId: 'x' }));
  const history = await read(world);
  const lengths = history.get('error_rate')!.map((values) => values.length);
  expect(lengths.sort((a, b) => a - b)).toEqual([1, 1, 2]);
  expect(history.get('score:quality')).toEqual([[4], [4], [4]]);
});

test('makes do with the newest rows when the budget runs out, and starts nothing without any', async () => {
  const world = withPast(20);
  world.trouble.pageRows = 5;
  world.controller.budget = memoryRequestBudget({ perMinute: 1, burst: 3 });
  const history = await read(world);
  expect(history.get('error_rate')).toHaveLength(10);
  expect(history.get('score:quality')).toEqual([]);
  await expect(read(world)).rejects.toMatchObject({ code: 'budget_exhausted' });
});
