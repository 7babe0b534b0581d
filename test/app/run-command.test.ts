import { handleAlarm } from '../../src/app/handle-alarm';
import { runCommand } from '../../src/app/run-command';
import { RampartError } from '../../src/core/errors';
import { DAY_MS, SAFE, START_MS, TICK_MS } from '../core/rollout/fixtures';
import { down, label, newWorld, PROMPT, served, type World } from './world';

jest.mock('../../src/app/evidence/read-evidence', () => ({ readEvidence: jest.fn() }));
jest.mock('../../src/app/read-history', () => ({ readHistory: jest.fn() }));

const ann = { prompt: PROMPT, by: 'ann', because: 'I saw it' };
const rollback = { kind: 'rollback', ...ann, toVersion: null } as const;

async function ramping(settings: Parameters<typeof newWorld>[0] = {}): Promise<World> {
  const world = newWorld(settings);
  label(world, 2);
  await world.tick();
  return world;
}

describe('commands go through the item', () => {
  it('rollback by hand while ramping: one write, served from stable, said, quarantined, not tried again', async () => {
    const world = await ramping();
    const report = await runCommand(world.controller, rollback, world.nowMs);
    expect(report).toEqual({ prompt: PROMPT, said: 'rolled back to version 1' });
    expect(await served(world)).toEqual(new Set([1]));
    expect(world.sent()).toEqual(['started', 'rolled_back']);
    for (let n = 0; n < 3; n++) await world.tick();
    expect((await world.item()).rollout).toMatchObject({ phase: 'rolled_back' });
    await expect(runCommand(world.controller, { kind: 'start', ...ann, version: 2 }, world.nowMs)).rejects.toThrow(
      /rolled back before/u,
    );
    await runCommand(world.controller, { kind: 'release', ...ann, version: 2 }, world.nowMs);
    expect((await world.tick()).outcome).toBe('started');
  });

  it('works while Langfuse is down: nobody is served the candidate, the label follows later', async () => {
    const world = await ramping();
    world.seen = SAFE;
    for (const afterMs of [DAY_MS, DAY_MS, TICK_MS]) await world.tick(afterMs);
    expect(world.production()).toBe(2);
    world.hook = (call) => {
      if (call.startsWith('langfuse.')) throw down();
    };
    await runCommand(world.controller, rollback, world.nowMs);
    expect(await served(world)).toEqual(new Set([1]));
    world.hook = () => {};
    await world.tick();
    expect(world.production()).toBe(1);
  });

  it('promote --to gives a new prompt its first production version, then a candidate can start', async () => {
    const world = newWorld();
    world.data.createPrompt({ name: 'new', prompt: 'x', labels: [] }, 0);
    world.data.createPrompt({ name: 'new', prompt: 'y', labels: [] }, 0);
    const promote = { kind: 'promote', ...ann, prompt: 'new', keepWatch: false, toVersion: 1 } as const;
    await runCommand(world.controller, promote, world.nowMs);
    expect(world.data.prompts.byLabel('new', 'production')?.version).toBe(1);
    const start = { kind: 'start', ...ann, prompt: 'new', version: 2 } as const;
    expect((await runCommand(world.controller, start, world.nowMs)).said).toBe('version 2 started at 10 %');
    await expect(runCommand(world.controller, start, world.nowMs)).rejects.toThrow(/being rolled out already/u);
  });

  it.each([
    ['a version that does not exist', { kind: 'start', ...ann, version: 99 }],
    ['the version in production', { kind: 'start', ...ann, version: 1 }],
    ['a goal that does not exist', { kind: 'rollback', ...ann, toVersion: 99 }],
  ] as const)('refused: %s', async (_, command) => {
    const world = newWorld();
    await world.tick();
    await expect(runCommand(world.controller, command, world.nowMs)).rejects.toMatchObject({ code: 'refused' });
  });

  it('start is refused while production is still on its way', async () => {
    const world = await ramping();
    world.seen = SAFE;
    for (const afterMs of [DAY_MS, DAY_MS, TICK_MS]) await world.tick(afterMs);
    world.hook = (call) => {
      if (call === 'langfuse.moveLabel') throw down();
    };
    await runCommand(world.controller, rollback, world.nowMs);
    await expect(runCommand(world.controller, { kind: 'start', ...ann, version: 3 }, world.nowMs)).rejects.toThrow(
      /still being moved/u,
    );
  });

  it('frozen: rollback says which command helps, and it works', async () => {
    const world = await ramping();
    const { langfuse } = world.controller;
    world.controller.langfuse = new Proxy(langfuse, {
      get: (target, key) => {
        if (key === 'version')
          return async (_: string, version: number) => (version === 1 ? null : langfuse.version(PROMPT, version));
        if (key === 'versionByLabel')
          return async (_: string, name: string) =>
            name === 'production' ? null : langfuse.versionByLabel(PROMPT, name);
        return Reflect.get(target, key) as unknown;
      },
    });
    await world.tick();
    expect(world.sent()).toEqual(['started', 'held_stable_missing']);
    expect(await served(world)).toEqual(new Set([1, 2]));
    await expect(runCommand(world.controller, rollback, world.nowMs)).rejects.toMatchObject({
      hint: expect.stringContaining('--to VERSION'),
    });
    world.controller.langfuse = langfuse;
    await runCommand(world.controller, { ...rollback, toVersion: 4 }, world.nowMs);
    expect([world.production(), await served(world)]).toEqual([4, new Set([4])]);
  });

  it('a write whose answer was lost is not done twice, nor refused', async () => {
    const world = await ramping();
    let isFirst = true;
    world.hook = (call) => {
      if (call !== 'store.write done' || !isFirst) return;
      isFirst = false;
      throw new RampartError('revision_conflict', 'our own write, seen by its own retry');
    };
    expect((await runCommand(world.controller, { kind: 'pause', ...ann }, world.nowMs)).said).toMatch(/^paused/u);
    expect((await world.item()).audit.filter(({ kind }) => kind === 'paused')).toHaveLength(1);
  });

  it('another write in between: decided again on what is there now', async () => {
    const world = await ramping();
    let isFirst = true;
    world.hook = async (call) => {
      if (call !== 'store.write' || !isFirst) return;
      isFirst = false;
      await runCommand(world.controller, { kind: 'pause', ...ann, by: 'bob' }, world.nowMs);
    };
    await expect(runCommand(world.controller, { kind: 'pause', ...ann }, world.nowMs)).rejects.toThrow(
      /already, by bob/u,
    );
  });
});

