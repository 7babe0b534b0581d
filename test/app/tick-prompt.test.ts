import { runCommand } from '../../src/app/run-command';
import { dispatchTicks } from '../../src/app/dispatch-ticks';
import { readEvidence } from '../../src/app/evidence/read-evidence';
import { readHistory } from '../../src/app/read-history';
import { tickPrompt } from '../../src/app/tick-prompt';
import { DAY_MS, HARM, HOUR_MS, SAFE, TICK_MS } from '../core/rollout/fixtures';
import { HELPFUL } from '../core/policy/example-policy';
import { down, label, newWorld, PROMPT, served } from './world';

jest.mock('../../src/app/evidence/read-evidence', () => ({ readEvidence: jest.fn() }));
jest.mock('../../src/app/read-history', () => ({ readHistory: jest.fn() }));

const ann = { prompt: PROMPT, by: 'ann', because: 'I saw it' };

describe('a rollout from its label to its end', () => {
  it('started, 10 %, 50 %, promoted, watched, final; each said once', async () => {
    const world = newWorld();
    label(world, 2);
    expect((await world.tick()).outcome).toBe('started');
    expect(await served(world)).toEqual(new Set([1, 2]));
    world.seen = SAFE;
    await world.tick(DAY_MS);
    expect((await world.item()).assignment.arms[0]?.to).toBe(5000);
    expect(world.production()).toBe(1);
    await world.tick(DAY_MS);
    expect(world.production()).toBe(2);
    await world.tick();
    expect((await world.item()).rollout?.phase).toBe('watching');
    await world.tick(2 * DAY_MS);
    expect((await world.item()).rollout).toMatchObject({ phase: 'promoted', outcome: { code: 'proven_safe' } });
    expect(await served(world)).toEqual(new Set([2]));
    for (let n = 0; n < 5; n++) await world.tick();
    expect(world.sent()).toEqual(['started', 'promoted']);
    expect((await world.item()).rollout?.phase).toBe('promoted');
  });

  it('harm while ramping: served from stable by the same write, verified by the next tick, never again by its label', async () => {
    const world = newWorld();
    label(world, 2);
    await world.tick();
    world.seen = HARM;
    await world.tick();
    expect(await served(world)).toEqual(new Set([1]));
    await world.tick();
    expect((await world.item()).rollout?.verification?.verifiedAtMs).toBe(world.nowMs);
    for (let n = 0; n < 5; n++) await world.tick();
    expect(world.sent()).toEqual(['started', 'rolled_back']);
    expect((await world.item()).quarantined).toEqual([[2, 2]]);
    world.seen = {};
    label(world, 3);
    expect((await world.tick()).outcome).toBe('started');
    expect((await world.item()).rollout).toMatchObject({ stable: 1, candidate: 3 });
  });

  it('a rolled-back assignment that is not served is a page of its own', async () => {
    const world = newWorld();
    label(world, 2);
    await world.tick();
    const old = await world.controller.store.readAssignment(PROMPT);
    world.seen = HARM;
    await world.tick();
    const { store } = world.controller;
    world.controller.store = new Proxy(store, {
      get: (target, key) => (key === 'readAssignment' ? async () => old : Reflect.get(target, key)),
    });
    await world.tick();
    expect((await world.item()).rollout?.verification?.verifiedAtMs).toBeNull();
    await world.tick(HOUR_MS);
    expect(world.sent()).toContain('rollback_unverified');
    world.controller.store = store;
    await world.tick();
    expect((await world.item()).rollout?.verification?.verifiedAtMs).toBe(world.nowMs);
  });

  it('superseded: the new candidate starts in the same tick, at the first step, with a new salt', async () => {
    const world = newWorld();
    label(world, 2);
    await world.tick();
    const { salt } = (await world.item()).assignment;
    world.seen = SAFE;
    await world.tick(DAY_MS);
    label(world, 3);
    const report = await world.tick();
    expect(report).toMatchObject({ outcome: 'started', rollout: { candidate: 3, stable: 1 } });
    const { assignment } = await world.item();
    expect(assignment).toMatchObject({ step: 0, arms: [{ version: 3, to: 1000 }] });
    expect(assignment.salt).not.toBe(salt);
    expect(await served(world)).toEqual(new Set([1, 3]));
    expect(world.sent()).toEqual(['started', 'aborted', 'started']);
    label(world, 2);
    await world.tick();
    await world.tick();
    expect((await world.item()).rollout).toMatchObject({ candidate: 3, phase: 'aborted' });
    expect(world.sent().slice(3)).toEqual(['aborted', 'candidate_used']);
  });

  it('wait: the new candidate starts against the new production once the first has ended', async () => {
    const world = newWorld({ defaultPolicy: { guardrails: [HELPFUL], onNewCandidate: 'wait' } });
    label(world, 2);
    await world.tick();
    world.seen = SAFE;
    label(world, 3);
    for (const afterMs of [DAY_MS, DAY_MS, TICK_MS, 2 * DAY_MS]) await world.tick(afterMs);
    expect((await world.item()).rollout).toMatchObject({ candidate: 2, phase: 'promoted' });
    expect((await world.tick()).rollout).toMatchObject({ candidate: 3, stable: 2, phase: 'ramping' });
  });

  it('a candidate that waits while production is moved back starts against the version it was moved back to', async () => {
    const world = newWorld();
    label(world, 2);
    await world.tick();
    world.seen = SAFE;
    for (const afterMs of [DAY_MS, DAY_MS, TICK_MS]) await world.tick(afterMs);
    label(world, 3);
    world.hook = (call) => {
      if (call === 'langfuse.moveLabel') throw down();
    };
    world.seen = HARM;
    await world.tick();
    await world.tick();
    expect((await world.item()).rollout).toMatchObject({ candidate: 2, phase: 'rolled_back' });
    expect(world.production()).toBe(2);
    world.hook = () => {};
    world.seen = {};
    await world.tick();
    await world.tick();
    await world.tick();
    expect((await world.item()).rollout).toMatchObject({ candidate: 3, stable: 1, phase: 'ramping' });
  });

  it('promoted, then a person moves production in Langfuse before the label was moved: nobody moves it back', async () => {
    const world = newWorld();
    label(world, 2);
    await world.tick();
    world.seen = SAFE;
    await world.tick(DAY_MS);
    world.hook = (call) => {
      if (call === 'langfuse.moveLabel') throw down();
    };
    await world.tick(DAY_MS);
    world.hook = () => {};
    label(world, 5, 'production');
    for (let n = 0; n < 4; n++) await world.tick();
    expect(world.production()).toBe(5);
    expect(await served(world)).toEqual(new Set([5]));
    expect((await world.item()).rollout?.outcome?.code).toBe('production_moved');
  });
});

