import { readPage } from '../../../src/app/evidence/page-tree';
import type { DayPage } from '../../../src/core/evidence/manifest';
import { sumFacts } from '../../../src/core/report/numbers';
import { RampartError } from '../../../src/core/errors';
import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import {
  advanced,
  CANDIDATE,
  editScore,
  evidenceWorld,
  generation,
  HOUR_MS,
  MINUTE_MS,
  newRollout,
  POLICY,
  STABLE,
  START_MS,
  traceScore,
  userIn,
  type World,
} from './world';

const DAY_MS = 24 * HOUR_MS;

/** Index of the guardrail with this metric in the policy of the tests. */
function guardrail(world: World, id: string): number {
  return world.rollout().guardrails.findIndex((each) => each.id === id);
}

/** Sums of engine A: [units, scores, sum of z] of a guardrail in a stage, stable arm. */
function stableSums(world: World, id: string, stage = 0): [units: number, m: number, y: number] {
  const { units, m, y } = world.manifest().experiment!.states[0]![guardrail(world, id)]!.stages[stage]?.stable ?? {
    units: 0,
    m: 0,
    y: 0,
  };
  return [units, m, y];
}

const NOTHING = [0, 0, 0];

/** Counts how many requests of a kind are under way at once. */
function countUnderWay(world: World): { listObservations: number; listScores: number } {
  const most = { listObservations: 0, listScores: 0 };
  const { langfuse } = world.controller;
  const counted = <Query, Answer>(kind: keyof typeof most, list: (query: Query) => Promise<Answer>) => {
    let underWay = 0;
    return async (query: Query): Promise<Answer> => {
      most[kind] = Math.max(most[kind], ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
      return list(query);
    };
  };
  world.controller.langfuse = {
    ...langfuse,
    listObservations: counted('listObservations', (query) => langfuse.listObservations(query)),
    listScores: counted('listScores', (query) => langfuse.listScores(query)),
  };
  return most;
}

/** The windows of generations that are asked for, as they are asked for. */
function windowsOf(world: World): { fromMs: number; toMs: number }[] {
  const { langfuse } = world.controller;
  const windows: { fromMs: number; toMs: number }[] = [];
  world.controller.langfuse = {
    ...langfuse,
    listObservations: (query) => {
      windows.push(query);
      return langfuse.listObservations(query);
    },
  };
  return windows;
}

function withUser(world: World): string {
  return userIn(world.rollout(), ['stable', 'stable']);
}

describe('reading evidence', () => {
  test('begins where the rollout began, also when its first tick comes late or loses its write', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    world.data.addObservation(generation({ startMs: START_MS + MINUTE_MS, traceId: 't', userId }));
    await world.tick(START_MS + 15 * MINUTE_MS, { isLost: true });
    await world.tick(START_MS + 40 * MINUTE_MS);
    expect(stableSums(world, 'error_rate')).toEqual([1, 1, 1]);
  });

  test('counts a row once, however often and by whatever lane it is listed', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    world.trouble.isDoubled = true;
    world.data.addObservation(generation({ startMs: START_MS + MINUTE_MS, traceId: 't', userId }));
    world.data.addScore(traceScore({ timestampMs: START_MS + 2 * MINUTE_MS }, 't'));
    for (const hours of [0.5, 2, 25, 49, 73]) await world.tick(START_MS + hours * HOUR_MS);
    expect(stableSums(world, 'error_rate')).toEqual([1, 1, 1]);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 0.75]);
  });

  test('stops at the limit of pages and goes on at the next tick, oldest window first', async () => {
    const world = evidenceWorld({ settings: { maxPagesPerTick: { observations: 2, scores: 1, lookups: 1 } } });
    const userId = withUser(world);
    world.trouble.pageRows = 2;
    for (let i = 0; i < 9; i++) {
      world.data.addObservation(generation({ startMs: START_MS + i * 1000, traceId: `t${i}`, userId }));
    }
    const read: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { observations, requests } = await world.tick(START_MS + (30 + i) * MINUTE_MS);
      read.push(observations);
      expect(requests).toBeLessThanOrEqual(3);
    }
    expect(read.slice(0, 3)).toEqual([4, 4, 1]);
    expect(stableSums(world, 'error_rate')).toEqual([1, 9, 9]);
  });

  test('an error in the middle keeps what was read, and the next tick goes on from there', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    world.trouble.pageRows = 1;
    for (let i = 0; i < 4; i++) {
      world.data.addObservation(generation({ startMs: START_MS + i * 1000, traceId: `t${i}`, userId }));
    }
    world.trouble.failFrom = 3;
    const read = await world.tick(START_MS + 30 * MINUTE_MS);
    expect(read.problem?.code).toBe('provider_unavailable');
    expect(stableSums(world, 'error_rate')).toEqual([1, 2, 2]);
    world.trouble.failFrom = null;
    expect((await world.tick(START_MS + 31 * MINUTE_MS)).problem).toBeNull();
    expect(stableSums(world, 'error_rate')).toEqual([1, 4, 4]);
  });

  test('an object that cannot be written fails the tick: nothing half-counted becomes current', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId }));
    await world.tick(START_MS + MINUTE_MS);
    const { objects } = world.controller;
    const put = objects.put.bind(objects);
    objects.put = async (prefix, bytes) => {
      if (prefix === 'snapshot') throw new RampartError('provider_unavailable', 'S3 is down');
      return put(prefix, bytes);
    };
    await expect(world.tick(START_MS + 30 * MINUTE_MS)).rejects.toThrow('S3 is down');
    objects.put = put;
    await world.tick(START_MS + 31 * MINUTE_MS);
    expect(stableSums(world, 'error_rate')).toEqual([1, 1, 1]);
  });

  test('a cursor that is not accepted any more is dropped: the window is read again', async () => {
    const world = evidenceWorld({ settings: { maxPagesPerTick: { observations: 1, scores: 1, lookups: 1 } } });
    const userId = withUser(world);
    world.trouble.pageRows = 1;
    for (let i = 0; i < 3; i++) {
      world.data.addObservation(generation({ startMs: START_MS + i * 1000, traceId: `t${i}`, userId }));
    }
    await world.tick(START_MS + 30 * MINUTE_MS);
    expect(world.manifest().observations[0]!.window?.cursor).toEqual(expect.any(String));
    world.trouble.failFrom = 1;
    world.trouble.error = new RampartError('provider_bad_response', 'Invalid cursor');
    await world.tick(START_MS + 31 * MINUTE_MS);
    expect(world.manifest().observations[0]!.window?.cursor).toBeNull();
    world.trouble.failFrom = null;
    for (let i = 0; i < 5; i++) await world.tick(START_MS + (32 + i) * MINUTE_MS);
    expect(stableSums(world, 'error_rate')).toEqual([1, 3, 3]);
  });

  test('a used-up budget is no problem of the provider; after a 429 nobody asks before the time it names', async () => {
    const world = evidenceWorld();
    const budget = memoryRequestBudget({ perMinute: 2, burst: 4 });
    world.controller.budget = budget;
    world.trouble.pageRows = 1;
    const userId = withUser(world);
    for (let i = 0; i < 9; i++) {
      world.data.addObservation(generation({ startMs: START_MS + i * 1000, traceId: `t${i}`, userId }));
    }
    const broke = await world.tick(START_MS + 30 * MINUTE_MS);
    expect(broke).toMatchObject({ problem: null, requests: 3, observations: 3 });
    world.trouble.failFrom = 2;
    world.trouble.error = new RampartError('provider_rate_limited', 'slow down', { retryAfterMs: 10 * MINUTE_MS });
    const limited = await world.tick(START_MS + 40 * MINUTE_MS);
    expect(limited).toMatchObject({ problem: { code: 'provider_rate_limited' }, observations: 1 });
    world.trouble.failFrom = null;
    const taken = await budget.take(1, 'label', START_MS + 49 * MINUTE_MS);
    expect(taken).toEqual({ granted: 0, retryAtMs: START_MS + 50 * MINUTE_MS });
    expect(await world.tick(START_MS + 49 * MINUTE_MS)).toMatchObject({ problem: null, requests: 0 });
    for (let i = 0; i < 4; i++) await world.tick(START_MS + (52 + 3 * i) * MINUTE_MS);
    expect(stableSums(world, 'error_rate')).toEqual([1, 9, 9]);
  });

  test('of two requests that fail at once, the provider is told of and not the budget', async () => {
    const world = evidenceWorld();
    let taken = 0;
    world.controller.budget = {
      async take() {
        if (++taken <= 2) return { granted: 1, retryAtMs: 0 };
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { granted: 0, retryAtMs: START_MS + 5 * HOUR_MS };
      },
      blockUntil: async () => {},
    };
    world.trouble.failFrom = 2;
    const read = await world.tick(START_MS + 3 * HOUR_MS);
    expect(world.requests).toEqual(['observations', 'scores']);
    expect(read.problem?.code).toBe('provider_unavailable');
    expect(taken).toBe(3);
  });

  describe('far behind', () => {
    const ROWS = 400;

    /** Ten hours of rows, in small pages. */
    function busyWorld(): World {
      const world = evidenceWorld();
      world.trouble.pageRows = 5;
      for (let i = 0; i < ROWS; i++) {
        const startMs = START_MS + Math.floor((10 * HOUR_MS * i) / ROWS);
        const userId = userIn(world.rollout(), ['stable', 'stable'], `user-${i % 50}`);
        world.data.addObservation(generation({ startMs, traceId: `t${i}`, userId }));
        world.data.addScore(traceScore({ timestampMs: startMs + MINUTE_MS }, `t${i}`));
      }
      return world;
    }

    test('few rows are read two or three windows at a time, and everything is counted once', async () => {
      const world = busyWorld();
      const most = countUnderWay(world);
      await world.tick(START_MS + 11 * HOUR_MS);
      expect(most).toEqual({ listObservations: 2, listScores: 3 });
      expect(stableSums(world, 'error_rate')).toEqual([50, ROWS, ROWS]);
      expect(stableSums(world, 'score:quality')).toEqual([50, ROWS, 0.75 * ROWS]);
    });

    test('many rows are read more windows at a time, which begin and end at whole milliseconds as times of Langfuse do', async () => {
      const world = evidenceWorld();
      world.trouble.pageRows = 50;
      const userId = withUser(world);
      for (let i = 0; i < 7000; i++) {
        world.data.addObservation(generation({ startMs: START_MS + 377 * i, traceId: `t${i}`, userId }));
      }
      const windows = windowsOf(world);
      const most = countUnderWay(world);
      await world.tick(START_MS + 2 * HOUR_MS);
      expect(most.listObservations).toBeGreaterThan(2);
      expect(windows.length).toBeGreaterThan(5);
      expect(windows.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((ms) => !Number.isInteger(ms))).toEqual([]);
      expect(stableSums(world, 'error_rate')).toEqual([1, 7000, 7000]);
    });

    test('a tick begins with little, and with less while nothing is known of how many rows there are', async () => {
      const world = busyWorld();
      const windows = windowsOf(world);
      await world.tick(START_MS + 6 * HOUR_MS);
      await world.tick(START_MS + 11 * HOUR_MS);
      const firstMs = (fromMs: number): number => {
        const { toMs } = windows.find((window) => window.fromMs === fromMs)!;
        return toMs - fromMs;
      };
      const inTimeMs = world.controller.settings.tickEveryMs + MINUTE_MS;
      expect(firstMs(START_MS)).toBe(inTimeMs / 16);
      const { settleMs } = world.rollout().policy;
      expect(firstMs(START_MS + 6 * HOUR_MS - settleMs)).toBe(inTimeMs / 4);
    });

    test('with a small budget little is asked for in vain, and everything is counted once', async () => {
      const requests = async (world: World): Promise<number> => {
        let asked = 0;
        for (let i = 0; i < 40; i++) asked += (await world.tick(START_MS + (11 + i / 6) * HOUR_MS)).requests;
        expect(stableSums(world, 'error_rate')).toEqual([50, ROWS, ROWS]);
        expect(stableSums(world, 'score:quality')).toEqual([50, ROWS, 0.75 * ROWS]);
        return asked;
      };
      const unlimited = await requests(busyWorld());
      const limited = busyWorld();
      limited.controller.budget = memoryRequestBudget({ perMinute: 3, burst: 30 });
      expect(await requests(limited)).toBeLessThan(1.05 * unlimited);
    });
  });

  test('generations of the next slice that were on their way when scores failed are not lost', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    for (const minutes of [1, 30, 100]) {
      const startMs = START_MS + minutes * MINUTE_MS;
      world.data.addObservation(generation({ startMs, traceId: `t${minutes}`, userId }));
    }
    world.trouble.failFrom = 2;
    expect((await world.tick(START_MS + 3 * HOUR_MS)).problem?.code).toBe('provider_unavailable');
    world.trouble.failFrom = null;
    expect((await world.tick(START_MS + 3 * HOUR_MS + MINUTE_MS)).problem).toBeNull();
    expect(stableSums(world, 'error_rate')).toEqual([1, 3, 3]);
  });
});

