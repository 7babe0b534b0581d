import * as fc from 'fast-check';
import { readJournal } from '../../../src/app/evidence/journal';
import { RampartError } from '../../../src/core/errors';
import { NO_VERSION } from '../../../src/core/evidence/count-rows';
import type { DayPage } from '../../../src/core/evidence/manifest';
import { replayJournal } from '../../../src/core/evidence/replay-journal';
import { rolloutExperiment } from '../../../src/core/rollout/rollout-experiment';
import type { JournalLine } from '../../../src/core/evidence/workspace';
import { readPage } from '../../../src/app/evidence/page-tree';
import { pairIndex, crossIndex } from '../../../src/core/stats/stratified-ratio-difference';
import { ANY_VERSION, naiveEvidence, type NaiveEvidence } from './naive';
import { CHANGE_MINUTE, scenarioRows, scenarioSpec, type ScenarioRows } from './scenario';
import { advanced, evidenceWorld, HOUR_MS, MINUTE_MS, START_MS, type World } from './world';

/* Whatever happens on the way, the evidence comes to what all the rows at once come to. */

type Scenario = typeof scenarioSpec extends fc.Arbitrary<infer T> ? T : never;

async function played(scenario: Scenario): Promise<{ world: World; rows: ScenarioRows }> {
  const world = evidenceWorld();
  const first = world.rollout();
  const changeMs = START_MS + CHANGE_MINUTE * MINUTE_MS;
  const second = advanced(first, 50, changeMs);
  const rows = scenarioRows(scenario.traces, second);
  for (const row of rows.observations) world.data.addObservation({ ...row });
  for (const row of rows.scores) world.data.addScore({ ...row });
  const edits = [...rows.edits].sort((a, b) => a.atMs - b.atMs);

  async function tick(nowMs: number, isLost: boolean): Promise<void> {
    while (edits.length > 0 && edits[0]!.atMs <= nowMs) world.data.addScore({ ...edits.shift()!.score });
    world.setRollout(nowMs < changeMs ? first : second);
    await world.tick(nowMs, { isLost });
  }

  let nowMs = START_MS;
  for (const each of scenario.ticks) {
    nowMs += each.afterMinutes * MINUTE_MS;
    const { failFrom, isDoubled, pageRows, maxPages } = each;
    const error = new RampartError(each.isBroke ? 'budget_exhausted' : 'provider_unavailable', 'no');
    Object.assign(world.trouble, { failFrom, error, isDoubled, pageRows });
    world.controller.settings.maxPagesPerTick = { observations: maxPages, scores: maxPages, lookups: 1 };
    await tick(nowMs, each.isLost);
  }
  Object.assign(world.trouble, { failFrom: null, pageRows: 1000, isDoubled: false });
  world.controller.settings.maxPagesPerTick = { observations: 1000, scores: 1000, lookups: 50 };
  const endMs = START_MS + 14 * HOUR_MS;
  for (const atMs of [endMs, endMs + HOUR_MS, endMs + 9 * HOUR_MS, endMs + 30 * HOUR_MS, endMs + 60 * HOUR_MS]) {
    await tick(Math.max(nowMs, atMs), false);
  }
  return { world, rows };
}

function expected(world: World, rows: ScenarioRows): NaiveEvidence {
  const generations = rows.observations.filter((row) => row.promptName === 'assistant');
  return naiveEvidence(world.rollout(), generations, rows.counted, (row) => rows.users.get(row.traceId) ?? null);
}

async function journalOf(world: World): Promise<JournalLine[]> {
  const lines: JournalLine[] = [];
  for await (const line of readJournal(world.controller.objects, world.manifest().experiment!.journal))
    lines.push(line);
  return lines;
}

/** The sums that differ by more than rounding. */
function differences(what: string, actual: object, wanted: object): string[] {
  return Object.entries(wanted).flatMap(([key, value]: [string, number]) => {
    const came = (actual as Record<string, number>)[key] ?? 0;
    return Math.abs(came - value) <= 1e-8 * (1 + Math.abs(value)) ? [] : [`${what} ${key}: ${came}, not ${value}`];
  });
}

