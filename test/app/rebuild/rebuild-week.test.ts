import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import type { Controller } from '../../../src/app/controller';
import {
  continueRebuild,
  rebuildWeek,
  type RebuildPace,
  type RebuildProgress,
} from '../../../src/app/rebuild/rebuild-week';
import { readPage } from '../../../src/app/evidence/page-tree';
import { putManifest, readManifest } from '../../../src/app/stored-manifest';
import { tickPrompt } from '../../../src/app/tick-prompt';
import { RampartError } from '../../../src/core/errors';
import type { DayPage } from '../../../src/core/evidence/manifest';
import { emptyItem, nextItem } from '../../../src/core/item/next-item';
import { createLangfuseData } from '../../../src/local/langfuse/data';
import { seededRandom } from '../../../src/local/random';
import { memoryController } from '../../../src/local/replay/replay';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Monday of 2026-W03. */
const MONDAY_MS = Date.UTC(2026, 0, 12);
const PROMPTS = ['answer', 'summary', 'team/greeting'];

/** Two prompts that were read since the Saturday before the week, and Langfuse with what they were read from. */
async function liveWorld(seed = 1) {
  const random = seededRandom(seed);
  const data = createLangfuseData();
  const clock = { nowMs: MONDAY_MS - 2 * DAY_MS };
  const controller = memoryController(() => clock.nowMs, data, { timeZone: 'UTC', deployment: 'acme' });
  controller.settings.maxPagesPerTick = { observations: 1000, scores: 1000, lookups: 100 };
  for (const prompt of PROMPTS) {
    for (const labels of [['production'], []]) data.createPrompt({ name: prompt, prompt: 'x', labels }, clock.nowMs);
  }
  for (let minute = 0; minute < 11 * 24 * 60; minute += 25) addTraffic(data, random, minute);
  while (clock.nowMs < MONDAY_MS + 9 * DAY_MS) {
    for (const prompt of PROMPTS) await tickPrompt(controller, prompt, clock.nowMs);
    clock.nowMs += 3 * HOUR_MS;
  }
  return { controller, clock, data };
}

type Data = ReturnType<typeof createLangfuseData>;

/** A trace of one of the prompts: one or two generations, perhaps of two versions, and scores of every kind, some of them late. */
function addTraffic(data: Data, random: () => number, minute: number): void {
  const startMs = MONDAY_MS - 2 * DAY_MS + minute * MINUTE_MS;
  const promptName = PROMPTS[Math.floor(random() * PROMPTS.length)]!;
  const traceId = `trace-${minute}`;
  const environment = random() < 0.1 ? 'playground' : 'production';
  const firstVersion = random() < 0.3 ? 2 : 1;
  const isInSession = random() < 0.3;
  // Whether a session's score counts may depend on what the session had seen when it came: here every session sees one version.
  const sessionId = isInSession ? `session-${Math.floor(minute / 120)}-${promptName}-${firstVersion}` : null;
  const count = !isInSession && random() < 0.2 ? 2 : 1;
  for (let i = 0; i < count; i++) {
    const promptVersion = random() < 0.2 ? 3 - firstVersion : firstVersion;
    const at = startMs + i * 1000;
    data.addObservation({
      id: `${traceId}-${i}`,
      traceId,
      type: 'GENERATION',
      promptName,
      promptVersion: i === 0 ? firstVersion : promptVersion,
      environment,
      sessionId,
      level: random() < 0.05 ? 'ERROR' : 'DEFAULT',
      startMs: at,
      endMs: at + Math.round(200 + 2000 * random()),
      ...(random() < 0.8 ? { cost: { total: random() / 100 }, usage: { total: Math.round(500 * random()) } } : {}),
    });
  }
  if (random() < 0.7) addScores(data, random, { startMs, traceId, sessionId });
}

