import type { AuditEvent, PromptItem } from '../../core/item/prompt-item';
import type { PromptStore } from '../../core/ports';

const EVENTS_PER_PAGE = 100;
/** The history is in the order of revisions; clocks of different machines may disagree by less than this. */
const CLOCK_SLACK_MS = 3_600_000;

/**
 * The audit events of a prompt since a time: from its item, and from the history where older ones were copied to. An event
 * that was being copied may come twice.
 * @param item read before the history, so that no event can slip between the two
 */
export async function readEvents(store: PromptStore, item: PromptItem, sinceMs: number): Promise<AuditEvent[]> {
  const events = [...item.audit];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<PromptStore['readHistory']>> = await store.readHistory(item.prompt, {
      limit: EVENTS_PER_PAGE,
      cursor,
    });
    events.push(...page.events);
    const isPast = page.events.some(({ atMs }) => atMs < sinceMs - CLOCK_SLACK_MS);
    cursor = isPast ? null : page.cursor;
  } while (cursor !== null);
  return events;
}
