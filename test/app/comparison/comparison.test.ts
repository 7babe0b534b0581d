import { installedAssets } from '../../../src/adapters/mail/installed-assets';
import { comparisonRenderer } from '../../../src/adapters/mail/comparison-renderer';
import { explainRollout } from '../../../src/app/explain-rollout';
import { reportEnded } from '../../../src/app/comparison/report-ended';
import { comparisonWorld, HOUR_MS, PROMPT, refusal, START_MS } from './comparison-world';

type World = ReturnType<typeof comparisonWorld>;

/** Steps until the comparison has ended, and those that its winner's handover takes. */
async function untilEnded(world: World, most = 150): Promise<void> {
  for (let step = 0; step < most; step++) {
    await world.step();
    if ((await world.comparison()).phase === 'ended') return;
  }
  throw new Error(`never ended: ${JSON.stringify((await world.comparison()).hold)}`);
}

test('a better variant wins, and a rollout with a salt of its own follows in the same tick', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.8 } });
  await world.start();
  await untilEnded(world);
  const { comparison, rollout, assignment } = await world.item();
  expect(comparison!.outcome).toMatchObject({ code: 'winner', winner: 'b' });
  expect(comparison!.handover).toMatchObject({ version: 2, how: 'rollout', state: 'done', note: rollout!.id });
  expect(rollout).toMatchObject({ stable: 1, candidate: 2, phase: 'ramping' });
  expect(rollout!.salt).not.toBe(comparison!.salt);
  expect(assignment).toMatchObject({ experiment: rollout!.id, stable: 1, arms: [{ version: 2 }] });
  expect(world.clock.nowMs - START_MS).toBeGreaterThanOrEqual(HOUR_MS);
  expect(world.problems).toEqual([]);
});

test('the control wins when every variant is worse on a metric that no guardrail guards', async () => {
  const policy = { guardrails: [{ metric: 'error_rate', margin: 0.05 }], allowWithoutScores: true };
  const world = comparisonWorld({ rates: { 1: 0.8, 2: 0.6, 3: 0.6 }, usersPerTick: 150, policy });
  await world.start({ margin: 0.05, direction: 'higher_is_better' });
  await untilEnded(world);
  const { comparison, rollout } = await world.item();
  expect(comparison!.outcome).toMatchObject({ code: 'winner', winner: 'a' });
  expect(comparison!.handover).toBeNull();
  expect(rollout).toBeNull();
});

test('no difference larger than the margin is an end of its own', async () => {
  const world = comparisonWorld({ rates: { 1: 0.7, 2: 0.7 }, usersPerTick: 200 });
  await world.start({ margin: 0.2 });
  await untilEnded(world);
  expect((await world.comparison()).outcome).toMatchObject({ code: 'no_difference', winner: null });
  expect((await world.item()).assignment.arms).toEqual([]);
});

test('the rollout before a comparison can still be explained, from its own journal', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.5, 3: 0.9 } });
  world.data.setLabel(PROMPT, 2, 'candidate', world.clock.nowMs);
  for (let step = 0; step < 4; step++) await world.step();
  await world.command('abort');
  const { rollout } = await world.item();
  const before = await explainRollout(world.controller, rollout!.id, null);
  await world.start({ variants: [1, 3].map((version, index) => ({ name: 'ab'[index]!, version })) });
  await untilEnded(world);
  const after = await explainRollout(world.controller, rollout!.id, null);
  expect(after.verdicts).toEqual(before.verdicts);
  expect(before.verdicts[0]!.unitsStable).toBeGreaterThan(0);
});

test('at the deadline it is undecided, and says so', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.53 }, usersPerTick: 20 });
  await world.start({ forMs: 4 * HOUR_MS, margin: 0.02 });
  await untilEnded(world);
  const { outcome, startedAtMs } = await world.comparison();
  expect(outcome).toMatchObject({ code: 'undecided', winner: null });
  expect(outcome!.atMs).toBe(startedAtMs + 4 * HOUR_MS);
});

