import { explainRollout } from '../../src/app/explain-rollout';
import { judgeGuardrail } from '../../src/core/judging/judge';
import { readManifest } from '../../src/app/stored-manifest';
import { tickPrompt } from '../../src/app/tick-prompt';
import type { Plan } from '../../src/core/rollout/plan';
import { played, PROMPT } from './explained-rollout';

test.each([
  ['a rollout that is rolled back', 0.55, 'rolled_back', 0],
  ['a rollout that is promoted and watched', 0.8, 'promoted', 0],
  ['one that has been planned', 0.8, 'promoted', 1000],
])('%s: every look replays to the verdicts that its tick decided on', async (_, candidateRate, phase, pastVisits) => {
  const { controller, ticks } = await played({ candidateRate, pastVisits });
  expect(ticks.at(-1)!.plan.next.phase).toBe(phase);
  for (const { nowMs, plan } of ticks) {
    const { tickMs, verdicts, harm } = await explainRollout(controller, PROMPT, nowMs);
    expect({ tickMs, verdicts, harm }).toEqual({ tickMs: nowMs, verdicts: plan.verdicts, harm: plan.harm });
  }
  expect(ticks.length).toBeGreaterThan(3);
});

test('a planned end is reached at one look, stays, and is seen again by whoever replays the rollout', async () => {
  const { controller, ticks } = await played({ candidateRate: 0.8, pastVisits: 1000 });
  const { rollout } = await explainRollout(controller, PROMPT, null);
  const [thumbs] = rollout.guardrails;
  expect(thumbs!.harmPlan!.plannedEnd.effectiveUnits / (2000 * (0.09 / 3 + 0.25 / 3))).toBeCloseTo(0.95, 1);
  const item = await controller.store.read(PROMPT);
  const stored = await readManifest(controller, item!);
  const [state] = stored!.experiment!.states[0]!;
  expect(state!.plannedEnd).toBe('not_worse');
  // The mixture's share is left of engine A: at every look from then on.
  const { mixture, plannedEnd } = thumbs!.harmPlan!.weights;
  const without = judgeGuardrail({ ...thumbs!, harmPlan: undefined }, state!, rollout.policy);
  expect(ticks.at(-1)!.plan.verdicts[0]!.logEHarmA).toBeCloseTo(
    without.logEHarmA + Math.log(mixture / (mixture + plannedEnd)),
    9,
  );
});

describe('one look', () => {
  let world: Awaited<ReturnType<typeof played>>;
  const tick = (n: number): { nowMs: number; plan: Plan } => world.ticks.at(n)!;

  beforeAll(async () => {
    world = await played({ candidateRate: 0.55 });
  });

  test('the last one comes with its peaks and the rollback that it decided', async () => {
    const last = await explainRollout(world.controller, PROMPT, null);
    expect(last).toMatchObject({ tickMs: tick(-1).nowMs, nextTickMs: null });
    expect(last.events.decided.map(({ kind }) => kind)).toEqual(['rolled_back']);
    expect(last.peaks!.harm).toBe(last.harm.logE);
    expect(last.harm.logE).toBeGreaterThanOrEqual(Math.log(1 / last.rollout.policy.alpha));
    expect(last.stage.percent).toBe(10);
  });

  test('an earlier one does not know what came later', async () => {
    const look = await explainRollout(world.controller, PROMPT, tick(2).nowMs);
    expect(look).toMatchObject({ nextTickMs: tick(3).nowMs, peaks: null });
    expect(look.events.decided.map(({ kind }) => kind)).not.toContain('rolled_back');
    expect(look.events.before).not.toBeNull();
  });

  test('a time between two ticks means the one before it', async () => {
    const { nowMs } = tick(2);
    expect((await explainRollout(world.controller, PROMPT, nowMs + 1)).tickMs).toBe(nowMs);
    expect((await explainRollout(world.controller, PROMPT, nowMs - 1)).tickMs).toBe(tick(1).nowMs);
  });

  test('units first exposed are those of the evidence, stage by stage', async () => {
    const { srm } = await explainRollout(world.controller, PROMPT, null);
    const [first] = srm.stages;
    expect(first).toMatchObject({ percent: 10 });
    const { stable, candidate } = first!.firstExposed;
    expect(candidate / (candidate + stable)).toBeCloseTo(0.1, 1);
    expect(srm.logE).toBeLessThan(Math.log(1000));
  });

  test('a time before the first tick is refused with the times there are', async () => {
    await expect(explainRollout(world.controller, PROMPT, 0)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining(
        `expected ${new Date(tick(0).nowMs).toISOString()} or later, the first tick of ${PROMPT}/2/`,
      ),
    });
  });

  test('a prompt without a rollout, and a rollout without a tick, are not found', async () => {
    await expect(explainRollout(world.controller, 'other', null)).rejects.toMatchObject({ code: 'not_found' });
    const fresh = await played({ candidateRate: 0.8, maxTicks: 0 });
    await expect(explainRollout(fresh.controller, PROMPT, null)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('expected one that a tick has looked at'),
    });
  });

  test('what a tick that lost its write has read is not replayed', async () => {
    const fresh = await played({ candidateRate: 0.8, maxTicks: 2 });
    const { store } = fresh.controller;
    const lost = { ...fresh.controller, store: { ...store, write: async () => Promise.reject(new Error('died')) } };
    await expect(tickPrompt(lost, PROMPT, fresh.serve())).rejects.toThrow('died');
    expect((await explainRollout(fresh.controller, PROMPT, null)).verdicts).toEqual(fresh.ticks[1]!.plan.verdicts);
  });
});

describe('when another rollout has followed', () => {
  let world: Awaited<ReturnType<typeof played>>;

  beforeAll(async () => {
    world = await played({ candidateRate: 0.55 });
    world.data.createPrompt({ name: PROMPT, prompt: 'three', labels: ['candidate'] }, world.ticks.at(-1)!.nowMs);
    let outcome = '';
    for (let i = 0; i < 3 && outcome !== 'started'; i++) {
      outcome = (await tickPrompt(world.controller, PROMPT, world.serve())).outcome;
    }
    expect(outcome).toBe('started');
  });

  test.each([
    ['its id', (id: string) => id, null],
    ['its prompt and a time before the next one began', () => PROMPT, 'last'],
  ])('the one before is explained by %s, to the same numbers', async (_, nameOf, at) => {
    const { nowMs, plan } = world.ticks.at(-1)!;
    const look = await explainRollout(world.controller, nameOf(plan.next.id), at === null ? null : nowMs);
    expect(look).toMatchObject({ tickMs: nowMs, verdicts: plan.verdicts, harm: plan.harm });
    expect(look.rollout.id).toBe(plan.next.id);
  });

  test('the prompt alone means the newest, which no tick has looked at', async () => {
    await expect(explainRollout(world.controller, PROMPT, null)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(`${PROMPT}/3/`),
    });
  });

  test('an id that no rollout had is not found', async () => {
    await expect(explainRollout(world.controller, `${PROMPT}/2/never`, null)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
