import { entriesFrom, hashOf, isOfKey, keyOf, recordOf, type Entry } from '../../core/evidence/packed-entries';
import type { ByteSource } from '../../core/evidence/packed-values';
import type { ObjectStore } from '../../core/ports';
import { addressOf, type Page, type PageCache } from './page-cache';
import type { PageRef, TreeRoot } from './page-ref';
import { readPages } from './read-pages';
import type { SegmentWriter } from './segment-writer';

/*
 * A persistent map from text keys to packed records, kept in immutable objects: a 16-way hash trie whose pages are addressed
 * by (segment, offset, length). One write of many keys makes one segment that holds just the pages that changed; old
 * segments stay as they are. Looking up or changing n keys reads about n pages however many keys the map holds, so the
 * cost of a tick follows what is new.
 */

/** Larger pages cost bytes with every key that changes, smaller ones cost requests. */
const LEAF_ENTRIES = 32;
const FAN_OUT = 16;
/** A 32-bit hash has eight nibbles; a leaf at that depth is not split any more. */
const MAX_DEPTH = 8;

/** More keys are put part of the tree by part: a few are stored while the next is made, and no more are in memory. */
const LARGE_PUT = 20_000;
const PARTS_UNDER_WAY = 2;

/** A leaf is this byte, then its entries; a page of addresses is JSON. */
const LEAF = 0;

const decoder = new TextDecoder();

/** Reads one page of JSON that is not part of a tree. */
export async function readPage<Value>(objects: ObjectStore, [segment, offset, length]: PageRef): Promise<Value> {
  return JSON.parse(decoder.decode(await objects.get(segment, { offset, length }))) as Value;
}

/**
 * Looks keys up.
 * @param onFound called for each key that the map holds, with its record ready to unpack
 */
export async function lookUp(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  keys: readonly string[],
  onFound: (key: string, record: ByteSource) => void,
): Promise<void> {
  if (root === null) return;
  const wantedKeys = Array.from(new Set(keys), (key) => ({ key, hash: hashOf(key) }));
  await walk(objects, cache, { top: root, depth: 0 }, wantedKeys, (leaf, wanted) => {
    const entries = entriesFrom(leaf, 1);
    for (const { key, hash } of wanted) {
      const entry = entries.find((each) => each.hash === hash && isOfKey(each, key));
      if (entry !== undefined) onFound(key, recordOf(entry));
    }
  });
}

/**
 * Puts the entries into the map and adds the changed pages to the segment.
 * @param entries one a key
 * @returns the new root, complete once the segment is flushed
 */
export async function putAll(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: readonly Entry[],
  segment: SegmentWriter,
): Promise<TreeRoot> {
  if (entries.length === 0) return root;
  if (entries.length <= LARGE_PUT) return putUnder(objects, cache, root, { entries, depth: 0 }, segment);
  const page = root === null ? null : (await readPages(objects, cache, [root])).get(addressOf(root))!;
  const isList = page !== null && 'children' in page;
  const children = childrenOf(isList ? page.children : []);
  const parts = groupByNibble(page === null || isList ? entries : mergedInto(page, entries), 0);
  const stored: Promise<void>[] = [];
  for (const [index, part] of parts.entries()) {
    if (part === undefined) continue;
    children[index] = await putUnder(objects, cache, children[index]!, { entries: part, depth: 1 }, segment);
    await stored.at(-PARTS_UNDER_WAY);
    const last = segment.flush();
    last.catch(() => {});
    stored.push(last);
  }
  await Promise.all(stored);
  return segment.addList(children);
}