describe('the unit of a generation', () => {
  async function afterTick(world: World): Promise<void> {
    await world.tick(START_MS + 30 * MINUTE_MS);
  }

  test.each([
    ['the generation', (userId: string) => ({ userId })],
    ['its metadata', (userId: string) => ({ metadata: { 'rampart.unit': userId } })],
  ])('is found on %s without a look-up', async (_, fields) => {
    const world = evidenceWorld();
    const row = generation({ startMs: START_MS, traceId: 't' });
    world.data.addObservation({ ...row, ...fields(withUser(world)) });
    await afterTick(world);
    expect(stableSums(world, 'error_rate')).toEqual([1, 1, 1]);
    expect(world.requests.filter((request) => request.startsWith('roots'))).toEqual([]);
  });

  test("is found on the trace's root, which is asked for once", async () => {
    const world = evidenceWorld();
    const trace = { traceId: 't', startMs: START_MS };
    world.data.addObservation({ ...trace, id: 'root', type: 'SPAN', userId: withUser(world) });
    world.data.addObservation({ ...generation(trace), parentObservationId: 'root' });
    await afterTick(world);
    expect(stableSums(world, 'error_rate')).toEqual([1, 1, 1]);
    expect(world.requests).toContain('roots 1');
    await world.tick(START_MS + 2 * HOUR_MS);
    expect(world.requests).not.toContain('roots 1');
  });

  test('that is nowhere is counted as such, not judged', async () => {
    const world = evidenceWorld();
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', sessionId: 'only-a-session' }));
    await afterTick(world);
    expect(world.manifest().experiment).toMatchObject({
      hours: [{ used: 0, unusable: { no_unit: 1 } }],
      stageUnits: [],
    });
  });

  test('look-ups that the budget cuts short go on at the next tick, even a page at a time', async () => {
    const world = evidenceWorld();
    world.controller.budget = memoryRequestBudget({ perMinute: 1, burst: 3 });
    const users = Array.from({ length: 120 }, (_, i) => userIn(world.rollout(), ['stable'], `u${i}`));
    for (const [i, userId] of users.entries()) {
      const trace = { traceId: `t${i}`, startMs: START_MS + i };
      world.data.addObservation({ ...trace, id: `root${i}`, type: 'SPAN', userId });
      world.data.addObservation({ ...generation(trace), parentObservationId: `root${i}` });
    }
    for (let i = 0; i < 4; i++) await world.tick(START_MS + (30 + 4 * i) * MINUTE_MS);
    expect(stableSums(world, 'error_rate')).toEqual([120, 120, 120]);
    expect(world.manifest().experiment!.hours).toMatchObject([{ used: 120, unusable: {} }]);
  });
});

