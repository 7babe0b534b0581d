import type { PromptItem } from '../../core/item/prompt-item';
import type { PromptStore } from '../../core/ports';

/** The items of every prompt of the store, one at a time, page by page. */
export async function* allPrompts(store: PromptStore): AsyncGenerator<PromptItem> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<PromptStore['listAssignments']>> = await store.listAssignments(cursor);
    for (const { prompt } of page.assignments) {
      const item = await store.read(prompt);
      if (item !== null) yield item;
    }
    cursor = page.cursor;
  } while (cursor !== null);
}
