import type { ObjectStore } from '../../core/ports';
import { absolute, type PageRef, type TreeRoot } from './page-ref';
import type { SegmentWriter } from './segment-writer';

/*
 * A persistent map from text keys to JSON values, kept in immutable objects: a 16-way hash trie whose pages are addressed
 * by (segment, offset, length). One write of many keys makes one segment that holds just the pages that changed; old
 * segments stay as they are. Looking up or changing n keys reads about n pages however many keys the map holds, so the
 * cost of a tick follows what is new.
 */

type Entry<Value> = [key: string, value: Value];

/** A page of the tree. */
export type Page<Value = unknown> = { leaf: Entry<Value>[] } | { children: (PageRef | null)[] };

/** Larger pages cost bytes with every key that changes, smaller ones cost requests. */
const LEAF_ENTRIES = 32;
const FAN_OUT = 16;
/** A 32-bit hash has eight nibbles; a leaf at that depth is not split any more. */
const MAX_DEPTH = 8;

const decoder = new TextDecoder();

/** Parsed pages by address. Pages are immutable, so a cached one is never stale; the longest unused leave first. */
export interface PageCache {
  pages: Map<string, { page: Page; bytes: number }>;
  bytes: number;
  maxBytes: number;
}

/** @param maxBytes upper limit of the serialised size of what is kept; parsed pages take several times as much memory */
export function pageCache(maxBytes: number): PageCache {
  return { pages: new Map(), bytes: 0, maxBytes };
}

/**
 * Keeps a page, with its children's refs made absolute.
 * @returns the page as it is kept: not to be changed
 */
export function remember(cache: PageCache, ref: PageRef, page: Page): Page {
  const kept = 'leaf' in page ? page : { children: page.children.map((child) => child && absolute(child, ref[0])) };
  const address = addressOf(ref);
  const bytes = ref[2];
  if (bytes > cache.maxBytes || cache.pages.has(address)) return kept;
  cache.pages.set(address, { page: kept, bytes });
  cache.bytes += bytes;
  for (const [unused, { bytes: freed }] of cache.pages) {
    if (cache.bytes <= cache.maxBytes) break;
    cache.pages.delete(unused);
    cache.bytes -= freed;
  }
  return kept;
}

function recall(cache: PageCache, ref: PageRef): Page | null {
  const address = addressOf(ref);
  const kept = cache.pages.get(address);
  if (kept === undefined) return null;
  cache.pages.delete(address);
  cache.pages.set(address, kept);
  return kept.page;
}

function addressOf([segment, offset]: PageRef): string {
  return `${segment}@${offset}`;
}

/** Reads one page that is not part of a tree. */
export async function readPage<Value>(objects: ObjectStore, ref: PageRef): Promise<Value> {
  return JSON.parse(decoder.decode(await objects.get(ref[0], { offset: ref[1], length: ref[2] }))) as Value;
}

async function readNode<Value>(objects: ObjectStore, cache: PageCache, ref: PageRef): Promise<Page<Value>> {
  const page = recall(cache, ref) ?? remember(cache, ref, await readPage<Page>(objects, ref));
  return page as Page<Value>;
}

/**
 * The values of the keys that the map holds. Values are shared with the cache: copy before changing one.
 * @returns only the keys that were found
 */
export async function lookUp<Value>(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  keys: readonly string[],
): Promise<Map<string, Value>> {
  const found = new Map<string, Value>();
  async function visit(ref: PageRef, depth: number, wanted: readonly Hashed<null>[]): Promise<void> {
    const node = await readNode<Value>(objects, cache, ref);
    if ('leaf' in node) {
      const set = new Set(wanted.map(({ key }) => key));
      for (const [key, value] of node.leaf) if (set.has(key)) found.set(key, value);
      return;
    }
    const groups = groupByNibble(wanted, depth);
    await Promise.all(
      groups.map(async (group, index) => {
        const child = node.children[index];
        if (group !== undefined && child) await visit(child, depth + 1, group);
      }),
    );
  }
  const wanted = root === null ? [] : keys.map((key) => hashed(key, null));
  if (root !== null && wanted.length > 0) await visit(root, 0, wanted);
  return found;
}

/**
 * Puts the entries into the map and adds the changed pages to the segment.
 * @param entries their values must not be changed afterwards
 * @returns the new root, relative to the segment until it is flushed
 */
export async function putAll<Value>(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: ReadonlyMap<string, Value>,
  segment: SegmentWriter,
): Promise<TreeRoot> {
  async function visit(ref: PageRef | null, depth: number, changed: readonly Hashed<Value>[]): Promise<PageRef> {
    const node: Page<Value> = ref === null ? { leaf: [] } : await readNode<Value>(objects, cache, ref);
    if ('children' in node) return inner(node.children, depth, changed);
    const merged = new Map(node.leaf);
    for (const { key, value } of changed) merged.set(key, value);
    if (merged.size <= LEAF_ENTRIES || depth >= MAX_DEPTH) return segment.addNode({ leaf: [...merged] });
    const all = Array.from(merged, ([key, value]) => hashed(key, value));
    return inner([], depth, all);
  }
  async function inner(
    old: readonly (PageRef | null)[],
    depth: number,
    changed: readonly Hashed<Value>[],
  ): Promise<PageRef> {
    const groups = groupByNibble(changed, depth);
    const children = await Promise.all(
      Array.from({ length: FAN_OUT }, async (_, index) => {
        const group = groups[index];
        const child = old[index] ?? null;
        return group === undefined ? child : visit(child, depth + 1, group);
      }),
    );
    return segment.addNode({ children });
  }
  if (entries.size === 0) return root;
  return visit(
    root,
    0,
    Array.from(entries, ([key, value]) => hashed(key, value)),
  );
}

interface Hashed<Value> {
  key: string;
  hash: number;
  value: Value;
}

/** FNV-1a over UTF-16 code units with a final mix: only spreads keys over pages, so any stable hash will do. */
function hashed<Value>(key: string, value: Value): Hashed<Value> {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return { key, hash, value };
}

/** @returns by child index; holes where there is nothing */
function groupByNibble<Value>(items: readonly Hashed<Value>[], depth: number): (Hashed<Value>[] | undefined)[] {
  const groups: (Hashed<Value>[] | undefined)[] = Array.from({ length: FAN_OUT });
  for (const item of items) (groups[(item.hash >>> (4 * depth)) & (FAN_OUT - 1)] ??= []).push(item);
  return groups;
}
