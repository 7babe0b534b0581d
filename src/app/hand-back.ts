import { isRampartError, wasAnswered } from '../core/errors';
import type { LabelEntry } from '../core/item/outbox';
import type { PromptItem } from '../core/item/prompt-item';
import type { Controller } from './controller';
import { rewriteItem } from './rewrite-item';

/**
 * Ends a claim whose worker could not move the label, so that the next tick tries again and does not wait for the lease.
 * @param problem why it was not moved; null = it was read back elsewhere
 */
export async function handBack(
  controller: Controller,
  prompt: string,
  claimed: LabelEntry,
  problem: unknown,
): Promise<void> {
  const isOver = problem === null || wasAnswered(problem);
  await rewriteClaims(controller, prompt, (entry) =>
    entry.id === claimed.id && entry.attempts === claimed.attempts ? freed(entry, isOver) : entry,
  );
}

/**
 * Ends every claim there is. Only for who knows that nobody else works on this store, and that whoever did is dead.
 */
export async function handBackAll(controller: Controller): Promise<void> {
  let cursor: string | null = null;
  do {
    const page = await controller.store.listAssignments(cursor);
    for (const { prompt } of page.assignments) {
      await rewriteClaims(controller, prompt, (entry) => freed(entry, false));
    }
    cursor = page.cursor;
  } while (cursor !== null);
}

/** A claim's move may still be carried out unless it is known to be over. */
function freed(entry: LabelEntry, isOver: boolean): LabelEntry {
  if (entry.leaseUntilMs === null) return entry;
  return { ...entry, leaseUntilMs: null, ...(isOver ? {} : { unansweredUntilMs: entry.leaseUntilMs }) };
}

/** What cannot be written now keeps its lease, which ends by itself. */
async function rewriteClaims(
  controller: Controller,
  prompt: string,
  change: (entry: LabelEntry) => LabelEntry,
): Promise<void> {
  try {
    await rewriteItem(controller, prompt, (item) => withClaims(item, change));
  } catch (error) {
    if (!isRampartError(error)) throw error;
    controller.log({ level: 'warn', event: 'claim_not_handed_back', prompt, problem: error.message });
  }
}

function withClaims(item: PromptItem, change: (entry: LabelEntry) => LabelEntry): PromptItem {
  const outbox = item.outbox.map((entry) => (entry.kind === 'label' ? change(entry) : entry));
  const isSame = outbox.every((entry, index) => entry === item.outbox[index]);
  return isSame ? item : { ...item, revision: item.revision + 1, outbox };
}
