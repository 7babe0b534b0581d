import * as fc from 'fast-check';
import { memoryObjectStore } from '../../../src/adapters/local/memory-object-store';
import { findInGenerations, putInNewest } from '../../../src/app/evidence/generations';
import { pageCache } from '../../../src/app/evidence/page-cache';
import { SegmentWriter } from '../../../src/app/evidence/segment-writer';
import { allHeld, heldEntries, hold } from '../../../src/core/evidence/held-entries';
import type { SubjectGeneration } from '../../../src/core/evidence/manifest';
import { hashOf } from '../../../src/core/evidence/packed-entries';
import { putText, takeText } from '../../../src/core/evidence/packed-values';
import type { Packing } from '../../../src/core/evidence/pack-records';
import { newGeneration } from '../../../src/core/evidence/subject-generations';
import type { ObjectStore } from '../../../src/core/ports';

const TEXT: Packing<string> = { pack: putText, unpack: takeText };

async function put(
  objects: ObjectStore,
  generations: readonly SubjectGeneration[],
  entries: readonly (readonly [string, string])[],
): Promise<SubjectGeneration[]> {
  const held = heldEntries();
  for (const [key, text] of entries) hold(held, key, text, TEXT);
  const segment = new SegmentWriter(objects, pageCache(0));
  const put = await putInNewest(objects, pageCache(0), generations, allHeld(held), segment);
  await segment.flush();
  return put;
}

async function found(
  objects: ObjectStore,
  generations: readonly SubjectGeneration[],
  keys: Iterable<string>,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  await findInGenerations(objects, pageCache(0), generations, [...keys], (key, record) => {
    expect(texts.has(key)).toBe(false);
    texts.set(key, TEXT.unpack(record));
  });
  return texts;
}

/** Two keys with the same hash. */
function collision(): [string, string] {
  const byHash = new Map<number, string>();
  for (let n = 0; ; n++) {
    const key = `trace-${n}`;
    const other = byHash.get(hashOf(key));
    if (other !== undefined) return [other, key];
    byHash.set(hashOf(key), key);
  }
}

const KEYS = Array.from({ length: 60 }, (_, n) => `k${n}`);
const writes = fc.array(fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.string({ maxLength: 3 })), { maxLength: 40 }), {
  maxLength: 6,
});

test('the newest record of every key is found, whichever generation it was written in', async () => {
  await fc.assert(
    fc.asyncProperty(writes, fc.array(fc.boolean()), async (batches, begins) => {
      const objects = memoryObjectStore();
      const expected = new Map<string, string>();
      let generations = [newGeneration(0)];
      for (const [index, batch] of batches.entries()) {
        if (begins[index] === true) generations = [newGeneration(index + 1), ...generations];
        generations = await put(objects, generations, [...new Map(batch)]);
        for (const [key, text] of batch) expected.set(key, text);
      }
      expect(await found(objects, generations, KEYS)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('a key whose hash another key has in a newer generation is found in its own', async () => {
  const objects = memoryObjectStore();
  const [older, newer] = collision();
  let generations = await put(objects, [newGeneration(0)], [[older, 'older']]);
  generations = await put(objects, [newGeneration(1), ...generations], [[newer, 'newer']]);
  expect(await found(objects, generations, [older, newer])).toEqual(
    new Map([
      [older, 'older'],
      [newer, 'newer'],
    ]),
  );
});

test('for keys that are nowhere only the hashes are read, however many keys there are', async () => {
  for (const known of [100, 10_000]) {
    const objects = memoryObjectStore();
    let generations = await put(
      objects,
      [newGeneration(0)],
      Array.from({ length: known }, (_, n) => [`old-${n}`, 'x'] as const),
    );
    generations = await put(objects, [newGeneration(1), ...generations], [['newest', 'x']]);
    const read: number[] = [];
    const counting: ObjectStore = {
      put: (prefix, bytes) => objects.put(prefix, bytes),
      get: async (name, range) => {
        const bytes = await objects.get(name, range);
        read.push(bytes.length);
        return bytes;
      },
    };
    const keys = Array.from({ length: 500 }, (_, n) => `new-${n}`);
    expect((await found(counting, generations, keys)).size).toBe(0);
    expect(read).toHaveLength(2);
    expect(Math.max(...read)).toBe(4 + 4 * known);
  }
});
