import type { ObjectStore } from '../../core/ports';
import { addressOf, type Page, type PageCache } from './page-cache';
import type { PageRef, TreeRoot } from './page-ref';
import { readPages } from './read-pages';
import type { SegmentWriter } from './segment-writer';

/*
 * A persistent map from text keys to JSON texts, kept in immutable objects: a 16-way hash trie whose pages are addressed
 * by (segment, offset, length). One write of many keys makes one segment that holds just the pages that changed; old
 * segments stay as they are. Looking up or changing n keys reads about n pages however many keys the map holds, so the
 * cost of a tick follows what is new.
 */

/** Larger pages cost bytes with every key that changes, smaller ones cost requests. */
const LEAF_ENTRIES = 32;
const FAN_OUT = 16;
/** A 32-bit hash has eight nibbles; a leaf at that depth is not split any more. */
const MAX_DEPTH = 8;

/** More keys are put part of the tree by part, so that the pages of one part are in memory at a time. */
const LARGE_PUT = 20_000;

const decoder = new TextDecoder();

/** Reads one page that is not part of a tree. */
export async function readPage<Value>(objects: ObjectStore, [segment, offset, length]: PageRef): Promise<Value> {
  return JSON.parse(decoder.decode(await objects.get(segment, { offset, length }))) as Value;
}

/**
 * The texts of the keys that the map holds.
 * @returns only the keys that were found
 */
export async function lookUp(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const entries = keys.map((key) => entryOf(key, ''));
  const found = new Map<string, string>();
  await walk(objects, cache, root, entries, (leaf, wanted) => {
    for (const { key, line } of wanted) {
      const text = textIn(leaf, line);
      if (text !== null) found.set(key, text);
    }
  });
  return found;
}

/**
 * Puts the entries into the map and adds the changed pages to the segment.
 * @param entries JSON texts by key
 * @returns the new root, complete once the segment is flushed
 */
export async function putAll(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: ReadonlyMap<string, string>,
  segment: SegmentWriter,
): Promise<TreeRoot> {
  if (entries.size <= LARGE_PUT) return putPart(objects, cache, root, entries, segment);
  const parts = Array.from({ length: FAN_OUT }, () => new Map<string, string>());
  for (const [key, text] of entries) parts[hashOf(key) & (FAN_OUT - 1)]!.set(key, text);
  let grown = root;
  for (const part of parts) {
    grown = await putPart(objects, cache, grown, part, segment);
    await segment.flush();
  }
  return grown;
}

async function putPart(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: ReadonlyMap<string, string>,
  segment: SegmentWriter,
): Promise<TreeRoot> {
  if (entries.size === 0) return root;
  const all = Array.from(entries, ([key, text]) => entryOf(key, text));
  const pages = await walk(objects, cache, root, all, () => {});

  function visit(ref: PageRef | null, depth: number, changed: readonly Entry[]): PageRef {
    const page = ref === null ? '' : pages.get(addressOf(ref))!;
    if (typeof page !== 'string') return inner(page.children, depth, changed);
    const merged = page === '' ? changed : mergedInto(page, changed);
    if (merged.length <= LEAF_ENTRIES || depth >= MAX_DEPTH) return segment.addNode(leafOf(merged));
    return inner([], depth, merged);
  }
  function inner(old: readonly (PageRef | null)[], depth: number, changed: readonly Entry[]): PageRef {
    const children: (PageRef | null)[] = Array.from({ length: FAN_OUT }, (_, index) => old[index] ?? null);
    for (const [index, group] of groupByNibble(changed, depth).entries()) {
      if (group !== undefined) children[index] = visit(children[index]!, depth + 1, group);
    }
    return segment.addNode({ children });
  }
  return visit(root, 0, all);
}

/**
 * Reads every page on the way to the entries, level by level.
 * @param onLeaf called with each leaf and the entries that lead to it
 * @returns the pages, by address
 */
async function walk(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: readonly Entry[],
  onLeaf: (leaf: string, wanted: readonly Entry[]) => void,
): Promise<Map<string, Page>> {
  const read = new Map<string, Page>();
  let level: Visit[] = root === null || entries.length === 0 ? [] : [{ ref: root, wanted: entries }];
  for (let depth = 0; level.length > 0; depth++) {
    const pages = await readPages(
      objects,
      cache,
      level.map(({ ref }) => ref),
    );
    const next: Visit[] = [];
    for (const { ref, wanted } of level) {
      const address = addressOf(ref);
      const page = pages.get(address)!;
      read.set(address, page);
      if (typeof page === 'string') onLeaf(page, wanted);
      else for (const visit of below(page.children, wanted, depth)) next.push(visit);
    }
    level = next;
  }
  return read;
}

/** A page to read, and the entries that lead to it. */
interface Visit {
  ref: PageRef;
  wanted: readonly Entry[];
}

function below(children: readonly (PageRef | null)[], wanted: readonly Entry[], depth: number): Visit[] {
  return groupByNibble(wanted, depth).flatMap((group, index) => {
    const ref = children[index] ?? null;
    return group === undefined || ref === null ? [] : [{ ref, wanted: group }];
  });
}

/** A leaf is a text of lines, `\n`, the key as JSON, `\t`, the value as JSON: neither character occurs inside JSON. */
interface Entry {
  key: string;
  hash: number;
  /** How the entry's line begins. */
  line: string;
  text: string;
}

function entryOf(key: string, text: string): Entry {
  return { key, hash: hashOf(key), line: `\n${JSON.stringify(key)}\t`, text };
}

function textIn(leaf: string, line: string): string | null {
  const at = leaf.indexOf(line);
  if (at < 0) return null;
  const start = at + line.length;
  const end = leaf.indexOf('\n', start);
  return leaf.slice(start, end < 0 ? undefined : end);
}

/** The entries of a leaf after some were put into it. */
function mergedInto(leaf: string, changed: readonly Entry[]): Entry[] {
  const replaced = new Set(changed.map(({ line }) => line));
  const merged = [...changed];
  for (const each of leaf.split('\n').slice(1)) {
    const end = each.indexOf('\t') + 1;
    if (!replaced.has(`\n${each.slice(0, end)}`)) {
      merged.push(entryOf(JSON.parse(each.slice(0, end)) as string, each.slice(end)));
    }
  }
  return merged;
}

function leafOf(entries: readonly Entry[]): string {
  let leaf = '';
  for (const { line, text } of entries) leaf += line + text;
  return leaf;
}

/** FNV-1a over UTF-16 code units with a final mix: only spreads keys over pages, so any stable hash will do. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** @returns by child index; holes where there is nothing */
function groupByNibble(entries: readonly Entry[], depth: number): (Entry[] | undefined)[] {
  const groups: (Entry[] | undefined)[] = Array.from({ length: FAN_OUT });
  for (const entry of entries) (groups[(entry.hash >>> (4 * depth)) & (FAN_OUT - 1)] ??= []).push(entry);
  return groups;
}
