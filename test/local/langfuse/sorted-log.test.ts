import * as fc from 'fast-check';

import { createObservationStore } from '../../../src/local/langfuse/observations';
import { createSortedLog, firstIndex } from '../../../src/local/langfuse/sorted-log';

test('rows come in order, whatever order and between whichever reads they were added', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 20 }))), (batches) => {
      const log = createSortedLog<{ at: number; index: number }>((a, b) => a.at - b.at);
      const added: { at: number; index: number }[] = [];
      for (const batch of batches) {
        for (const at of batch) {
          const row = { at, index: added.length };
          added.push(row);
          log.add(row);
        }
        expect(log.rows()).toEqual(added.toSorted((a, b) => a.at - b.at || a.index - b.index));
      }
    }),
  );
});

test('firstIndex splits where the condition ends', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: -1, max: 51 }), (numbers, limit) => {
      const sorted = numbers.toSorted((a, b) => a - b);
      const index = firstIndex(sorted, (number) => number < limit);
      expect(index).toBe(sorted.filter((number) => number < limit).length);
    }),
  );
});

test('pages of a window are the rows of the window, newest first, each once', () => {
  const row = fc.record({ startMs: fc.integer({ min: 0, max: 30 }), prompt: fc.constantFrom('a', 'b', null) });
  const window = fc.record({ fromMs: fc.integer({ min: 0, max: 30 }), toMs: fc.integer({ min: 0, max: 30 }) });
  const narrowing = fc.constantFrom<'a' | null>('a', null);
  fc.assert(
    fc.property(fc.array(row), window, narrowing, fc.integer({ min: 1, max: 5 }), (rows, range, promptName, limit) => {
      const store = createObservationStore();
      for (const [index, { startMs, prompt }] of rows.entries()) {
        store.add({ id: `${index}`, traceId: `t${index % 3}`, startMs, promptName: prompt });
      }
      const query = { nowMs: 0, ...range, traceIds: null, promptName, keep: () => true };
      const seen = [];
      for (let page = store.page(query, null, limit); ; page = store.page(query, page.rows.at(-1)!, limit)) {
        seen.push(...page.rows);
        if (!page.more) break;
      }
      const wanted = rows.flatMap(({ startMs, prompt }, index) => {
        const inside = startMs >= range.fromMs && startMs < range.toMs;
        return inside && (promptName === null || prompt === promptName) ? [`${index}`] : [];
      });
      expect(seen.map((each) => each.id).sort()).toEqual(wanted.sort());
      expect(seen.map((each) => each.startMs)).toEqual(seen.map((each) => each.startMs).toSorted((a, b) => b - a));
    }),
  );
});
