import { readJournal } from '../../../src/app/evidence/journal';
import { bucketOf } from '../../../src/core/assignment/bucket';
import type { Experiment } from '../../../src/core/evidence/experiment';
import { replayJournal } from '../../../src/core/evidence/replay-journal';
import type { JournalLine } from '../../../src/core/evidence/workspace';
import { rolloutExperiment } from '../../../src/core/rollout/rollout-experiment';
import { evidenceWorld, generation, HOUR_MS, MINUTE_MS, START_MS, traceScore, type World } from './world';

/** Three arms of a quarter each: control 3, then 4 and 5; the last quarter is in none of them. */
const VERSIONS = [3, 4, 5];
const EVERYONE = 200;

function threeArms(world: World): Experiment {
  const experiment = {
    ...rolloutExperiment(world.rollout()),
    id: 'assistant/compare/1',
    versions: VERSIONS,
    stages: [
      { fromMs: START_MS, toMs: null, arms: [0, 1, 2].map((arm) => ({ arm, to: 2500 * (arm + 1) })), blockMs: HOUR_MS },
    ],
  };
  world.setExperiment(experiment);
  return experiment;
}

async function served(): Promise<{ world: World; experiment: Experiment; users: string[][] }> {
  const world = evidenceWorld();
  const experiment = threeArms(world);
  const users: string[][] = [[], [], [], []];
  for (let i = 0; i < EVERYONE; i++) {
    const userId = `user-${i}`;
    const arm = Math.floor(bucketOf(experiment.salt, userId) / 2500);
    users[arm]!.push(userId);
    const at = { startMs: START_MS + i * 1000, traceId: `t${i}` };
    world.data.addObservation(generation({ ...at, userId, promptVersion: VERSIONS[arm] ?? 3 }));
    world.data.addScore(traceScore({ timestampMs: START_MS + i * 1000 + 1, value: 2 + arm }, `t${i}`));
  }
  await world.tick(START_MS + 30 * MINUTE_MS);
  return { world, experiment, users };
}

test('every arm makes a pair with the control, whose units count in all of them', async () => {
  const { world, users } = await served();
  const { states, firstExposed, stageUnits, exposedUnits } = world.manifest().experiment!;
  const units = users.map(({ length }) => length);
  expect(units.every((n) => n > 30)).toBe(true);
  expect(firstExposed).toEqual([units.slice(0, 3)]);
  expect(stageUnits).toEqual([units.slice(0, 3)]);
  expect(exposedUnits).toBe(units[1]! + units[2]!);
  const quality = states.map((pair) => pair[0]!.stages[0]!);
  expect(quality.map(({ stable }) => [stable.units, stable.y])).toEqual([
    [units[0], units[0]! * 0.25],
    [units[0], units[0]! * 0.25],
  ]);
  expect(quality.map(({ candidate }) => [candidate.units, candidate.y])).toEqual([
    [units[1], units[1]! * 0.5],
    [units[2], units[2]! * 0.75],
  ]);
  expect(states.map((pair) => pair[0]!.entered.candidate)).toEqual([units[1], units[2]]);
});

test('who is in no arm is served, and neither judged nor a fault', async () => {
  const { world, users } = await served();
  const [hour] = world.manifest().experiment!.hours;
  expect(hour!.unusable).toEqual({});
  expect(hour!.used).toBe(2 * (EVERYONE - users[3]!.length));
});

test('the journal of three arms leads to the same states, to the last digit', async () => {
  const { world, experiment } = await served();
  const lines: JournalLine[] = [];
  const { journal, states } = world.manifest().experiment!;
  for await (const line of readJournal(world.controller.objects, journal)) lines.push(line);
  expect(JSON.parse(JSON.stringify(replayJournal(lines, experiment)))).toEqual(states);
});