test('a harmful variant is dropped to the control, quarantined, and never comes back; its version wins nothing', async () => {
  const world = comparisonWorld({ rates: { 1: 0.8, 2: 0.3, 3: 0.8 }, usersPerTick: 150, seed: 2 });
  await world.start({ margin: 0.15 });
  await untilEnded(world);
  const { comparison, quarantined } = await world.item();
  expect(comparison!.arms.map(({ dropped }) => dropped === null)).toEqual([true, false, true]);
  expect(comparison!.outcome!.winner).not.toBe('b');
  expect(quarantined).toEqual([[2, 2]]);
  expect(world.problems).toEqual([]);
  const alerts = world.alerts.sent.map(({ attributes }) => attributes['alert']);
  expect(alerts.filter((alert) => alert === 'variant_dropped')).toHaveLength(1);
});

test('when every variant is harmful, it ends and everyone gets the stable version', async () => {
  const world = comparisonWorld({ rates: { 1: 0.9, 2: 0.3, 3: 0.3 }, usersPerTick: 150 });
  await world.start();
  await untilEnded(world);
  const { comparison, assignment } = await world.item();
  expect(comparison!.outcome).toMatchObject({ code: 'all_dropped', winner: null });
  expect(assignment).toMatchObject({ stable: 1, arms: [], experiment: null });
});

test('a direct promotion waits for the proof, then moves production and watches', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.8 } });
  await world.start({ onWinner: 'promote' });
  await untilEnded(world);
  const { comparison, rollout } = await world.item();
  expect(comparison!.outcome).toMatchObject({ winner: 'b', isWinnerSafe: true });
  expect(rollout!.phase).toBe('promoting');
  await world.step();
  expect(world.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(2);
  expect((await world.item()).rollout!.phase).toBe('watching');
});

test('paused it does not end, and harm is still taken out; resumed it goes on', async () => {
  const world = comparisonWorld({ rates: { 1: 0.8, 2: 0.2, 3: 0.95 }, usersPerTick: 150 });
  await world.start();
  await world.command('pause');
  for (let step = 0; step < 15; step++) await world.step();
  const paused = await world.comparison();
  expect(paused.phase).toBe('running');
  expect(paused.arms[1]!.dropped).not.toBeNull();
  await world.command('resume');
  await world.step();
  expect((await world.comparison()).outcome).toMatchObject({ code: 'winner', winner: 'c' });
});

test('production moved by somebody else ends it, and what was moved there is served', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.5, 3: 0.5 } });
  await world.start();
  await world.step();
  world.data.setLabel(PROMPT, 3, 'production', world.clock.nowMs);
  await world.step();
  const { comparison, assignment } = await world.item();
  expect(comparison!.outcome!.code).toBe('production_moved');
  expect(assignment).toMatchObject({ stable: 3, arms: [] });
});

test('a label waits, is told once, and starts when the comparison is over', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.5, 3: 0.5 } });
  const variants = [1, 2].map((version, index) => ({ name: 'ab'[index]!, version }));
  await world.start({ variants });
  world.data.setLabel(PROMPT, 3, 'candidate', world.clock.nowMs);
  for (let step = 0; step < 3; step++) await world.step();
  expect(world.alerts.sent.filter(({ attributes }) => attributes['alert'] === 'candidate_waits')).toHaveLength(1);
  await expect(world.command('abort').catch(refusal)).resolves.toContain('rampart compare stop assistant');
  await world.command('stop_comparison');
  await world.step();
  expect((await world.item()).rollout).toMatchObject({ candidate: 3, phase: 'ramping' });
});

