import type { PromptItem } from '../../core/item/prompt-item';
import type { AssignmentPage, PromptStore } from '../../core/ports';

/**
 * The items of every prompt of the store, one at a time, page by page.
 * @throws RampartError `bad_input` at the first page with an item that cannot be read
 */
export async function* allPrompts(store: PromptStore): AsyncGenerator<PromptItem> {
  let cursor: string | null = null;
  do {
    const page: AssignmentPage = await store.listAssignments(cursor);
    if (page.damaged[0] !== undefined) throw page.damaged[0].problem;
    for (const { prompt } of page.assignments) {
      const item = await store.read(prompt);
      if (item !== null) yield item;
    }
    cursor = page.cursor;
  } while (cursor !== null);
}
