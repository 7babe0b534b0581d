import { join } from 'node:path';
import { RampartError } from '../../core/errors';
import type { AuditEvent, PromptItem } from '../../core/item/prompt-item';
import type { PromptStore } from '../../core/ports';
import { readable, type ReadableAssignment, split } from '../aws/readable-assignments';
import { eventKey, readStoredEvent } from '../aws/stored-event';
import { conflict, itemToJson, parseStored, readStoredItem } from '../aws/stored-item';
import { createAtomically, namesIn, readIfPresent, writeAtomically } from './atomic-file';
import { caseSafeFileName, textOfFileName } from './file-names';
import { oneAtATime } from './one-at-a-time';
import { pageOf } from './pages';

/*
 * Promises: an item is one file, replaced as a whole and on the disk when `write` resolves; killed at any moment, the
 * folder holds the old item or the new one. Revisions are checked; one process owns the folder (its lock file is not
 * made here). A damaged file is an error that names it.
 *
 *   items/PROMPT.json                   the item
 *   history/PROMPT/REV#INDEX.json       one audit event
 */

/** The prompts' items in a folder. */
export function folderPromptStore(options: { folder: string; pageSize?: number }): PromptStore {
  const items = join(options.folder, 'items');
  const inTurn = oneAtATime();
  const pathOf = (prompt: string) => join(items, `${caseSafeFileName(prompt)}.json`);
  const read = (prompt: string) => readItem(pathOf(prompt), prompt);
  return {
    read,
    async write(item) {
      const json = itemToJson(item);
      await inTurn(item.prompt, async () => {
        const stored = (await read(item.prompt))?.revision ?? 0;
        if (stored !== item.revision - 1) throw conflict(item.prompt, item.revision - 1, stored);
        await writeAtomically(pathOf(item.prompt), json);
      });
    },
    async readAssignment(prompt) {
      return (await read(prompt))?.assignment ?? null;
    },
    async listAssignments(cursor) {
      const names = await namesIn(items, '.json');
      const page = pageOf(names, { cursor, limit: options.pageSize ?? 100 }, 'ascending');
      const rows: ReadableAssignment[] = [];
      for (const name of page.keys) {
        const path = join(items, `${name}.json`);
        const text = await readIfPresent(path);
        if (text !== null) rows.push(readable(textOfFileName(name), () => parseItem(path, text, null).assignment));
      }
      return { ...split(rows), cursor: page.cursor };
    },
    appendHistory: (prompt, events) => appendEvents(historyOf(options.folder, prompt), events),
    readHistory: (prompt, query) => readEvents(historyOf(options.folder, prompt), query),
  };
}

async function readItem(path: string, prompt: string): Promise<PromptItem | null> {
  const text = await readIfPresent(path);
  return text === null ? null : parseItem(path, text, prompt);
}

/** @param prompt whose item the file must hold; null = whichever it says */
function parseItem(path: string, text: string, prompt: string | null): PromptItem {
  const value = parseStored(path, text);
  return readStoredItem(path, prompt ?? promptOf(path, value), value);
}

function promptOf(path: string, value: unknown): string {
  const prompt = (value as { prompt?: unknown } | null)?.prompt;
  if (typeof prompt === 'string') return prompt;
  throw new RampartError('bad_input', `${path}.prompt: expected a text, got ${JSON.stringify(prompt) ?? 'nothing'}`);
}

function historyOf(folder: string, prompt: string): string {
  return join(folder, 'history', caseSafeFileName(prompt));
}

async function appendEvents(folder: string, events: readonly AuditEvent[]): Promise<void> {
  for (const event of events) {
    await createAtomically(join(folder, `${eventKey(event)}.json`), JSON.stringify(event));
  }
}

async function readEvents(
  folder: string,
  query: { limit: number; cursor: string | null },
): Promise<{ events: AuditEvent[]; cursor: string | null }> {
  const page = pageOf(await namesIn(folder, '.json'), query, 'descending');
  const events: AuditEvent[] = [];
  for (const key of page.keys) {
    const path = join(folder, `${key}.json`);
    const text = await readIfPresent(path);
    if (text !== null) events.push(readStoredEvent(path, parseStored(path, text)));
  }
  return { events, cursor: page.cursor };
}