test('a stopped winner is not handed over', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.5 } });
  await world.start();
  for (let step = 0; step < 3; step++) await world.step();
  await world.command('stop_comparison');
  await world.step();
  const { comparison, rollout } = await world.item();
  expect(comparison).toMatchObject({ phase: 'ended', handover: null, outcome: { code: 'stopped', by: 'ada' } });
  expect(comparison!.result![0]!.unitsArm).toBeGreaterThan(50);
  expect(rollout).toBeNull();
});

test('its end is mailed once: figures, page with the chart, and plain text', async () => {
  const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.8 } });
  await world.start({ because: '<b>"x" & ‮y' });
  await untilEnded(world);
  const renderer = comparisonRenderer(installedAssets);
  expect(await reportEnded(world.controller, renderer, PROMPT, world.clock.nowMs)).toBe(true);
  expect(await reportEnded(world.controller, renderer, PROMPT, world.clock.nowMs)).toBe(false);
  expect(world.mails).toHaveLength(1);
  const { id, comparison } = { ...world.mails[0]!, comparison: await world.comparison() };
  expect(id).toBe(`comparison/${comparison.id}`);
  const { html, text, images, subject } = world.mails[0]!;
  expect(subject).toBe('[local] assistant: b (version 2) wins on score:helpful');
  expect(html).toContain('src="cid:differences@rampart"');
  expect(html).toContain('&lt;b&gt;&quot;x&quot; &amp; y');
  expect(text).toMatch(/b \(version 2, 50 %\): \d+ units, mean \d+\.\d % good; .* WINNER/u);
  expect(Buffer.from(images![0]!.png).subarray(1, 4).toString()).toBe('PNG');
  expect(await world.controller.documents.getDocument(`comparisons/${comparison.id}.svg`)).toContain('<polyline');
  expect(comparison.mailedAtMs).toBe(world.clock.nowMs);
});

describe('a process that dies at any call', () => {
  const STRIDE = process.env['SIM_SEEDS'] === undefined ? 71 : 1;

  async function ending(death: { at: number; isAfterEffect: boolean } | null): Promise<{ calls: number; is: string }> {
    const world = comparisonWorld({ rates: { 1: 0.5, 2: 0.1, 3: 0.9 }, usersPerTick: 160, death });
    await world.start().catch(() => world.start().catch(refusal));
    for (let step = 0; step < 14; step++) await world.step();
    const { comparison, rollout, quarantined, outbox } = await world.item();
    expect(world.problems).toEqual([]);
    const dropped = comparison!.arms.map(({ dropped: each }) => each !== null);
    const is = JSON.stringify([comparison!.outcome?.winner, dropped, rollout?.candidate, quarantined, outbox.length]);
    return { calls: world.calls.count, is };
  }

  test.each(['before', 'after'] as const)('%s its effect: the comparison ends as it would have', async (side) => {
    const { calls, is } = await ending(null);
    expect(is).toBe('["c",[false,true,false],3,[[2,2]],0]');
    for (let at = side === 'before' ? 0 : 1; at < calls; at += STRIDE) {
      const outcome = await ending({ at, isAfterEffect: side === 'after' });
      expect(`call ${at}: ${outcome.is}`).toBe(`call ${at}: ${is}`);
    }
  });
});

test('of equal variants hardly ever one wins: at most alpha of the comparisons, whole path', async () => {
  let wrong = 0;
  const runs = 20;
  for (let seed = 1; seed <= runs; seed++) {
    const world = comparisonWorld({ rates: { 1: 0.6, 2: 0.6, 3: 0.6 }, seed, usersPerTick: 60 });
    await world.start({ forMs: 3 * HOUR_MS, margin: 0.05, onWinner: 'nothing' });
    await untilEnded(world);
    const { outcome, arms } = await world.comparison();
    if (outcome!.code === 'winner' || arms.some(({ dropped }) => dropped !== null)) wrong++;
    expect(world.problems).toEqual([]);
  }
  // Binomial(20, 0.05) exceeds 4 with probability 0.003, if the rate were as high as it may be.
  expect(wrong).toBeLessThanOrEqual(4);
});