describe('a prompt at rest', () => {
  it('no production, candidate in production: said once, with the command that helps; nothing starts', async () => {
    const world = newWorld();
    label(world, 1);
    for (let n = 0; n < 3; n++) await world.tick();
    expect(world.sent()).toEqual(['candidate_is_production']);
    label(world, 2, 'production');
    for (let n = 0; n < 3; n++) await world.tick();
    expect(world.sent()).toEqual(['candidate_is_production', 'candidate_used']);
    expect((await world.item()).rollout).toBeNull();
    const empty = newWorld();
    empty.data.createPrompt({ name: 'new', prompt: 'x', labels: ['candidate'] }, 0);
    await tickPrompt(empty.controller, 'new', empty.nowMs);
    await tickPrompt(empty.controller, 'new', empty.nowMs + TICK_MS);
    expect(empty.sent()).toEqual(['no_production']);
    expect(empty.alerts.sent[0]?.text).toContain('rampart promote new --to 1 --because "first version"');
  });

  it('a refused policy is said once, starts nothing, and does not stop the weekly numbers or following production', async () => {
    const world = newWorld({ defaultPolicy: { guardrails: [{ metric: 'latency', margn: 1 }] } });
    label(world, 2);
    for (let n = 0; n < 3; n++) await world.tick();
    expect(world.sent()).toEqual(['policy_refused']);
    expect(world.alerts.sent[0]?.text).toContain('margn');
    expect((await world.item()).manifest).not.toBeNull();
    label(world, 4, 'production');
    expect((await world.tick()).problem).toContain('margn');
    expect((await world.item()).assignment.stable).toBe(4);
  });

  it('bounds that are broken refuse loudly', async () => {
    const world = newWorld({ bounds: { minBakes: '1h' } });
    label(world, 2);
    await world.tick();
    expect(world.sent()).toEqual(['policy_refused']);
  });

  it('a policy too large to be frozen is refused before anything starts', async () => {
    const guardrails = Array.from({ length: 20 }, (_, i) => ({
      metric: `score:${String(i).padEnd(190, 'é')}`,
      direction: 'higher_is_better',
      range: [0, 1],
      reference: { variance: 0.1 },
    }));
    const world = newWorld({ defaultPolicy: { guardrails } });
    label(world, 2);
    const { problem } = await world.tick();
    expect(problem).toMatch(/policy: expected at most 24000 bytes once it is frozen, got \d+/u);
    expect((await world.item()).rollout).toBeNull();
  });

  it('history that cannot be read now postpones the start; the next tick tries again', async () => {
    const world = newWorld();
    label(world, 2);
    jest.mocked(readHistory).mockRejectedValueOnce(down());
    expect(await world.tick()).toMatchObject({
      outcome: 'idle',
      problem: expect.stringContaining('expected an answer'),
    });
    expect((await world.tick()).outcome).toBe('started');
  });

  it('Langfuse that cannot be read starts nothing and forgets nothing', async () => {
    const world = newWorld();
    await world.tick();
    label(world, 2);
    world.hook = (call) => {
      if (call.startsWith('langfuse.')) throw down();
    };
    expect((await world.tick()).outcome).toBe('idle');
    expect((await world.item()).assignment.stable).toBe(1);
  });

  it('an idle tick that learns nothing writes nothing', async () => {
    const world = newWorld();
    await world.tick();
    const { revision } = await world.item();
    await world.tick(1);
    expect((await world.item()).revision).toBe(revision);
    expect(jest.mocked(readEvidence)).toHaveBeenCalled();
  });
});

