import { isRampartError } from '../core/errors';
import type { PromptItem } from '../core/item/prompt-item';
import type { Controller } from './controller';
import { writeItem } from './write-item';

const MAX_TRIES = 5;

/**
 * Changes a prompt's item whatever else is written meanwhile: when somebody else was faster, the change is made to what they wrote.
 * @param change the item's next revision; the item itself when there is nothing to write
 * @throws what the store throws; revision_conflict after five tries
 */
export async function rewriteItem(
  controller: Controller,
  prompt: string,
  change: (item: PromptItem) => PromptItem,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const item = await controller.store.read(prompt);
    const next = item && change(item);
    if (next === null || next === item) return;
    try {
      await writeItem(controller, next);
      return;
    } catch (error) {
      if (!isRampartError(error, 'revision_conflict') || attempt >= MAX_TRIES) throw error;
    }
  }
}