describe('rows that are counted, not judged', () => {
  test.each([
    ['another environment', { environment: 'staging' }, { other_environment: 1 }],
    ["a version that is not its unit's", { promptVersion: CANDIDATE }, { wrong_version: 1 }],
    ['a latency that cannot be', { endMs: START_MS }, { bad_value: 1 }],
  ])('%s', async (_, fields, unusable) => {
    const world = evidenceWorld();
    const row = generation({ startMs: START_MS + 5 * MINUTE_MS, traceId: 't', userId: withUser(world) });
    world.data.addObservation({ ...row, ...fields });
    await world.tick(START_MS + 30 * MINUTE_MS);
    expect(world.manifest().experiment!.hours).toMatchObject([{ used: 0, unusable }]);
  });

  test('while runtimes may still hold the older document, a wrong version is nobody’s fault', async () => {
    const world = evidenceWorld();
    const changeMs = START_MS + HOUR_MS;
    world.setRollout(advanced(world.rollout(), 50, changeMs));
    const userId = userIn(world.rollout(), ['stable', 'candidate']);
    for (const afterMs of [0, 60_000, 60_001]) {
      world.data.addObservation(generation({ startMs: changeMs + afterMs, traceId: `t${afterMs}`, userId }));
    }
    await world.tick(changeMs + 30 * MINUTE_MS);
    expect(world.manifest().experiment!.hours).toMatchObject([{ used: 0, unusable: { wrong_version: 1 } }]);
  });

  test('scores of a wrong type or out of range, and what a generation lacks', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId, endMs: null }));
    const at = { timestampMs: START_MS + MINUTE_MS };
    world.data.addScore(traceScore({ ...at, id: 'a', value: 6 }, 't'));
    world.data.addScore(traceScore({ ...at, id: 'b', value: 'good', dataType: 'CATEGORICAL' }, 't'));
    world.data.addScore(traceScore({ ...at, id: 'c', value: true, dataType: 'BOOLEAN' }, 't'));
    world.data.addScore(traceScore({ ...at, id: 'd', value: 5 }, 't'));
    await world.tick(START_MS + 30 * MINUTE_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 1]);
    expect(stableSums(world, 'latency')).toEqual(NOTHING);
    expect(world.manifest().experiment!.hours).toMatchObject([{ used: 2, unusable: { bad_value: 3 } }]);
  });

  test('a judged score that became a text is a row that cannot be used; other texts are nothing here', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    const text = { timestampMs: START_MS + MINUTE_MS, dataType: 'TEXT', value: 'rather good' } as const;
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId }));
    world.data.addScore(traceScore(text, 't'));
    world.data.addScore(traceScore({ ...text, id: 'c', name: 'comment' }, 't'));
    for (const hours of [0.5, 2, 4]) await world.tick(START_MS + hours * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual(NOTHING);
    expect(world.manifest().experiment!.hours).toMatchObject([{ used: 1, unusable: { bad_value: 1 } }]);
    expect(world.manifest().unattributed.malformed).toBe(1);
  });

  test('a score whose value cannot be read is a row that cannot be used, once, until it is edited', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId }));
    const score = traceScore({ timestampMs: START_MS + MINUTE_MS, value: NaN }, 't');
    world.data.addScore(score);
    for (const hours of [0.5, 2, 4]) await world.tick(START_MS + hours * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual(NOTHING);
    expect(world.manifest().experiment!.hours).toMatchObject([{ used: 1, unusable: { bad_value: 1 } }]);
    expect(world.manifest().unattributed.malformed).toBe(1);
    editScore(world.data, score, START_MS + 5 * HOUR_MS, 5);
    await world.tick(START_MS + 26 * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 1]);
    const page = await readPage<DayPage>(world.controller.objects, world.manifest().days[0]![1]);
    expect(page[String(START_MS)]![String(STABLE)]).toMatchObject({ 'score:quality': { n: 1, sum: 5 } });
  });

  test('rows that cannot be read at all are counted once', async () => {
    const world = evidenceWorld();
    const { langfuse } = world.controller;
    const listObservations = langfuse.listObservations.bind(langfuse);
    langfuse.listObservations = async (query) => ({
      ...(await listObservations(query)),
      malformed: query.fromMs > START_MS ? [] : [{ id: 'x', reason: 'promptVersion: expected a number, got a text' }],
    });
    await world.tick(START_MS + 30 * MINUTE_MS);
    await world.tick(START_MS + 2 * HOUR_MS);
    expect(world.manifest().unattributed.malformed).toBe(1);
    expect(world.manifest().experiment!.hours).toMatchObject([{ used: 0, unusable: { bad_value: 1 } }]);
  });
});

