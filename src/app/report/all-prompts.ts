import { isRampartError } from '../../core/errors';
import type { PromptItem } from '../../core/item/prompt-item';
import type { AssignmentPage, PromptStore } from '../../core/ports';
import type { Controller } from '../controller';

/** An item that cannot be read; `prompt` null when not even its name could be. */
export type DamagedItem = AssignmentPage['damaged'][number];

/** Tells the log of an item that cannot be read. */
export function logDamaged({ log }: Pick<Controller, 'log'>, event: string, { prompt, problem }: DamagedItem): void {
  const named = prompt === null ? {} : { prompt };
  log({ level: 'error', event, ...named, problem: problem.message });
}

/**
 * The items of every prompt of the store, one at a time, page by page.
 * @param onDamaged told of each item that cannot be read, so that the others can be gone on with
 * @throws RampartError `bad_input` at the first page with such an item when there is no `onDamaged`, and what it throws
 */
export async function* allPrompts(
  store: PromptStore,
  onDamaged: (damaged: DamagedItem) => void = refuse,
): AsyncGenerator<PromptItem> {
  let cursor: string | null = null;
  do {
    const page: AssignmentPage = await store.listAssignments(cursor);
    page.damaged.forEach(onDamaged);
    for (const { prompt } of page.assignments) {
      const item = await readWhole(store, prompt);
      if (item !== null && 'problem' in item) onDamaged(item);
      else if (item !== null) yield item;
    }
    cursor = page.cursor;
  } while (cursor !== null);
}

/** A list tells of the assignment alone: the rest of an item may be damaged all the same. */
async function readWhole(store: PromptStore, prompt: string): Promise<PromptItem | DamagedItem | null> {
  try {
    return await store.read(prompt);
  } catch (problem) {
    if (isRampartError(problem, 'bad_input')) return { prompt, problem };
    throw problem;
  }
}

function refuse({ problem }: DamagedItem): never {
  throw problem;
}