/** Puts entries that belong under one page, which may not be there yet. */
async function putUnder(
  objects: ObjectStore,
  cache: PageCache,
  top: TreeRoot,
  { entries, depth: topDepth }: { entries: readonly Entry[]; depth: number },
  segment: SegmentWriter,
): Promise<PageRef> {
  const pages = await walk(objects, cache, { top, depth: topDepth }, entries, () => {});

  function visit(ref: PageRef | null, depth: number, changed: readonly Entry[]): PageRef {
    const page = ref === null ? null : pages.get(addressOf(ref))!;
    if (page !== null && 'children' in page) return inner(page.children, depth, changed);
    const merged = page === null ? changed : mergedInto(page, changed);
    if (merged.length <= LEAF_ENTRIES || depth >= MAX_DEPTH) return segment.addLeaf(leafOf(merged));
    return inner([], depth, merged);
  }
  function inner(old: readonly (PageRef | null)[], depth: number, changed: readonly Entry[]): PageRef {
    const children = childrenOf(old);
    for (const [index, group] of groupByNibble(changed, depth).entries()) {
      if (group !== undefined) children[index] = visit(children[index]!, depth + 1, group);
    }
    return segment.addList(children);
  }
  return visit(top, topDepth, entries);
}

function childrenOf(old: readonly (PageRef | null)[]): (PageRef | null)[] {
  return Array.from({ length: FAN_OUT }, (_, index) => old[index] ?? null);
}

/** Anything that has a place in the tree. */
interface Placed {
  hash: number;
}

/**
 * Reads every page on the way to what is wanted, level by level.
 * @param onLeaf called with each leaf and what leads to it
 * @returns the pages, by address
 */
async function walk<Wanted extends Placed>(
  objects: ObjectStore,
  cache: PageCache,
  from: { top: TreeRoot; depth: number },
  all: readonly Wanted[],
  onLeaf: (leaf: Uint8Array, wanted: readonly Wanted[]) => void,
): Promise<Map<string, Page>> {
  const read = new Map<string, Page>();
  let level: Visit<Wanted>[] = from.top === null || all.length === 0 ? [] : [{ ref: from.top, wanted: all }];
  for (let { depth } = from; level.length > 0; depth++) {
    const pages = await readPages(
      objects,
      cache,
      level.map(({ ref }) => ref),
    );
    const next: Visit<Wanted>[] = [];
    for (const { ref, wanted } of level) {
      const address = addressOf(ref);
      const page = pages.get(address)!;
      read.set(address, page);
      if ('children' in page) for (const visit of below(page.children, wanted, depth)) next.push(visit);
      else onLeaf(page, wanted);
    }
    level = next;
  }
  return read;
}

/** A page to read, and what leads to it. */
interface Visit<Wanted> {
  ref: PageRef;
  wanted: readonly Wanted[];
}

function below<Wanted extends Placed>(
  children: readonly (PageRef | null)[],
  wanted: readonly Wanted[],
  depth: number,
): Visit<Wanted>[] {
  return groupByNibble(wanted, depth).flatMap((group, index) => {
    const ref = children[index] ?? null;
    return group === undefined || ref === null ? [] : [{ ref, wanted: group }];
  });
}

/** The entries of a leaf after some were put into it. */
function mergedInto(leaf: Uint8Array, changed: readonly Entry[]): Entry[] {
  const hashes = new Set(changed.map(({ hash }) => hash));
  const isReplaced = (entry: Entry): boolean =>
    hashes.has(entry.hash) && changed.some((each) => each.hash === entry.hash && isOfKey(each, keyOf(entry)));
  return [...changed, ...entriesFrom(leaf, 1).filter((entry) => !isReplaced(entry))];
}

function leafOf(entries: readonly Entry[]): Uint8Array {
  let bytes = 1;
  for (const { at, end } of entries) bytes += end - at;
  const leaf = new Uint8Array(bytes);
  leaf[0] = LEAF;
  let length = 1;
  for (const { within, at, end } of entries) {
    leaf.set(within.bytes.subarray(at, end), length);
    length += end - at;
  }
  return leaf;
}

/** @returns by child index; holes where there is nothing */
function groupByNibble<Each extends Placed>(all: readonly Each[], depth: number): (Each[] | undefined)[] {
  const groups: (Each[] | undefined)[] = Array.from({ length: FAN_OUT });
  for (const each of all) (groups[(each.hash >>> (4 * depth)) & (FAN_OUT - 1)] ??= []).push(each);
  return groups;
}