describe('what a score belongs to', () => {
  async function scored(world: World): Promise<void> {
    for (const hours of [0.5, 2, 25]) await world.tick(START_MS + hours * HOUR_MS);
  }

  const at = { timestampMs: START_MS + 5 * MINUTE_MS };

  test('a trace that saw two versions: ambiguous, reported once', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId }));
    const second = { id: 'g2', promptVersion: CANDIDATE };
    world.data.addObservation(generation({ startMs: START_MS + 1, traceId: 't', userId, ...second }));
    world.data.addScore(traceScore(at, 't'));
    await scored(world);
    expect(stableSums(world, 'score:quality')).toEqual(NOTHING);
    expect(world.manifest().unattributed).toMatchObject({ ambiguous_score: 1, other_trace_score: 0 });
  });

  test('an observation: that generation, in its own stage, whatever else the trace saw', async () => {
    const world = evidenceWorld();
    const changeMs = START_MS + 2 * MINUTE_MS;
    world.setRollout(advanced(world.rollout(), 50, changeMs));
    const userId = userIn(world.rollout(), ['stable', 'candidate']);
    const second = { id: 'g2', promptVersion: CANDIDATE };
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId }));
    world.data.addObservation(generation({ startMs: changeMs + 1, traceId: 't', userId, ...second }));
    const about = (observationId: string) => ({ kind: 'observation', observationId, traceId: 't' }) as const;
    world.data.addScore(traceScore({ ...at, id: 'a', value: 2, subject: about('t-g') }, 't'));
    world.data.addScore(traceScore({ ...at, id: 'b', value: 4, subject: about('g2') }, 't'));
    await scored(world);
    const state = world.manifest().experiment!.states[0]![0]!;
    expect(state.stages[0]!.stable).toMatchObject({ units: 1, m: 1, y: 0.25 });
    expect(state.stages[1]!.candidate).toMatchObject({ units: 1, m: 1, y: 0.75 });
    expect(state.cross[0]!.map(({ yy }) => yy)).toEqual([0, 0.25 * 0.75, 0, 0]);
  });

  test('a session that saw one version', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    for (const traceId of ['t', 'u']) {
      world.data.addObservation(generation({ startMs: START_MS, traceId, userId, sessionId: 'chat' }));
    }
    world.data.addScore(traceScore({ ...at, subject: { kind: 'session', sessionId: 'chat' } }, 't'));
    await scored(world);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 0.75]);
  });

  test('an experiment: nothing here', async () => {
    const world = evidenceWorld();
    world.data.addScore(traceScore({ ...at, subject: { kind: 'experiment', id: 'run' } }, 't'));
    await scored(world);
    expect(stableSums(world, 'score:quality')).toEqual(NOTHING);
    expect(world.manifest().pending).toEqual([]);
  });

  test('a span that is no generation of the prompt: looked up once, reported once', async () => {
    const world = evidenceWorld();
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId: withUser(world) }));
    const subject = { kind: 'observation', observationId: 'a-span', traceId: 't' } as const;
    world.data.addScore(traceScore({ ...at, subject }, 't'));
    let lookUps = 0;
    for (const hours of [0.5, 2, 25, 49]) {
      await world.tick(START_MS + hours * HOUR_MS);
      lookUps += world.requests.filter((request) => request.startsWith('look-up')).length;
    }
    expect(lookUps).toBe(1);
    expect(world.manifest().unattributed).toMatchObject({ unlinked_score: 1, other_trace_score: 0 });
  });

  test("another prompt's trace: looked up once for all its scores and lanes, each reported once", async () => {
    const world = evidenceWorld();
    for (const id of ['a', 'b']) world.data.addScore(traceScore({ ...at, id }, 'foreign'));
    world.data.addScore(traceScore({ timestampMs: START_MS + 3 * HOUR_MS, id: 'c' }, 'foreign'));
    let lookUps = 0;
    for (const hours of [0.5, 2, 4, 25, 30]) {
      await world.tick(START_MS + hours * HOUR_MS);
      lookUps += world.requests.filter((request) => request.startsWith('look-up')).length;
    }
    expect(lookUps).toBe(1);
    expect(world.manifest().unattributed.other_trace_score).toBe(3);
  });

  test('a generation that comes after its score, and after the look-up, still gets it', async () => {
    const world = evidenceWorld();
    const row = generation({ startMs: START_MS, traceId: 't', userId: withUser(world) });
    world.data.addObservation({ ...row, visibleFromMs: START_MS + 50 * MINUTE_MS });
    world.data.addScore(traceScore(at, 't'));
    await world.tick(START_MS + 30 * MINUTE_MS);
    expect(world.manifest().unattributed.other_trace_score).toBe(1);
    await world.tick(START_MS + 2 * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 0.75]);
    expect(world.manifest().unattributed.other_trace_score).toBe(0);
  });
});