function addScores(
  data: Data,
  random: () => number,
  { startMs, traceId, sessionId }: { startMs: number; traceId: string; sessionId: string | null },
): void {
  const lateMs = random() < 0.1 ? 3 * DAY_MS * random() : 20 * MINUTE_MS * random();
  const timestampMs = Math.round(startMs + MINUTE_MS + lateMs);
  const subject = { kind: 'trace', traceId } as const;
  data.addScore({
    id: `${traceId}-c`,
    name: 'clarity',
    dataType: 'NUMERIC',
    value: 1 + 4 * random(),
    subject,
    timestampMs,
  });
  data.addScore({
    id: `${traceId}-t`,
    name: 'tone',
    dataType: 'CATEGORICAL',
    value: random() < 0.5 ? 'rude' : 'kind',
    subject: { kind: 'observation', traceId, observationId: `${traceId}-0` },
    timestampMs: timestampMs + 1000,
  });
  if (sessionId === null) return;
  const about = { kind: 'session', sessionId } as const;
  data.addScore({
    id: `${traceId}-s`,
    name: 'solved',
    dataType: 'BOOLEAN',
    value: random() < 0.6,
    subject: about,
    timestampMs,
  });
}

/** Everything that is stored of a prompt's hours: `HOUR VERSION METRIC` → n and sum. */
async function numbersOf(controller: Controller, prompt: string): Promise<Map<string, { n: number; sum: number }>> {
  const manifest = await readManifest(controller, (await controller.store.read(prompt))!);
  const found = new Map<string, { n: number; sum: number }>();
  for (const [, page] of manifest?.days ?? []) {
    for (const [hour, versions] of Object.entries(await readPage<DayPage>(controller.objects, page))) {
      for (const [version, metrics] of Object.entries(versions)) {
        for (const [metric, { n, sum }] of Object.entries(metrics)) {
          if (n > 0) found.set(`${new Date(Number(hour)).toISOString()} ${version} ${metric}`, { n, sum });
        }
      }
    }
  }
  return found;
}

async function allNumbers(controller: Controller): Promise<Record<string, [n: number, sum: number]>> {
  const all: Record<string, [number, number]> = {};
  for (const prompt of PROMPTS) {
    for (const [key, { n, sum }] of await numbersOf(controller, prompt)) {
      all[`${prompt} ${key}`] = [n, Number(sum.toPrecision(10))];
    }
  }
  return all;
}

/** Takes away what is stored of some days of the prompts. */
async function loseDays(controller: Controller, clock: { nowMs: number }): Promise<void> {
  for (const prompt of PROMPTS) {
    const item = (await controller.store.read(prompt))!;
    const manifest = (await readManifest(controller, item))!;
    const isLost = (dayMs: number): boolean => dayMs >= MONDAY_MS && dayMs < MONDAY_MS + 5 * DAY_MS;
    const days = manifest.days.filter(([dayMs]) => !isLost(dayMs));
    const name = await putManifest(controller, { ...manifest, days });
    const change = { rollout: null, stable: item.assignment.stable, actions: [], by: 'test', manifest: name };
    await controller.store.write(nextItem(item, change, clock.nowMs));
  }
}

function paceOf(clock: { nowMs: number }, minutes: number): RebuildPace {
  const wait = async (ms: number): Promise<void> => void (clock.nowMs += ms);
  return { now: () => clock.nowMs, wait, untilMs: clock.nowMs + minutes * MINUTE_MS };
}

/** Goes on until it is finished, as a schedule would. */
async function finish(
  controller: Controller,
  clock: { nowMs: number },
): Promise<{ calls: number; last: RebuildProgress }> {
  let last = await rebuildWeek(controller, '2026-W03', paceOf(clock, 1));
  let calls = 1;
  for (; !last.isFinished; calls++) {
    clock.nowMs += 15 * MINUTE_MS;
    last = (await continueRebuild(controller, paceOf(clock, 1)))!;
    if (calls > 500) throw new Error('it does not end');
  }
  return { calls, last };
}

