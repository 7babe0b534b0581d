import type { Controller } from './controller';

export interface DispatchReport {
  prompts: string[];
}

/**
 * Finds the prompts that a tick has to look at and sends one message for each, so that one that fails or is slow stops no
 * other: those with a candidate (a rollout may start), those in production (the weekly numbers are kept for every prompt)
 * and those the controller knows. Langfuse being down does not stop the known ones.
 */
export async function dispatchTicks(controller: Controller, nowMs: number): Promise<DispatchReport> {
  const prompts = new Set<string>();
  let cursor: string | null = null;
  do {
    const page = await controller.store.listAssignments(cursor);
    for (const { prompt } of page.assignments) prompts.add(prompt);
    cursor = page.cursor;
  } while (cursor !== null);
  let problem: unknown = null;
  try {
    for (const label of [controller.settings.candidateLabel, 'production']) {
      for (const prompt of await controller.langfuse.promptsWithLabel(label)) prompts.add(prompt);
    }
  } catch (error) {
    problem = error;
    controller.log({ level: 'error', event: 'prompts_not_listed', problem: String(error) });
  }
  const sorted = [...prompts].sort();
  await controller.queue.send(sorted.map((prompt) => ({ prompt })));
  controller.log({ level: 'info', event: 'dispatched', prompts: sorted.length, atMs: nowMs });
  if (problem !== null) throw problem;
  return { prompts: sorted };
}
