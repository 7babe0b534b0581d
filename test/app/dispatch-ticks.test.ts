import { dispatchTicks } from '../../src/app/dispatch-ticks';
import { RampartError } from '../../src/core/errors';
import { emptyItem, nextItem } from '../../src/core/item/next-item';
import { createLangfuseData } from '../../src/local/langfuse/data';
import { memoryController } from '../../src/local/replay/replay';
import type { Controller } from '../../src/app/controller';
import { memoryTickQueue } from '../../src/adapters/local/memory-senders';

const NOW_MS = 1_700_000_000_000;

async function deployment(changes: Partial<Controller> = {}) {
  const data = createLangfuseData();
  data.createPrompt({ name: 'ramping', labels: ['candidate'] }, NOW_MS);
  data.createPrompt({ name: 'at-rest', labels: ['production'] }, NOW_MS);
  data.createPrompt({ name: 'draft' }, NOW_MS);
  const queue = memoryTickQueue();
  const controller = { ...memoryController(() => NOW_MS, data, {}), queue, ...changes };
  const known = nextItem(emptyItem('known', 1, NOW_MS), { rollout: null, stable: 1, actions: [], by: 'test' }, NOW_MS);
  await controller.store.write(known);
  const sent = (): string[] => queue.receive().map(({ prompt }) => prompt);
  return { controller, sent };
}

const down = new RampartError('provider_unavailable', 'down');

describe('dispatchTicks', () => {
  test('sends one message for each prompt with a candidate, in production, or known', async () => {
    const { controller, sent } = await deployment();
    const report = await dispatchTicks(controller, NOW_MS);
    expect(report.prompts).toEqual(['at-rest', 'known', 'ramping']);
    expect(sent()).toEqual(['at-rest', 'known', 'ramping']);
  });

  test('ticks the known prompts while Langfuse is down, and fails loudly afterwards', async () => {
    const { controller, sent } = await deployment();
    const langfuse = { ...controller.langfuse, promptsWithLabel: () => Promise.reject(down) };
    await expect(dispatchTicks({ ...controller, langfuse }, NOW_MS)).rejects.toBe(down);
    expect(sent()).toEqual(['known']);
  });

  test('a damaged item stops no other one, and fails loudly afterwards', async () => {
    const { controller, sent } = await deployment();
    const listAssignments = async (cursor: string | null) => {
      const page = await controller.store.listAssignments(cursor);
      return { ...page, damaged: [{ prompt: 'broken', problem: down }] };
    };
    const store = { ...controller.store, listAssignments };
    await expect(dispatchTicks({ ...controller, store }, NOW_MS)).rejects.toBe(down);
    expect(sent()).toEqual(['at-rest', 'known', 'ramping']);
  });

  test('ticks what Langfuse names while the store cannot be listed, and fails loudly afterwards', async () => {
    const { controller, sent } = await deployment();
    const store = { ...controller.store, listAssignments: () => Promise.reject(down) };
    await expect(dispatchTicks({ ...controller, store }, NOW_MS)).rejects.toBe(down);
    expect(sent()).toEqual(['at-rest', 'ramping']);
  });
});