describe('concurrency (4.3, 4.6)', () => {
  it('two ticks at once: one transition, nothing doubled', async () => {
    for (const seen of [SAFE, HARM]) {
      const world = newWorld();
      label(world, 2);
      await Promise.all([
        tickPrompt(world.controller, PROMPT, world.nowMs),
        tickPrompt(world.controller, PROMPT, world.nowMs + 1),
      ]);
      expect(world.sent()).toEqual(['started']);
      world.seen = seen;
      world.nowMs += DAY_MS;
      await Promise.all([
        tickPrompt(world.controller, PROMPT, world.nowMs),
        tickPrompt(world.controller, PROMPT, world.nowMs + 1),
      ]);
      const { audit } = await world.item();
      const kinds = audit.map(({ kind }) => kind).filter((kind) => kind !== 'held' && kind !== 'verified');
      expect(kinds).toEqual(seen === SAFE ? ['started', 'advanced'] : ['started', 'rolled_back']);
      expect(new Set(audit.map(({ id }) => id)).size).toBe(audit.length);
    }
  });

  it('a command between a tick’s reading and its writing is not overwritten', async () => {
    const world = newWorld();
    label(world, 2);
    await world.tick();
    world.seen = SAFE;
    let isFirst = true;
    world.hook = async (call) => {
      if (call !== 'readEvidence' || !isFirst) return;
      isFirst = false;
      await runCommand(world.controller, { kind: 'pause', ...ann }, world.nowMs);
    };
    await world.tick(DAY_MS);
    expect((await world.item()).rollout).toMatchObject({ phase: 'ramping', pause: { by: 'ann' } });
    expect((await world.item()).assignment.arms[0]?.to).toBe(1000);
  });

  it('somebody who writes in between again and again: nothing is changed, the next tick goes on', async () => {
    const world = newWorld();
    label(world, 2);
    await world.tick();
    const toggle = ['pause', 'resume', 'pause', 'resume'] as const;
    let n = 0;
    world.hook = async (call) => {
      if (call === 'readEvidence') await runCommand(world.controller, { kind: toggle[n++]!, ...ann }, world.nowMs);
    };
    expect((await world.tick()).outcome).toBe('conflict');
    world.hook = () => {};
    expect((await world.tick()).outcome).toBe('ticked');
  });
});

describe('dispatch', () => {
  it('one message for each known prompt, each with a candidate and each in production', async () => {
    const world = newWorld();
    await world.tick();
    world.data.createPrompt({ name: 'another', prompt: 'x', labels: ['candidate'] }, 0);
    world.data.createPrompt({ name: 'resting', prompt: 'x', labels: ['production'] }, 0);
    world.data.createPrompt({ name: 'unlabelled', prompt: 'x', labels: [] }, 0);
    expect(await dispatchTicks(world.controller, world.nowMs)).toEqual({ prompts: ['another', PROMPT, 'resting'] });
  });

  it('Langfuse being down stops no known prompt, and is loud', async () => {
    const world = newWorld();
    await world.tick();
    world.hook = (call) => {
      if (call.startsWith('langfuse.')) throw down();
    };
    const queue = world.controller.queue as unknown as { receive(): unknown[] };
    await expect(dispatchTicks(world.controller, world.nowMs)).rejects.toThrow('expected an answer');
    expect(queue.receive()).toEqual([{ prompt: PROMPT }]);
  });
});
