import { carryOut, LEASE_MS } from '../../src/app/carry-out';
import { handBackAll } from '../../src/app/hand-back';
import { runCommand } from '../../src/app/run-command';
import { RampartError } from '../../src/core/errors';
import { DAY_MS, HARM, HOUR_MS, SAFE, TICK_MS } from '../core/rollout/fixtures';
import { down, label, newWorld, PROMPT, served, type Hook, type World } from './world';

jest.mock('../../src/app/evidence/read-evidence', () => ({ readEvidence: jest.fn() }));
jest.mock('../../src/app/read-history', () => ({ readHistory: jest.fn() }));

const ann = { prompt: PROMPT, by: 'ann', because: 'I saw it' };

/** A rollout one tick before its promotion. */
async function readyToPromote(): Promise<World> {
  const world = newWorld();
  label(world, 2);
  await world.tick();
  world.seen = SAFE;
  await world.tick(DAY_MS);
  return world;
}

function failing(...calls: string[]): Hook {
  return (call) => {
    if (calls.includes(call)) throw down();
  };
}

class Crash extends Error {}

/** A worker that dies after it has claimed the move and before it is made. */
async function killedInMove(world: World): Promise<void> {
  world.hook = (call) => {
    if (call === 'langfuse.moveLabel') throw new Crash('killed');
  };
  await expect(world.tick(DAY_MS)).rejects.toThrow('killed');
  world.hook = () => {};
}

function answered(): RampartError {
  return new RampartError('provider_unavailable', 'answered 502', { cause: { status: 502 } });
}

describe('messages survive crashes (4.4)', () => {
  it('killed before and after every call of a tick that promotes: the label moves, each alert has one id, nothing is left', async () => {
    for (let crashAt = 0; ; crashAt++) {
      const world = await readyToPromote();
      let calls = 0;
      world.hook = () => {
        if (calls++ >= crashAt) throw new Crash('killed');
      };
      const crashed = await world.tick(DAY_MS).then(
        () => false,
        (error: unknown) => error instanceof Crash,
      );
      world.hook = () => {};
      if (!crashed) break;
      for (let n = 0; n < 4; n++) await world.tick();
      expect(world.production()).toBe(2);
      expect((await world.item()).rollout?.phase).toBe('watching');
      expect((await world.item()).outbox).toEqual([]);
      const ids = new Map(world.alerts.sent.map(({ id, attributes }) => [id, attributes['alert']]));
      expect([...ids.values()]).toEqual(['started', 'promoted']);
      const kinds = (await world.item()).audit.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'promoting')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'promoted')).toHaveLength(1);
    }
  });

  it('killed before and after every call of a tick that rolls back: served from stable from the write on, one alert id', async () => {
    let crashes = 0;
    for (let crashAt = 0; ; crashAt++) {
      const world = await readyToPromote();
      await world.tick(DAY_MS);
      await world.tick();
      world.seen = HARM;
      let calls = 0;
      world.hook = () => {
        if (calls++ >= crashAt) throw new Crash('killed');
      };
      const crashed = await world.tick().then(
        () => false,
        (error: unknown) => error instanceof Crash,
      );
      world.hook = () => {};
      if (!crashed) break;
      crashes++;
      for (let n = 0; n < 4; n++) await world.tick();
      expect(world.production()).toBe(1);
      expect(await served(world)).toEqual(new Set([1]));
      const { rollout, outbox, quarantined } = await world.item();
      expect([rollout?.phase, outbox, quarantined]).toEqual(['rolled_back', [], [[2, 2]]]);
      expect(rollout?.verification?.verifiedAtMs).not.toBeNull();
      const ids = world.alerts.sent
        .filter(({ attributes }) => attributes['alert'] === 'rolled_back')
        .map(({ id }) => id);
      expect(new Set(ids).size).toBe(1);
    }
    expect(crashes).toBeGreaterThan(20);
  });

  it('10,000 ticks with the alert sender down, then harm: rolled back at once, and said when it is back', async () => {
    const world = newWorld({ defaultPolicy: { ...NOISY } });
    label(world, 2);
    world.hook = failing('alerts.send');
    for (let n = 0; n < 10_000; n++) {
      world.seen = n % 7 === 0 ? { units: 0 } : {};
      await world.tick(n % 50 === 0 ? 2 * HOUR_MS : TICK_MS);
      if (n % 40 === 20) await runCommand(world.controller, { kind: 'pause', ...ann }, world.nowMs).catch(() => {});
      if (n % 40 === 30) await runCommand(world.controller, { kind: 'resume', ...ann }, world.nowMs).catch(() => {});
      if (n % 900 === 800) {
        await runCommand(world.controller, { kind: 'abort', ...ann }, world.nowMs);
        world.data.createPrompt({ name: PROMPT, prompt: `fix ${n}`, labels: ['candidate'] }, world.nowMs);
      }
    }
    const before = await world.item();
    expect(before.rollout?.phase).toBe('ramping');
    expect(Object.keys(before.mergedAlerts)).not.toEqual([]);
    world.seen = HARM;
    await world.tick();
    expect((await world.item()).rollout?.phase).toBe('rolled_back');
    expect(await served(world)).toEqual(new Set([1]));
    world.hook = () => {};
    await world.tick();
    expect(world.sent()).toContain('rolled_back');
    await world.tick();
    expect(world.sent().at(-1)).toBe('merged');
    expect(await world.item()).toMatchObject({ outbox: [], mergedAlerts: {} });
    expect((await world.item()).audit.length).toBeLessThanOrEqual(32);
  }, 60_000);
});

