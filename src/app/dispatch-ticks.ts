import type { Controller } from './controller';

export interface DispatchReport {
  prompts: string[];
}

/**
 * Finds the prompts that a tick has to look at and sends one message for each, so that one that fails or is slow stops no
 * other: those with a candidate (a rollout may start), those in production (the weekly numbers are kept for every prompt)
 * and those the controller knows. Langfuse being down, or one damaged item, does not stop the others.
 * @throws the first failure, after everything that was found has been sent
 */
export async function dispatchTicks(controller: Controller, nowMs: number): Promise<DispatchReport> {
  const prompts = new Set<string>();
  const failures: unknown[] = [];
  const fail = (source: string, error: unknown): void => {
    failures.push(error);
    controller.log({ level: 'error', event: 'prompts_not_listed', source, problem: String(error) });
  };
  const collect = async (source: string, find: () => Promise<void>): Promise<void> => {
    try {
      await find();
    } catch (error) {
      fail(source, error);
    }
  };
  await collect('store', async () => {
    let cursor: string | null = null;
    do {
      const page = await controller.store.listAssignments(cursor);
      for (const { prompt } of page.assignments) prompts.add(prompt);
      for (const { problem } of page.damaged) fail('store', problem);
      cursor = page.cursor;
    } while (cursor !== null);
  });
  for (const label of [controller.settings.candidateLabel, 'production']) {
    await collect(`label ${label}`, async () => {
      for (const prompt of await controller.langfuse.promptsWithLabel(label)) prompts.add(prompt);
    });
  }
  const sorted = [...prompts].sort();
  await controller.queue.send(sorted.map((prompt) => ({ prompt })));
  controller.log({ level: 'info', event: 'dispatched', prompts: sorted.length, atMs: nowMs });
  if (failures.length > 0) throw failures[0];
  return { prompts: sorted };
}
