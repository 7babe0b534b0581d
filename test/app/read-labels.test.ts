import { readLabels } from '../../src/app/read-labels';
import { newWorld, PROMPT } from './world';

jest.mock('../../src/app/evidence/read-evidence');
jest.mock('../../src/app/read-history');

describe('a label that two versions hold', () => {
  test('starts nothing, and a person hears of it once', async () => {
    const world = newWorld();
    world.data.setLabel(PROMPT, 2, 'candidate', world.nowMs);
    world.data.prompts.holdToo(PROMPT, 3, 'candidate');
    const report = await world.tick();
    await world.tick();
    expect(report.outcome).toBe('idle');
    expect(report.problem).toMatch(/candidate of greeting: expected on one version, is on 2 and 3/u);
    expect(world.sent()).toEqual(['label_contested']);
    expect((await world.item()).rollout).toBeNull();
  });

  test('is no reason to end a running rollout: the labels are unknown until it is mended', async () => {
    const world = newWorld();
    world.data.setLabel(PROMPT, 2, 'candidate', world.nowMs);
    await world.tick();
    world.data.setLabel(PROMPT, 4, 'production', world.nowMs);
    world.data.prompts.holdToo(PROMPT, 5, 'production');
    const reading = await readLabels(world.controller, PROMPT, 1, [1, 2]);
    expect(reading.labels.production).toBe('unknown');
    const report = await world.tick();
    expect(report.rollout).toMatchObject({ phase: 'ramping', hold: { kind: 'provider_error' } });
    expect(report.rollout?.hold?.reason).toContain('4 and 5');
  });

  test('is not asked about while the labels are where the rollout expects them', async () => {
    const world = newWorld();
    const calls: string[] = [];
    world.hook = (call) => void calls.push(call);
    await readLabels(world.controller, PROMPT, 1, [1, 2]);
    expect(calls.filter((call) => call.startsWith('langfuse.versionsWithLabel'))).toEqual([]);
  });
});
