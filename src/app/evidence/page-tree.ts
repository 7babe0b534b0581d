import type { ObjectStore } from '../../core/ports';

/*
 * A persistent map from text keys to JSON values, kept in immutable objects: a 16-way hash trie whose pages are addressed
 * by (segment, offset, length). One write of many keys makes one segment that holds just the pages that changed; old
 * segments stay as they are. Looking up or changing n keys reads about n pages however many keys the map holds, so the
 * cost of a tick follows what is new.
 */

/** Where a page is. An empty segment name inside a page means "the segment this page is in". */
export type PageRef = readonly [segment: string, offset: number, length: number];

/** The root of a map; null = empty. */
export type TreeRoot = PageRef | null;

type Entry<Value> = [key: string, value: Value];
type Node<Value> = { leaf: Entry<Value>[] } | { children: (PageRef | null)[] };

const LEAF_ENTRIES = 64;
const FAN_OUT = 16;
/** A 32-bit hash has eight nibbles; a leaf at that depth is not split any more. */
const MAX_DEPTH = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** FNV-1a over UTF-16 code units with a final mix: only spreads keys over pages, so any stable hash will do. */
function nibble(key: string, depth: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash >>> (4 * depth)) & (FAN_OUT - 1);
}

/** Parsed pages by address. Pages are immutable, so a cached one is never stale; the oldest leave first. */
export interface PageCache {
  pages: Map<string, { node: unknown; bytes: number }>;
  bytes: number;
  maxBytes: number;
}

/** @param maxBytes upper limit of the serialised size of what is kept */
export function pageCache(maxBytes: number): PageCache {
  return { pages: new Map(), bytes: 0, maxBytes };
}

function remember(cache: PageCache, address: string, node: unknown, bytes: number): void {
  if (bytes > cache.maxBytes || cache.pages.has(address)) return;
  cache.pages.set(address, { node, bytes });
  cache.bytes += bytes;
  for (const [oldest, page] of cache.pages) {
    if (cache.bytes <= cache.maxBytes) break;
    cache.pages.delete(oldest);
    cache.bytes -= page.bytes;
  }
}

function absolute(ref: PageRef, segment: string): PageRef {
  return ref[0] === '' ? [segment, ref[1], ref[2]] : ref;
}

async function readNode<Value>(objects: ObjectStore, cache: PageCache, ref: PageRef): Promise<Node<Value>> {
  const address = `${ref[0]}@${ref[1]}`;
  const cached = cache.pages.get(address);
  if (cached !== undefined) return cached.node as Node<Value>;
  const bytes = await objects.get(ref[0], { offset: ref[1], length: ref[2] });
  const node = JSON.parse(decoder.decode(bytes)) as Node<Value>;
  if ('children' in node) node.children = node.children.map((child) => child && absolute(child, ref[0]));
  remember(cache, address, node, ref[2]);
  return node;
}

/** Collects pages that will become one immutable object. */
export class SegmentWriter {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;

  /** Adds a JSON page; its ref has an empty segment name until {@link flush}. */
  add(page: unknown): PageRef {
    const bytes = encoder.encode(JSON.stringify(page));
    const ref: PageRef = ['', this.size, bytes.length];
    this.chunks.push(bytes);
    this.size += bytes.length;
    return ref;
  }

  /**
   * Stores the segment.
   * @returns a function that turns this writer's refs into absolute ones
   */
  async flush(objects: ObjectStore): Promise<(ref: PageRef) => PageRef> {
    if (this.size === 0) return (ref) => ref;
    const bytes = new Uint8Array(this.size);
    let offset = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    const name = await objects.put('snapshot', bytes);
    return (ref) => absolute(ref, name);
  }
}

/** Reads one page that is not part of a tree. */
export async function readPage<Value>(objects: ObjectStore, ref: PageRef): Promise<Value> {
  return JSON.parse(decoder.decode(await objects.get(ref[0], { offset: ref[1], length: ref[2] }))) as Value;
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
  async function visit(ref: PageRef, depth: number, wanted: readonly string[]): Promise<void> {
    const node = await readNode<Value>(objects, cache, ref);
    if ('leaf' in node) {
      const set = new Set(wanted);
      for (const [key, value] of node.leaf) if (set.has(key)) found.set(key, value);
      return;
    }
    await Promise.all(
      groupByNibble(wanted, depth, (key) => key).map(async (group, index) => {
        const child = node.children[index];
        if (group.length > 0 && child) await visit(child, depth + 1, group);
      }),
    );
  }
  if (root !== null && keys.length > 0) await visit(root, 0, keys);
  return found;
}

/**
 * Puts the entries into the map and adds the changed pages to the segment.
 * @returns the new root, relative to the segment until it is flushed
 */
export async function putAll<Value>(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: ReadonlyMap<string, Value>,
  segment: SegmentWriter,
): Promise<TreeRoot> {
  async function visit(ref: PageRef | null, depth: number, changed: Entry<Value>[]): Promise<PageRef> {
    const node = ref === null ? { leaf: [] } : await readNode<Value>(objects, cache, ref);
    if ('children' in node) return inner(node.children, depth, changed);
    const merged = new Map(node.leaf);
    for (const [key, value] of changed) merged.set(key, value);
    if (merged.size <= LEAF_ENTRIES || depth >= MAX_DEPTH) return segment.add({ leaf: [...merged] });
    return inner(
      Array.from({ length: FAN_OUT }, () => null),
      depth,
      [...merged],
    );
  }
  async function inner(old: (PageRef | null)[], depth: number, changed: Entry<Value>[]): Promise<PageRef> {
    const groups = groupByNibble(changed, depth, ([key]) => key);
    const children = await Promise.all(
      groups.map(async (group, index) => {
        const child = old[index] ?? null;
        return group.length === 0 ? child : visit(child, depth + 1, group);
      }),
    );
    return segment.add({ children });
  }
  return entries.size === 0 ? root : visit(root, 0, [...entries]);
}

function groupByNibble<Item>(items: readonly Item[], depth: number, keyOf: (item: Item) => string): Item[][] {
  const groups: Item[][] = Array.from({ length: FAN_OUT }, () => []);
  for (const item of items) groups[nibble(keyOf(item), depth)]!.push(item);
  return groups;
}
