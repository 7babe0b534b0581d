import * as fc from 'fast-check';
import { memoryObjectStore } from '../../../src/adapters/local/memory-object-store';
import { pageCache, type PageCache } from '../../../src/app/evidence/page-cache';
import type { TreeRoot } from '../../../src/app/evidence/page-ref';
import { lookUp, putAll } from '../../../src/app/evidence/page-tree';
import { SegmentWriter } from '../../../src/app/evidence/segment-writer';
import type { Packing } from '../../../src/core/evidence/pack-records';
import { allHeld, heldEntries, hold } from '../../../src/core/evidence/held-entries';
import { putText, takeText } from '../../../src/core/evidence/packed-values';
import type { ObjectStore } from '../../../src/core/ports';

const TEXT: Packing<string> = { pack: putText, unpack: takeText };

async function put(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: ReadonlyMap<string, string>,
): Promise<TreeRoot> {
  const segment = new SegmentWriter(objects, cache);
  const held = heldEntries();
  for (const [key, text] of entries) hold(held, key, text, TEXT);
  const next = await putAll(objects, cache, root, allHeld(held), segment);
  await segment.flush();
  return next;
}

async function found(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  await lookUp(objects, cache, root, keys, (key, record) => texts.set(key, TEXT.unpack(record)));
  return texts;
}

function counted(objects: ObjectStore): ObjectStore & { reads: number; underWay: number; most: number } {
  const counting = {
    reads: 0,
    underWay: 0,
    most: 0,
    put: objects.put.bind(objects),
    async get(name: string, range?: { offset: number; length: number }) {
      counting.reads++;
      counting.most = Math.max(counting.most, ++counting.underWay);
      const bytes = await objects.get(name, range);
      counting.underWay--;
      return bytes;
    },
  };
  return counting;
}

/** Keys of other people's making. */
const key = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map((n) => `trace-${n}`),
  fc.constantFrom('__proto__', 'constructor', '', '\n"a"\t', '"', '\\"a', 'a'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const batch = fc.array(
  fc.tuple(
    key,
    fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value)),
  ),
  { maxLength: 150 },
);

test('is a map: after any batches it holds what a Map holds, and every older root what it held then', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 6 }), fc.constantFrom(0, 2000, 1e9), async (batches, maxBytes) => {
      const objects = memoryObjectStore();
      const cache = pageCache(maxBytes);
      const held = new Map<string, string>();
      const past: { root: TreeRoot; held: Map<string, string> }[] = [];
      let root: TreeRoot = null;
      for (const entries of batches) {
        root = await put(objects, cache, root, new Map(entries));
        for (const [each, text] of entries) held.set(each, text);
        past.push({ root, held: new Map(held) });
      }
      const keys = [...held.keys(), 'not there'];
      for (const each of past) {
        const fresh = await found(objects, pageCache(0), each.root, keys);
        const cached = await found(objects, cache, each.root, keys);
        expect(fresh).toEqual(each.held);
        expect(cached).toEqual(each.held);
      }
      expect(cache.bytes).toBeLessThanOrEqual(maxBytes);
    }),
    { numRuns: 60 },
  );
});

describe('a large map', () => {
  const entries = new Map(Array.from({ length: 30_000 }, (_, i) => [`key-${i}`, String(i)]));

  test('answers and changes a key with a few pages, at most sixteen reads at once', async () => {
    const memory = memoryObjectStore();
    const root = await put(memory, pageCache(0), null, entries);
    const objects = counted(memory);
    expect(await found(objects, pageCache(0), root, ['key-77'])).toEqual(new Map([['key-77', '77']]));
    expect(objects.reads).toBeLessThanOrEqual(5);
    const changed = await put(memory, pageCache(0), root, new Map([['key-77', '"new"']]));
    expect(await found(memory, pageCache(0), changed, ['key-77', 'key-78'])).toEqual(
      new Map([
        ['key-77', '"new"'],
        ['key-78', '78'],
      ]),
    );
    await found(
      objects,
      pageCache(0),
      root,
      [...entries.keys()].filter((_, i) => i % 100 === 0),
    );
    expect(objects.most).toBeLessThanOrEqual(16);
  });

  test('reads neighbours in one request, and nothing of what was just written', async () => {
    const objects = counted(memoryObjectStore());
    const cache = pageCache(1e9);
    const root = await put(objects, cache, null, entries);
    expect((await found(objects, cache, root, [...entries.keys()])).size).toBe(30_000);
    expect(objects.reads).toBe(0);
    await found(objects, pageCache(0), root, [...entries.keys()]);
    expect(objects.reads).toBeLessThan(60);
  });

  test('is put part by part onto a small map and onto a large one, and fails as a whole when a part cannot be stored', async () => {
    const memory = memoryObjectStore();
    const keys = [...entries.keys()];
    const few = new Map([
      ['key-5', '"old"'],
      ['other', '"kept"'],
    ]);
    const small = await put(memory, pageCache(0), null, few);
    const large = await put(memory, pageCache(0), small, entries);
    const changed = new Map(keys.slice(0, 25_000).map((key) => [key, '"new"']));
    const again = await put(memory, pageCache(0), large, changed);
    const all = [...keys, 'other'];
    expect(await found(memory, pageCache(0), large, all)).toEqual(new Map([...few, ...entries]));
    expect(await found(memory, pageCache(0), again, all)).toEqual(new Map([...few, ...entries, ...changed]));
    let stored = 0;
    const failing: ObjectStore = {
      get: memory.get.bind(memory),
      async put(prefix, bytes) {
        if (++stored === 3) throw new Error('the disk is full');
        return memory.put(prefix, bytes);
      },
    };
    await expect(put(failing, pageCache(0), large, changed)).rejects.toThrow('the disk is full');
  });
});

test('a large write does not drive out what the cache keeps; its leaves are read when they are wanted', async () => {
  const objects = counted(memoryObjectStore());
  const cache = pageCache(1024 * 1024);
  const known = await put(objects, cache, null, new Map([['known', 'text']]));
  const entries = new Map(Array.from({ length: 30_000 }, (_, i) => [`key ${i}`, `${i} ${'x'.repeat(100)}`]));
  const root = await put(objects, cache, null, entries);
  await found(objects, cache, known, ['known']);
  expect(objects.reads).toBe(0);
  expect(await found(objects, cache, root, ['key 12345'])).toEqual(new Map([['key 12345', entries.get('key 12345')]]));
  expect(objects.reads).toBe(1);
});
