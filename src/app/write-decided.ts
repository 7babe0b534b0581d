import { isRampartError } from '../core/errors';
import { splitAudit } from '../core/item/next-item';
import type { PromptItem } from '../core/item/prompt-item';
import type { Controller } from './controller';
import { writeItem } from './write-item';

/** What a person's command comes to. */
export interface Decided {
  next: PromptItem;
  /** One sentence: what will have been done. */
  said: string;
}

const MAX_TRIES = 5;

/**
 * Decides on the newest revision and writes under it; again when somebody else wrote in between.
 * @returns what was said of the decision that was written
 * @throws what deciding throws; revision_conflict after five tries
 */
export async function writeDecided(controller: Controller, decide: () => Promise<Decided>): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { next, said } = await decide();
    try {
      await writeItem(controller, next);
      return said;
    } catch (error) {
      if (!isRampartError(error, 'revision_conflict')) throw error;
      if (await isWritten(controller, next)) return said;
      if (attempt >= MAX_TRIES) throw error;
    }
  }
}

/** A conflict can also mean that our own write succeeded and its answer was lost. */
async function isWritten(controller: Controller, next: PromptItem): Promise<boolean> {
  const stored = await controller.store.read(next.prompt);
  return JSON.stringify(stored) === JSON.stringify(splitAudit(next).item);
}