describe('late scores', () => {
  async function until(world: World, hours: number): Promise<void> {
    for (let hour = 1; hour <= hours; hour++) await world.tick(START_MS + hour * HOUR_MS);
  }

  test('of a trace in the older generation need no look-up; of one that is forgotten, one, and nothing else is counted again', async () => {
    const world = evidenceWorld();
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId: withUser(world) }));
    await until(world, 26);
    expect(world.manifest().subjects.length).toBeGreaterThan(1);
    world.data.addScore(traceScore({ timestampMs: START_MS + 26.5 * HOUR_MS, id: 'a' }, 't'));
    await world.tick(START_MS + 27 * HOUR_MS);
    expect(world.requests.filter((request) => request.startsWith('look-up'))).toEqual([]);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 0.75]);

    for (let hour = 28; hour <= 90; hour++) await world.tick(START_MS + hour * HOUR_MS);
    world.data.addScore(traceScore({ timestampMs: START_MS + 90.5 * HOUR_MS, id: 'b', value: 2 }, 't'));
    await world.tick(START_MS + 91 * HOUR_MS);
    expect(world.requests).toContain('look-up 1');
    expect(stableSums(world, 'score:quality')).toEqual([1, 2, 1]);
    expect(stableSums(world, 'error_rate')).toEqual([1, 1, 1]);
    for (const hour of [93, 116]) await world.tick(START_MS + hour * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 2, 1]);
  });

  test('are not counted again after the controller was away for days', async () => {
    const world = evidenceWorld();
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId: withUser(world) }));
    world.data.addScore(traceScore({ timestampMs: START_MS + MINUTE_MS }, 't'));
    await world.tick(START_MS + 30 * MINUTE_MS);
    for (const days of [3, 5, 5.1, 9, 9.1]) await world.tick(START_MS + days * DAY_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 0.75]);
    expect(stableSums(world, 'error_rate')).toEqual([1, 1, 1]);
  });
});

