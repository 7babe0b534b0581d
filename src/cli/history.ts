import type { AuditEvent } from '../core/item/prompt-item';
import type { PromptStore } from '../core/ports';
import { RampartError } from '../core/errors';
import { columns } from './table';

const PAGE = 100;

/** An audit event for programs. */
export type HistoryEvent = Omit<AuditEvent, 'atMs'> & { at: string };

/**
 * A prompt's audit events, newest first: those in its item and those that were moved out of it, each once.
 * @throws RampartError `not_found` when nothing is stored about the prompt
 */
export async function readEvents(store: PromptStore, prompt: string, limit: number): Promise<AuditEvent[]> {
  const item = await store.read(prompt);
  if (item === null) throw unknownPrompt(prompt);
  const events = new Map([...item.audit].reverse().map((event) => [event.id, event]));
  let cursor: string | null = null;
  while (events.size < limit) {
    const page = await store.readHistory(prompt, { limit: Math.min(PAGE, limit), cursor });
    for (const event of page.events) if (!events.has(event.id)) events.set(event.id, event);
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return [...events.values()].slice(0, limit);
}

export function unknownPrompt(prompt: string): RampartError {
  return new RampartError(
    'not_found',
    `prompt ${prompt}: expected one that Rampart has looked at, got one it has not`,
    {
      hint: 'Names are as in Langfuse; rampart status lists those that are known.',
    },
  );
}

export function historyEvent({ atMs, ...event }: AuditEvent): HistoryEvent {
  return { at: new Date(atMs).toISOString(), ...event };
}

export function renderHistory(events: readonly AuditEvent[]): string[] {
  const rows = events.map(({ atMs, kind, by, rolloutId, detail }) => [
    new Date(atMs).toISOString().slice(0, 19).replace('T', ' '),
    kind.replaceAll('_', ' '),
    by,
    Object.entries(kind === 'started' ? { rollout: rolloutId, ...detail } : detail)
      .filter(([, value]) => value !== null && value !== '')
      .map(([key, value]) => `${key}: ${String(value)}`)
      .join(', '),
  ]);
  return columns(rows);
}