describe('alarms', () => {
  const settings = { alarms: { errors: [PROMPT, 'unknown'] } };
  const alarm = { name: 'errors', state: 'ALARM', changedAtMs: START_MS + DAY_MS } as const;

  it('ALARM after the start rolls back the mapped prompts; one without a rollout is told', async () => {
    const world = await ramping(settings);
    const report = await handleAlarm(world.controller, alarm, world.nowMs);
    expect(report).toEqual({
      rolledBack: [PROMPT],
      ignored: [{ prompt: 'unknown', why: 'unknown has no running rollout' }],
    });
    expect((await world.item()).rollout).toMatchObject({
      phase: 'rolled_back',
      outcome: { code: 'alarm', by: 'alarm:errors' },
    });
    const again = await handleAlarm(world.controller, alarm, world.nowMs);
    expect(again.rolledBack).toEqual([]);
    expect(world.sent()).toEqual(['started', 'rolled_back']);
  });

  it.each([
    ['it is not mapped', { ...alarm, name: 'other' }, 'no prompt is mapped to this alarm'],
    ['it is over', { ...alarm, state: 'OK' as const }, 'the alarm changed to OK'],
    ['it was on before', { ...alarm, changedAtMs: START_MS }, 'the alarm was on before the rollout began'],
  ])('does nothing when %s', async (_, change, why) => {
    const world = await ramping(settings);
    const report = await handleAlarm(world.controller, change, world.nowMs);
    expect(report.rolledBack).toEqual([]);
    expect(report.ignored[0]).toMatchObject({ why });
    expect((await world.item()).rollout?.phase).toBe('ramping');
  });

  it('does not undo a promotion that has ended', async () => {
    const world = await ramping(settings);
    world.seen = SAFE;
    for (const afterMs of [DAY_MS, DAY_MS, TICK_MS, 2 * DAY_MS]) await world.tick(afterMs);
    const report = await handleAlarm(world.controller, { ...alarm, changedAtMs: world.nowMs }, world.nowMs);
    expect(report.rolledBack).toEqual([]);
    expect(world.production()).toBe(2);
  });

  it('a prompt that fails stops no other, and is loud', async () => {
    const world = await ramping({ alarms: { errors: ['broken', PROMPT] } });
    world.hook = (call, [prompt]) => {
      if (call === 'store.read' && prompt === 'broken') throw down();
    };
    await expect(handleAlarm(world.controller, alarm, world.nowMs)).rejects.toThrow('expected an answer');
    expect((await world.item()).rollout?.phase).toBe('rolled_back');
  });
});