describe('edited scores', () => {
  function worldWithScore(): { world: World; score: ReturnType<typeof traceScore> } {
    const world = evidenceWorld();
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId: withUser(world) }));
    const score = traceScore({ timestampMs: START_MS + MINUTE_MS, value: 5 }, 't');
    world.data.addScore(score);
    return { world, score };
  }

  test.each([
    ['minutes', 0.3],
    ['hours', 20],
  ])('%s later: the new value replaces the old one', async (_, hours) => {
    const { world, score } = worldWithScore();
    await world.tick(START_MS + 15 * MINUTE_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 1]);
    editScore(world.data, score, START_MS + hours * HOUR_MS, 3);
    for (const later of [2, 25, 26]) await world.tick(START_MS + later * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 0.5]);
    expect(world.manifest().unattributed.late_edit).toBe(0);
  });

  test('after the edit window: the old value stays, the edit is counted once', async () => {
    const { world, score } = worldWithScore();
    await world.tick(START_MS + 15 * MINUTE_MS);
    await world.tick(START_MS + 2 * HOUR_MS);
    editScore(world.data, score, START_MS + 24.5 * HOUR_MS, 1);
    world.trouble.isDoubled = true;
    for (const later of [25, 26]) await world.tick(START_MS + later * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 1]);
    expect(world.manifest().unattributed.late_edit).toBe(1);
  });

  test('to something unusable and back: nothing of the old value stays, nothing is counted twice', async () => {
    const { world, score } = worldWithScore();
    await world.tick(START_MS + 15 * MINUTE_MS);
    editScore(world.data, score, START_MS + 30 * MINUTE_MS, 99);
    await world.tick(START_MS + 1.5 * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual(NOTHING);
    editScore(world.data, score, START_MS + 3 * HOUR_MS, 2);
    await world.tick(START_MS + 25 * HOUR_MS);
    expect(stableSums(world, 'score:quality')).toEqual([1, 1, 0.25]);
  });
});