const NOISY = {
  guardrails: [{ metric: 'score:helpfulness', direction: 'higher_is_better', range: [0, 1], margin: 0.05 }],
  deadlines: { inconclusive: { alert: '15m', pause: '365d' }, noData: { alert: '15m', pause: '365d' } },
};

describe('alerts', () => {
  it('one that is refused stops no other and stays', async () => {
    const world = await readyToPromote();
    await world.tick(DAY_MS);
    world.hook = (call, [message]) => {
      const { attributes } = (message ?? {}) as { attributes?: Record<string, string> };
      if (call === 'alerts.send' && attributes?.['alert'] === 'promoted') throw down('bad_input');
    };
    await world.tick();
    world.seen = HARM;
    await world.tick();
    expect(world.sent()).toEqual(['started', 'rolled_back']);
    expect((await world.item()).outbox).toHaveLength(1);
    expect(world.logs).toContainEqual(expect.objectContaining({ event: 'alert_not_sent', alert: 'promoted' }));
  });

  it('go out in their order; a channel that is down is asked once per tick', async () => {
    const world = newWorld();
    label(world, 2);
    let asked = 0;
    world.hook = (call) => {
      if (call !== 'alerts.send') return;
      asked++;
      throw down();
    };
    await world.tick();
    world.seen = HARM;
    await world.tick();
    expect(asked).toBe(2);
    world.hook = () => {};
    await world.tick();
    expect(world.sent()).toEqual(['started', 'rolled_back']);
  });
});