describe('rebuilding a week', () => {
  let world: Awaited<ReturnType<typeof liveWorld>>;
  let kept: Record<string, [number, number]>;

  beforeAll(async () => {
    world = await liveWorld();
    kept = await allNumbers(world.controller);
  });

  /** The same deployment again, so that a test may change it. */
  async function again(): Promise<typeof world> {
    const { data } = world;
    const clock = { ...world.clock };
    const controller = memoryController(() => clock.nowMs, data, { timeZone: 'UTC', deployment: 'acme' });
    for (const prompt of PROMPTS) {
      await controller.store.write({ ...(await world.controller.store.read(prompt))!, revision: 1 });
    }
    return { data, clock, controller: { ...controller, objects: world.controller.objects } };
  }

  test('comes to the numbers that were kept as they came in', async () => {
    const { controller, clock } = await again();
    await loseDays(controller, clock);
    expect(Object.keys(await allNumbers(controller)).length).toBeLessThan(0.7 * Object.keys(kept).length);
    const { last } = await finish(controller, clock);
    expect(last).toMatchObject({ week: '2026-W03', isFinished: true, promptsDone: 3, prompts: 3 });
    expect(await allNumbers(controller)).toEqual(kept);
    expect(Object.keys(kept).some((key) => key.endsWith('score:solved'))).toBe(true);
    expect(Object.keys(kept).some((key) => key.endsWith('covered:tone'))).toBe(true);
  });

  test('does so within its part of the budget, over as many calls as that takes', async () => {
    const { controller, clock } = await again();
    await loseDays(controller, clock);
    controller.budget = memoryRequestBudget({ perMinute: 4, burst: 8 });
    const langfuse = { ...controller.langfuse };
    const asked: number[] = [];
    controller.langfuse = {
      ...langfuse,
      listObservations: (query) => (asked.push(clock.nowMs), langfuse.listObservations({ ...query, limit: 100 })),
      listScores: (query) => (asked.push(clock.nowMs), langfuse.listScores({ ...query, limit: 50 })),
    };
    const beganMs = clock.nowMs;
    const { calls, last } = await finish(controller, clock);
    expect(calls).toBeGreaterThan(3);
    expect(last.requests).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(8 + (4 * (clock.nowMs - beganMs)) / MINUTE_MS);
    expect(await allNumbers(controller)).toEqual(kept);
  });

  test('waits when Langfuse says that it was asked too much, and fails when Langfuse does', async () => {
    const { controller, clock } = await again();
    await loseDays(controller, clock);
    const { langfuse } = controller;
    let refusals = 3;
    const refused = new RampartError('provider_rate_limited', '429', { retryAfterMs: 20_000 });
    const down = new RampartError('provider_unavailable', 'down');
    controller.langfuse = { ...controller.langfuse, listObservations: () => Promise.reject(down) };
    await expect(finish(controller, clock)).rejects.toMatchObject({ code: 'provider_unavailable' });
    controller.langfuse = {
      ...controller.langfuse,
      listObservations: (query) => (refusals-- > 0 ? Promise.reject(refused) : langfuse.listObservations(query)),
    };
    const beganMs = clock.nowMs;
    expect((await finish(controller, clock)).last.isFinished).toBe(true);
    expect(clock.nowMs - beganMs).toBeGreaterThanOrEqual(60_000);
    expect(await allNumbers(controller)).toEqual(kept);
  });

  test('a prompt whose own reader is behind waits for it, and keeps no other waiting', async () => {
    const { controller, clock } = await again();
    await loseDays(controller, clock);
    const [behind = ''] = PROMPTS;
    const item = (await controller.store.read(behind))!;
    const manifest = (await readManifest(controller, item))!;
    const lanes = manifest.observations.map((lane) => ({ ...lane, doneMs: MONDAY_MS + 6 * DAY_MS, window: null }));
    const name = await putManifest(controller, { ...manifest, observations: lanes });
    await controller.store.write(nextItem(item, { ...NOTHING, manifest: name }, clock.nowMs));
    const stuck = await rebuildWeek(controller, '2026-W03', paceOf(clock, 10));
    expect(stuck).toMatchObject({ isFinished: false, promptsDone: 2, prompts: 3 });
    await tickPrompt(controller, behind, (clock.nowMs += 3 * HOUR_MS));
    expect((await finish(controller, clock)).last).toMatchObject({ isFinished: true, promptsDone: 3 });
  });

  test('may die at any write and goes on from its last stored step', async () => {
    const { controller, clock } = await again();
    await loseDays(controller, clock);
    const { documents, objects, store } = controller;
    let writes = 0;
    let deaths = 0;
    const dying = <Result>(write: () => Promise<Result>): Promise<Result> =>
      ++writes % 13 === 0 ? Promise.reject(new Error('died')) : write();
    controller.documents = { ...documents, putDocument: (...args) => dying(() => documents.putDocument(...args)) };
    controller.objects = { ...objects, put: (...args) => dying(() => objects.put(...args)) };
    controller.store = { ...store, write: (item) => dying(() => store.write(item)) };
    for (let isFinished = false; !isFinished;) {
      try {
        isFinished = (await rebuildWeek(controller, '2026-W03', paceOf(clock, 10))).isFinished;
      } catch (error) {
        expect(error).toMatchObject({ message: 'died' });
        if (++deaths > 500) throw error;
      }
    }
    expect(deaths).toBeGreaterThan(3);
    expect(await allNumbers(controller)).toEqual(kept);
  });

  test('ticks go on meanwhile: what they count is neither lost nor counted twice', async () => {
    const played = async (isRebuilt: boolean): Promise<{ isFinished: boolean; numbers: object }> => {
      const { controller, clock } = await again();
      controller.budget = memoryRequestBudget({ perMinute: 30, burst: 40 });
      let isFinished = false;
      for (let ticks = 0; ticks < 40; ticks++) {
        if (isRebuilt && !isFinished) {
          isFinished = (await rebuildWeek(controller, '2026-W03', paceOf({ ...clock }, 1))).isFinished;
        }
        clock.nowMs += 15 * MINUTE_MS;
        for (const prompt of PROMPTS) await tickPrompt(controller, prompt, clock.nowMs);
      }
      return { isFinished, numbers: await allNumbers(controller) };
    };
    const [rebuilt, only] = [await played(true), await played(false)];
    expect(rebuilt.isFinished).toBe(true);
    expect(rebuilt.numbers).toEqual(only.numbers);
    expect(rebuilt.numbers).not.toEqual(kept);
  });

  test('also of a prompt that was never read: its reader goes on where the rebuild ends', async () => {
    const { data, clock } = world;
    const now = { ...clock };
    const controller = memoryController(() => now.nowMs, data, { timeZone: 'UTC', deployment: 'acme' });
    for (const prompt of PROMPTS) await controller.store.write(nextItem(emptyItem(prompt, 1, 0), NOTHING, now.nowMs));
    await finish(controller, now);
    const inWeek = (numbers: Record<string, [number, number]>): object =>
      Object.fromEntries(
        Object.entries(numbers).filter(([key]) => {
          const atMs = Date.parse(/\d{4}-\S+Z/u.exec(key)![0]);
          return atMs >= MONDAY_MS && atMs < MONDAY_MS + 7 * DAY_MS && !/ 0 \w+$/u.test(key);
        }),
      );
    expect(inWeek(await allNumbers(controller))).toEqual(inWeek(kept));
  });

  test.each([
    ['2026-W04', /expected one that ended two hours ago, got 2026-W04/u],
    ['2025-W40', /expected one whose numbers are kept \(70 days\), got 2025-W40/u],
    ['W3', /expected an ISO week/u],
  ])('%s is refused', async (week, message) => {
    const { controller, clock } = await again();
    clock.nowMs = MONDAY_MS + 8 * DAY_MS;
    await expect(rebuildWeek(controller, week, paceOf(clock, 1))).rejects.toThrow(message);
    expect(await continueRebuild(controller, paceOf(clock, 1))).toBeNull();
  });

  test('one week at a time', async () => {
    const { controller, clock } = await again();
    await rebuildWeek(controller, '2026-W03', { ...paceOf(clock, 1), untilMs: clock.nowMs });
    await expect(rebuildWeek(controller, '2026-W02', paceOf(clock, 1))).rejects.toThrow(
      'rebuild: expected 2026-W03, which is not finished, got 2026-W02',
    );
  });

  test('nothing private is stored on the way', async () => {
    const { controller, clock } = await again();
    const { objects } = controller;
    const stored: string[] = [];
    controller.objects = {
      ...objects,
      put: (prefix, bytes) => (stored.push(Buffer.from(bytes).toString('latin1')), objects.put(prefix, bytes)),
    };
    await finish(controller, clock);
    expect(stored.length).toBeGreaterThan(5);
    expect(stored.some((text) => /session-\d/u.test(text))).toBe(false);
  });
});

const NOTHING = { rollout: null, stable: 1, actions: [], by: 'test' };