describe('engine B and coverage', () => {
  const entered = (world: World, id: string): number => {
    const state = world.manifest().experiment!.states[0]![guardrail(world, id)]!;
    return state.stages.reduce((sum, { open }) => sum + (open?.stable.units ?? 0) + (open?.candidate.units ?? 0), 0);
  };

  test('a unit enters once its exposure is settled and it has a value, and never again, not even in its next stage', async () => {
    const world = evidenceWorld();
    world.setRollout(advanced(world.rollout(), 50, START_MS + HOUR_MS));
    const userId = withUser(world);
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId }));
    await world.tick(START_MS + 11 * MINUTE_MS);
    expect(entered(world, 'error_rate')).toBe(1);
    expect(entered(world, 'score:quality')).toBe(0);
    world.data.addScore(traceScore({ timestampMs: START_MS + 20 * MINUTE_MS }, 't'));
    await world.tick(START_MS + 40 * MINUTE_MS);
    expect(entered(world, 'score:quality')).toBe(1);
    world.data.addObservation(generation({ startMs: START_MS + 61 * MINUTE_MS, traceId: 'u', userId }));
    await world.tick(START_MS + 3 * HOUR_MS);
    expect(stableSums(world, 'error_rate', 1)).toEqual([1, 1, 1]);
    expect(entered(world, 'error_rate')).toBe(1);
    expect(world.manifest().experiment!.firstExposed).toEqual([[1, 0]]);
  });

  test('coverage is judged at its due time: with the score 1, without it 0, with a score that comes later still 0', async () => {
    const world = evidenceWorld();
    const users = ['a', 'b', 'c'].map((prefix) => userIn(world.rollout(), ['stable'], prefix));
    for (const [i, userId] of users.entries()) {
      world.data.addObservation(generation({ startMs: START_MS, traceId: `t${i}`, userId }));
    }
    world.data.addScore(traceScore({ timestampMs: START_MS + 119 * MINUTE_MS }, 't0'));
    world.data.addScore(traceScore({ timestampMs: START_MS + 121 * MINUTE_MS }, 't1'));
    await world.tick(START_MS + 2 * HOUR_MS);
    expect(stableSums(world, 'coverage:quality')).toEqual(NOTHING);
    await world.tick(START_MS + 3 * HOUR_MS);
    expect(stableSums(world, 'coverage:quality')).toEqual([3, 3, 1]);
    expect(entered(world, 'coverage:quality')).toBe(3);
    await world.tick(START_MS + 30 * HOUR_MS);
    expect(stableSums(world, 'coverage:quality')).toEqual([3, 3, 1]);
  });

  test('scores that could not be read are not missing scores', async () => {
    const world = evidenceWorld();
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId: withUser(world) }));
    world.data.addScore(traceScore({ timestampMs: START_MS + 30 * MINUTE_MS }, 't'));
    await world.tick(START_MS + 20 * MINUTE_MS);
    world.trouble.failFrom = 1;
    for (const hours of [1, 2, 3, 5]) await world.tick(START_MS + hours * HOUR_MS);
    expect(stableSums(world, 'coverage:quality')).toEqual(NOTHING);
    world.trouble.failFrom = null;
    await world.tick(START_MS + 6 * HOUR_MS);
    expect(stableSums(world, 'coverage:quality')).toEqual([1, 1, 1]);
  });
});