describe('a label goal', () => {
  it('is claimed: while a worker holds it nobody else moves the label; after the lease somebody does', async () => {
    const world = await readyToPromote();
    await killedInMove(world);
    await carryOut(world.controller, PROMPT, world.nowMs + LEASE_MS - 1);
    expect(world.production()).toBe(1);
    await carryOut(world.controller, PROMPT, world.nowMs + LEASE_MS);
    expect(world.production()).toBe(2);
  });

  it.each([
    ['answered with an error', answered()],
    ['not answered', down()],
  ])('is made by the very next tick when its move was %s, and a person may move on', async (_, error) => {
    const world = await readyToPromote();
    world.hook = (call) => {
      if (call === 'langfuse.moveLabel') throw error;
    };
    await world.tick(DAY_MS);
    expect(world.production()).toBe(1);
    world.hook = () => {};
    await world.tick(60_000);
    expect(world.production()).toBe(2);
    expect((await world.item()).outbox).toEqual([]);
    await world.tick();
    label(world, 5, 'production');
    await world.tick(LEASE_MS);
    expect(world.production()).toBe(5);
  });

  it('that was not answered and is overtaken is watched until it is surely over', async () => {
    const world = await readyToPromote();
    world.hook = failing('langfuse.moveLabel');
    await world.tick(DAY_MS);
    world.hook = () => {};
    await runCommand(world.controller, { kind: 'rollback', ...ann, toVersion: null }, world.nowMs + 1000);
    expect((await world.item()).outbox).toMatchObject([{ kind: 'label', version: 1 }]);
    await world.tick(2 * LEASE_MS);
    expect([world.production(), (await world.item()).outbox]).toEqual([1, []]);
  });

  it('is tried again at once by who knows that the worker is dead', async () => {
    const world = await readyToPromote();
    await killedInMove(world);
    await handBackAll(world.controller);
    await carryOut(world.controller, PROMPT, world.nowMs + 1);
    expect([world.production(), (await world.item()).outbox]).toEqual([2, []]);
  });

  it('two workers at once: one moves', async () => {
    const world = await readyToPromote();
    await killedInMove(world);
    let moves = 0;
    world.hook = (call) => {
      if (call === 'langfuse.moveLabel') moves++;
    };
    const atMs = world.nowMs + LEASE_MS;
    await Promise.all([carryOut(world.controller, PROMPT, atMs), carryOut(world.controller, PROMPT, atMs)]);
    expect([moves, world.production()]).toEqual([1, 2]);
  });

  it('is done only when it is read back, by one holder alone', async () => {
    const world = await readyToPromote();
    world.hook = (call) => {
      if (call === 'langfuse.moveLabel done') world.data.prompts.holdToo(PROMPT, 5, 'production');
    };
    await world.tick(DAY_MS);
    expect((await world.item()).outbox).toMatchObject([{ kind: 'label', version: 2, attempts: 1 }]);
    expect(world.logs).toContainEqual(expect.objectContaining({ event: 'label_not_moved', expected: 2, seen: [2, 5] }));
  });

  it('a read-back that fails leaves it for the next tick, which finds it done', async () => {
    const world = await readyToPromote();
    world.hook = failing('langfuse.versionsWithLabel');
    await world.tick(DAY_MS);
    expect(world.production()).toBe(2);
    expect((await world.item()).outbox).toHaveLength(1);
    world.hook = () => {};
    await world.tick();
    expect((await world.item()).outbox).toEqual([]);
  });

  it('that is overtaken while a worker still carries it out is made once more when that worker is surely gone', async () => {
    const world = await readyToPromote();
    let release = (): void => {};
    const late = new Promise<void>((resolve) => (release = resolve));
    const slow = new Promise<{ ended: Promise<unknown> }>((reached) => {
      let isFirst = true;
      world.hook = async (call) => {
        if (call !== 'langfuse.moveLabel' || !isFirst) return;
        isFirst = false;
        reached({ ended });
        await late;
      };
      const ended = world.tick(DAY_MS);
    });
    const { ended } = await slow;
    await runCommand(world.controller, { kind: 'rollback', ...ann, toVersion: null }, world.nowMs + 1000);
    expect(world.production()).toBe(1);
    await world.tick(60_000);
    const { rollout, outbox } = await world.item();
    expect(rollout?.verification?.verifiedAtMs).toBe(world.nowMs);
    expect(outbox).toMatchObject([{ kind: 'label', version: 1 }]);
    release();
    await ended;
    expect(world.production()).toBe(2);
    for (let n = 0; n < 3; n++) await world.tick();
    expect(world.production()).toBe(1);
    expect(await served(world)).toEqual(new Set([1]));
    expect((await world.item()).outbox).toEqual([]);
  });

  it('a 429 makes everybody wait; an empty budget leaves the goal', async () => {
    const world = await readyToPromote();
    const blocked: unknown[] = [];
    world.hook = (call, [untilMs]) => {
      if (call === 'budget.blockUntil') blocked.push(untilMs);
      if (call === 'langfuse.moveLabel')
        throw new RampartError('provider_rate_limited', 'wait', { retryAfterMs: 5000 });
    };
    await world.tick(DAY_MS);
    expect(blocked).toEqual([world.nowMs + 5000]);
    world.hook = () => {};
    const { budget } = world.controller;
    world.controller.budget = {
      take: async (_, __, nowMs) => ({ granted: 0, retryAtMs: nowMs + 1 }),
      blockUntil: async () => {},
    };
    await world.tick();
    expect(world.production()).toBe(1);
    world.controller.budget = budget;
    await world.tick();
    expect(world.production()).toBe(2);
  });
});
