import { splitAudit } from '../core/item/next-item';
import type { PromptItem } from '../core/item/prompt-item';
import type { Controller } from './controller';

/**
 * Writes an item's next revision. Audit events that no longer fit are copied to the history first and dropped afterwards,
 * so a crash in between loses nothing.
 * @returns what was written
 * @throws revision_conflict when somebody else wrote in between
 */
export async function writeItem(controller: Controller, next: PromptItem): Promise<PromptItem> {
  const { item, overflow } = splitAudit(next);
  if (overflow.length > 0) await controller.store.appendHistory(item.prompt, overflow);
  await controller.store.write(item);
  return item;
}
