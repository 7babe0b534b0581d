import { isRampartError } from '../../src/core/errors';
import type { Assignment } from '../../src/core/assignment/assignment';
import type { AuditEvent, PromptItem } from '../../src/core/item/prompt-item';
import type { PromptStore } from '../../src/core/ports';
import { comparisonOf } from '../core/comparison/fixtures';
import { ODD_NAMES, sampleAssignment, sampleEvent, sampleItem } from './sample-item';

/**
 * What every store of prompt items must do.
 * @param make a new, empty store
 */
export function promptStoreContract(name: string, make: () => Promise<PromptStore>): void {
  describe(`${name}: prompt store`, () => {
    let store: PromptStore;
    beforeEach(async () => {
      store = await make();
    });

    test('gives back what was written, and nothing for what was not', async () => {
      const item = sampleItem('greeting', 1);
      await store.write(item);
      expect(await store.read('greeting')).toEqual(item);
      expect(await store.readAssignment('greeting')).toEqual(item.assignment);
      expect(await store.read('other')).toBeNull();
      expect(await store.readAssignment('other')).toBeNull();
      expect(await store.listAssignments(null)).toEqual({
        assignments: [item.assignment],
        damaged: [],
        cursor: null,
      });
      expect(await store.readHistory('other', { limit: 5, cursor: null })).toEqual({ events: [], cursor: null });
    });

    test('keeps a comparison; an item that was written before there were any has none', async () => {
      const item = sampleItem('greeting', 1, { comparison: comparisonOf(3) });
      await store.write(item);
      expect(await store.read('greeting')).toEqual(item);
      const { comparison: _, ...older } = sampleItem('older', 1);
      await store.write(older as typeof item);
      expect((await store.read('older'))?.comparison).toBeNull();
      const damaged = { ...item, prompt: 'damaged', comparison: { ...comparisonOf(2), phase: 'x' } };
      await expect(store.write(damaged as never)).rejects.toMatchObject({ code: 'bad_input' });
    });

    test('writes only on top of the revision before', async () => {
      await expect(store.write(sampleItem('greeting', 2))).rejects.toMatchObject({ code: 'revision_conflict' });
      await store.write(sampleItem('greeting', 1));
      await expect(store.write(sampleItem('greeting', 1))).rejects.toMatchObject({ code: 'revision_conflict' });
      await expect(store.write(sampleItem('greeting', 3))).rejects.toMatchObject({ code: 'revision_conflict' });
      await store.write(sampleItem('greeting', 2));
      expect((await store.read('greeting'))?.revision).toBe(2);
    });

    test.each([0, -1, 1.5, Number.NaN])('refuses revision %p', async (revision) => {
      await expect(store.write(sampleItem('greeting', 1, { revision }))).rejects.toMatchObject({ code: 'bad_input' });
    });

    test('of 50 parallel writes of one revision exactly one wins, with its assignment', async () => {
      await store.write(sampleItem('greeting', 1));
      const writers = Array.from({ length: 50 }, (_, index) =>
        sampleItem('greeting', 2, { lastTickAtMs: index, assignment: sampleAssignment('greeting', 100 + index) }),
      );
      const results = await Promise.allSettled(writers.map((item) => store.write(item)));
      const winners = writers.filter((_, index) => results[index]?.status === 'fulfilled');
      const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(winners).toHaveLength(1);
      expect(reasons.every((reason) => isRampartError(reason, 'revision_conflict'))).toBe(true);
      expect(await store.read('greeting')).toEqual(winners[0]);
      expect(await store.readAssignment('greeting')).toEqual(winners[0]?.assignment);
      expect((await store.listAssignments(null)).assignments).toEqual([winners[0]?.assignment]);
    });

    test('of 50 parallel first writes exactly one wins', async () => {
      const writes = Array.from({ length: 50 }, (_, index) => sampleItem('new', 1, { lastTickAtMs: index }));
      const results = await Promise.allSettled(writes.map((item) => store.write(item)));
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    });

    test('is not changed by what callers do to their copies', async () => {
      const item = sampleItem('greeting', 1);
      const before = structuredClone(item);
      await store.write(item);
      damage(item);
      damage(await present(store.read('greeting')));
      (await present(store.readAssignment('greeting'))).salt = 'other';
      for (const each of (await store.listAssignments(null)).assignments) each.arms.pop();
      expect(await store.read('greeting')).toEqual(before);
      expect(await store.readAssignment('greeting')).toEqual(before.assignment);
      expect((await store.listAssignments(null)).assignments).toEqual([before.assignment]);
    });

    test('keeps prompts with odd names apart', async () => {
      for (const prompt of ODD_NAMES) await store.write(sampleItem(prompt, 1));
      for (const prompt of ODD_NAMES) await store.appendHistory(prompt, [sampleEvent(prompt, 1, 0)]);
      for (const prompt of ODD_NAMES) {
        expect(await store.read(prompt)).toEqual(sampleItem(prompt, 1));
        expect(await store.readAssignment(prompt)).toEqual(sampleAssignment(prompt, 1));
        const { events } = await store.readHistory(prompt, { limit: 9, cursor: null });
        expect(events).toEqual([sampleEvent(prompt, 1, 0)]);
      }
      const { assignments } = await store.listAssignments(null);
      expect(assignments.map((assignment) => assignment.prompt).sort()).toEqual([...ODD_NAMES].sort());
    });

    test('refuses a prompt without a name, or with one that is no key', async () => {
      await expect(store.write(sampleItem('', 1))).rejects.toMatchObject({ code: 'bad_input' });
      await expect(store.write(sampleItem('x'.repeat(1001), 1))).rejects.toMatchObject({ code: 'bad_input' });
    });

    test('refuses an item above 64 KB before it is written', async () => {
      await store.write(sampleItem('greeting', 1, { said: [padding(sampleItem('greeting', 1), 65_536)] }));
      const tooLarge = sampleItem('greeting', 2, { said: [padding(sampleItem('greeting', 2), 65_537)] });
      await expect(store.write(tooLarge)).rejects.toMatchObject({ code: 'item_too_large' });
      expect((await store.read('greeting'))?.revision).toBe(1);
    });

    test('refuses an item that it could not give back', async () => {
      const item = sampleItem('greeting', 1, { assignment: sampleAssignment('other') });
      await expect(store.write(item)).rejects.toMatchObject({
        code: 'bad_input',
        message: 'item of prompt "greeting".assignment.prompt: expected greeting, got "other"',
      });
    });

    test('refuses a number that would come back as something else', async () => {
      const item = sampleItem('greeting', 1);
      item.mergedAlerts['late_data'] = Number.POSITIVE_INFINITY;
      await expect(store.write(item)).rejects.toMatchObject({
        code: 'bad_input',
        message: 'item of prompt "greeting".mergedAlerts.late_data: expected a finite number, got Infinity',
      });
    });

    test('lists 300 prompts page by page, each once', async () => {
      const prompts = Array.from({ length: 300 }, (_, index) => `prompt ${index}`);
      await Promise.all(prompts.map((prompt) => store.write(sampleItem(prompt, 1))));
      await store.appendHistory('prompt 7', [sampleEvent('prompt 7', 1, 0)]);
      const { rows, pages } = await everyPage(async (cursor) => {
        const page = await store.listAssignments(cursor);
        return { rows: page.assignments, cursor: page.cursor };
      });
      expect(rows.map((assignment: Assignment) => assignment.prompt).sort()).toEqual([...prompts].sort());
      expect(pages).toBeGreaterThan(1);
    });

    test('keeps history newest first, in pages, each event once', async () => {
      const events = Array.from({ length: 23 }, (_, index) =>
        sampleEvent('greeting', 1 + Math.floor(index / 2), index % 2),
      );
      await store.appendHistory('greeting', events.slice(0, 15));
      await store.appendHistory('greeting', events.slice(10));
      await store.appendHistory('greeting', [{ ...sampleEvent('greeting', 3, 0), kind: 'changed' }]);
      await store.appendHistory('greeting', []);
      await store.appendHistory('greetings', [sampleEvent('greetings', 99, 0)]);
      const { rows } = await everyPage(async (cursor) => {
        const page = await store.readHistory('greeting', { limit: 5, cursor });
        expect(page.events.length).toBeLessThanOrEqual(5);
        return { rows: page.events, cursor: page.cursor };
      });
      expect(rows).toEqual([...events].reverse());
    });

    test('refuses an event whose id has no place in the order', async () => {
      const event: AuditEvent = { ...sampleEvent('greeting', 1, 0), id: 'greeting' };
      await expect(store.appendHistory('greeting', [event])).rejects.toMatchObject({ code: 'bad_input' });
    });
  });
}

async function everyPage<Row>(
  read: (cursor: string | null) => Promise<{ rows: Row[]; cursor: string | null }>,
): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page = await read(cursor);
    rows.push(...page.rows);
    cursor = page.cursor;
    pages += 1;
  } while (cursor !== null && pages < 1000);
  return { rows, pages };
}

/** A text that makes the JSON of the item, with it as the only thing said, `bytes` long. */
function padding(item: PromptItem, bytes: number): string {
  return 'x'.repeat(bytes - Buffer.byteLength(JSON.stringify({ ...item, said: [''] })));
}

async function present<Value>(value: Promise<Value | null>): Promise<Value> {
  const found = await value;
  if (found === null) throw new Error('expected a stored value, got null');
  return found;
}

function damage(item: PromptItem): void {
  item.assignment.stable = 99;
  item.assignment.arms.length = 0;
  item.mergedAlerts['late_data'] = 99;
  item.revision = 99;
}
