import type { ObjectStore } from '../../core/ports';
import { recall, remember, type Page, type PageCache } from './page-cache';
import type { PageRef, TreeRoot } from './page-ref';
import type { SegmentWriter } from './segment-writer';

export { pageCache, type PageCache } from './page-cache';

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

const decoder = new TextDecoder();

/** Reads one page that is not part of a tree. */
export async function readPage<Value>(objects: ObjectStore, ref: PageRef): Promise<Value> {
  return JSON.parse(await readText(objects, ref)) as Value;
}

async function readText(objects: ObjectStore, [segment, offset, length]: PageRef): Promise<string> {
  return decoder.decode(await objects.get(segment, { offset, length }));
}

async function readNode(objects: ObjectStore, cache: PageCache, ref: PageRef): Promise<Page> {
  const kept = recall(cache, ref);
  if (kept !== null) return kept;
  const text = await readText(objects, ref);
  return remember(cache, ref, text.startsWith('[') ? { children: JSON.parse(text) as (PageRef | null)[] } : text);
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
  const found = new Map<string, string>();
  async function visit(ref: PageRef, depth: number, wanted: readonly Entry[]): Promise<void> {
    const node = await readNode(objects, cache, ref);
    if (typeof node === 'string') {
      for (const { key, line } of wanted) {
        const text = textIn(node, line);
        if (text !== null) found.set(key, text);
      }
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
  if (root !== null && keys.length > 0) {
    await visit(
      root,
      0,
      keys.map((key) => entryOf(key, '')),
    );
  }
  return found;
}

/**
 * Puts the entries into the map and adds the changed pages to the segment.
 * @param entries JSON texts by key
 * @returns the new root, relative to the segment until it is flushed
 */
export async function putAll(
  objects: ObjectStore,
  cache: PageCache,
  root: TreeRoot,
  entries: ReadonlyMap<string, string>,
  segment: SegmentWriter,
): Promise<TreeRoot> {
  async function visit(ref: PageRef | null, depth: number, changed: readonly Entry[]): Promise<PageRef> {
    const node = ref === null ? '' : await readNode(objects, cache, ref);
    if (typeof node !== 'string') return inner(node.children, depth, changed);
    const merged = node === '' ? changed : mergedInto(node, changed);
    if (merged.length <= LEAF_ENTRIES || depth >= MAX_DEPTH) return segment.addNode(leafOf(merged));
    return inner([], depth, merged);
  }
  async function inner(old: readonly (PageRef | null)[], depth: number, changed: readonly Entry[]): Promise<PageRef> {
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
    Array.from(entries, ([key, text]) => entryOf(key, text)),
  );
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
