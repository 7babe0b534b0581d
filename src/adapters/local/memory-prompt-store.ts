import type { Assignment } from '../../core/assignment/assignment';
import type { AuditEvent } from '../../core/item/prompt-item';
import type { PromptStore } from '../../core/ports';
import { eventKey } from '../aws/stored-event';
import { conflict, itemToJson, readStoredItem } from '../aws/stored-item';
import { pageOf } from './pages';

/*
 * Promises: what the DynamoDB store promises, in one process. Items are kept as JSON, so nobody holds a reference into
 * the store, and everything a real store refuses is refused here too.
 */

interface Row {
  revision: number;
  item: string;
  assignment: string;
}

/** The prompts' items in memory. */
export function memoryPromptStore(options: { pageSize?: number } = {}): PromptStore {
  const rows = new Map<string, Row>();
  const histories = new Map<string, Map<string, string>>();
  return {
    async read(prompt) {
      const row = rows.get(prompt);
      return row === undefined ? null : readStoredItem(`item of prompt "${prompt}"`, prompt, JSON.parse(row.item));
    },
    async write(item) {
      const json = itemToJson(item);
      const stored = rows.get(item.prompt)?.revision ?? 0;
      if (stored !== item.revision - 1) throw conflict(item.prompt, item.revision - 1, stored);
      rows.set(item.prompt, { revision: item.revision, item: json, assignment: JSON.stringify(item.assignment) });
    },
    async readAssignment(prompt) {
      const row = rows.get(prompt);
      return row === undefined ? null : (JSON.parse(row.assignment) as Assignment);
    },
    async listAssignments(cursor) {
      const page = pageOf(rows.keys(), { cursor, limit: options.pageSize ?? 100 }, 'ascending');
      const assignments = page.keys.map((prompt) => JSON.parse(rows.get(prompt)!.assignment) as Assignment);
      return { assignments, damaged: [], cursor: page.cursor };
    },
    async appendHistory(prompt, events) {
      const history = histories.get(prompt) ?? new Map<string, string>();
      histories.set(prompt, history);
      for (const event of events) {
        const key = eventKey(event);
        if (!history.has(key)) history.set(key, JSON.stringify(event));
      }
    },
    async readHistory(prompt, query) {
      const history = histories.get(prompt) ?? new Map<string, string>();
      const page = pageOf(history.keys(), query, 'descending');
      return { events: page.keys.map((key) => JSON.parse(history.get(key)!) as AuditEvent), cursor: page.cursor };
    },
  };
}