describe('one rollout after another', () => {
  test('begins with empty evidence, and scores of the rollout before are none of its own', async () => {
    const world = evidenceWorld();
    const before = world.rollout();
    world.data.addObservation(generation({ startMs: START_MS, traceId: 't', userId: userIn(before, ['stable']) }));
    await world.tick(START_MS + 30 * MINUTE_MS);
    const next = newRollout(POLICY, START_MS + HOUR_MS);
    world.setRollout(next);
    world.data.addScore(traceScore({ timestampMs: START_MS + 70 * MINUTE_MS }, 't'));
    await world.tick(START_MS + 2 * HOUR_MS);
    expect(world.manifest().experiment).toMatchObject({ experimentId: next.id, stageUnits: [], exposedUnits: 0 });
    expect(stableSums(world, 'score:quality')).toEqual(NOTHING);
  });

  test('without a rollout the weekly numbers go on, in memory of nobody', async () => {
    const world = evidenceWorld();
    world.setRollout(null);
    await world.tick(START_MS);
    world.data.addObservation(
      generation({ startMs: START_MS, traceId: 't', userId: 'private-user', promptVersion: STABLE }),
    );
    world.data.addScore(traceScore({ timestampMs: START_MS + MINUTE_MS }, 't'));
    await world.tick(START_MS + HOUR_MS);
    expect(world.manifest()).toMatchObject({
      experiment: null,
      days: [[START_MS - (START_MS % DAY_MS), expect.anything()]],
    });
    for (const { bytes } of world.stored) expect(Buffer.from(bytes).includes('private')).toBe(false);
  });
});

describe('what the weekly report tells of rows', () => {
  async function factsOf(world: World): Promise<object> {
    const pages = await Promise.all(
      world.manifest().days.map(([, page]) => readPage<DayPage>(world.controller.objects, page)),
    );
    return sumFacts(pages, { fromMs: START_MS, toMs: START_MS + 7 * DAY_MS });
  }

  test('is counted once per row, in the hour it belongs to', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    const at = (minutes: number) => ({ startMs: START_MS + minutes * MINUTE_MS });
    world.trouble.isDoubled = true;
    world.data.addObservation(generation({ ...at(1), traceId: 'fine', userId }));
    world.data.addObservation(generation({ ...at(2), traceId: 'nobody', userId: null }));
    world.data.addObservation(generation({ ...at(3), traceId: 'other', userId, promptVersion: CANDIDATE }));
    world.data.addObservation(generation({ ...at(4), traceId: 'playground', userId, environment: 'playground' }));
    world.data.addObservation(generation({ ...at(5), traceId: 'both', userId }));
    world.data.addObservation(
      generation({ ...at(6), id: 'second', traceId: 'both', userId, promptVersion: CANDIDATE }),
    );
    world.data.addScore(traceScore({ timestampMs: START_MS + 7 * MINUTE_MS }, 'both'));
    world.data.addScore({
      ...traceScore({ timestampMs: START_MS + 8 * MINUTE_MS }, 'fine'),
      subject: { kind: 'observation', observationId: 'none-of-it', traceId: 'fine' },
    });
    for (const hours of [0.5, 2, 25, 49]) await world.tick(START_MS + hours * HOUR_MS);
    expect(await factsOf(world)).toEqual({
      no_unit: 1,
      wrong_version: 2,
      other_environment: 1,
      ambiguous_score: 1,
      unlinked_score: 1,
    });
  });

  test('a score whose generation comes after it was given up is taken back', async () => {
    const world = evidenceWorld();
    const userId = withUser(world);
    const late = generation({ startMs: START_MS + 2 * MINUTE_MS, id: 'late', traceId: 't', userId });
    const subject = { kind: 'observation', observationId: 'late', traceId: 't' } as const;
    world.data.addObservation(generation({ startMs: START_MS + MINUTE_MS, traceId: 't', userId }));
    world.data.addScore({ ...traceScore({ timestampMs: START_MS + 3 * MINUTE_MS }, 't'), subject });
    await world.tick(START_MS + HOUR_MS / 2);
    expect(await factsOf(world)).toEqual({ unlinked_score: 1 });
    world.data.addObservation(late);
    for (const hours of [1.5, 2, 3]) await world.tick(START_MS + hours * HOUR_MS);
    expect(await factsOf(world)).toEqual({ unlinked_score: 0 });
  });
});