describe('evidence', () => {
  test('comes to what all rows at once come to, whatever goes wrong on the way', async () => {
    await fc.assert(
      fc.asyncProperty(scenarioSpec, async (scenario) => {
        const { world, rows } = await played(scenario);
        const naive = expected(world, rows);
        const evidence = world.manifest().experiment!;
        const wrong: string[] = [];
        for (const [guardrail, { id }] of world.rollout().guardrails.entries()) {
          const state = evidence.states[0]![guardrail]!;
          if (id.startsWith('coverage')) continue;
          for (const [stage, arms] of naive.sums[guardrail]!.entries()) {
            const cell = state.stages[stage] ?? { stable: {}, candidate: {} };
            wrong.push(...differences(`${id} ${stage} stable`, cell.stable, arms.stable));
            wrong.push(...differences(`${id} ${stage} candidate`, cell.candidate, arms.candidate));
          }
          for (const [pair, sums] of Object.entries(naive.cross[guardrail]!)) {
            const [s, armS, t, armT] = pair.split(',');
            const crossed = state.cross[pairIndex(Number(s), Number(t))] ?? [];
            const cell = crossed[crossIndex(armS === 'candidate', armT === 'candidate')] ?? {};
            wrong.push(...differences(`${id} ${pair}`, cell, sums));
          }
          wrong.push(...differences(id, state, { refused: 0 }));
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('counts units, hours and coverage once, and enters each unit into engine B once', async () => {
    await fc.assert(
      fc.asyncProperty(scenarioSpec, async (scenario) => {
        const { world, rows } = await played(scenario);
        const naive = expected(world, rows);
        const evidence = world.manifest().experiment!;
        const counts = naive.stageUnits.map(({ stable, candidate }) => [stable.size, candidate.size]);
        const counted = counts.map((_, stage) => evidence.stageUnits[stage] ?? [0, 0]);
        expect(counted).toEqual(counts);
        const everyone = new Set(naive.stageUnits.flatMap(({ stable, candidate }) => [...stable, ...candidate]));
        const exposed = new Set(naive.stageUnits.flatMap(({ candidate }) => [...candidate]));
        expect(evidence.exposedUnits).toBe(exposed.size);
        expect(evidence.firstExposed.flat().reduce((sum, units) => sum + units, 0)).toBe(everyone.size);
        const coverage = world.rollout().guardrails.findIndex(({ id }) => id.startsWith('coverage'));
        const { stable, candidate } = evidence.states[0]![coverage]!.units;
        expect(stable + candidate).toBe(everyone.size);

        const lines = await journalOf(world);
        const entries = lines
          .filter(([kind]) => kind === 'enter')
          .map(([, unit, , , , guardrail]) => `${unit} ${guardrail}`);
        expect(new Set(entries).size).toBe(entries.length);
        expect(entries.filter((entry) => entry.endsWith(` ${coverage}`)).length).toBe(everyone.size);

        const hourly = await hourlyOf(world);
        expect([...hourly.keys()].sort()).toEqual([...naive.hourly.keys()].sort());
        expect([...naive.hourly].flatMap(([key, each]) => differences(key, hourly.get(key)!, each))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('is led to by its journal, to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(scenarioSpec, async (scenario) => {
        const { world } = await played(scenario);
        const replayed = replayJournal(await journalOf(world), rolloutExperiment(world.rollout()));
        expect(JSON.parse(JSON.stringify(replayed))).toEqual(world.manifest().experiment!.states);
      }),
      { numRuns: 50 },
    );
  });

  test('keeps nothing private: no user, session or comment in any stored byte', async () => {
    await fc.assert(
      fc.asyncProperty(scenarioSpec, async (scenario) => {
        const { world } = await played(scenario);
        for (const { bytes } of world.stored) expect(Buffer.from(bytes).includes('private-')).toBe(false);
        expect(world.stored.length).toBeGreaterThan(0);
      }),
      { numRuns: 30 },
    );
  });
});

async function hourlyOf(world: World): Promise<Map<string, { n: number; sum: number }>> {
  const found = new Map<string, { n: number; sum: number }>();
  for (const [, page] of world.manifest().days) {
    const day = await readPage<DayPage>(world.controller.objects, page);
    for (const [hour, versions] of Object.entries(day)) {
      for (const [version, metrics] of Object.entries(versions)) {
        for (const [metric, { n, sum }] of Object.entries(metrics)) {
          if (n === 0 || Number(version) === NO_VERSION || metric === 'cost' || metric === 'tokens') continue;
          const isOfTraces = metric === 'traces' || metric.startsWith('covered:');
          const key = `${hour} ${isOfTraces ? ANY_VERSION : version} ${metric}`;
          const known = found.get(key) ?? { n: 0, sum: 0 };
          found.set(key, { n: known.n + n, sum: known.sum + sum });
        }
      }
    }
  }
  return found;
}
