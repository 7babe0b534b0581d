import { hasHash, hashesOn, pageOfHashes } from '../../core/evidence/key-hashes';
import type { SubjectGeneration } from '../../core/evidence/manifest';
import { hashOf, type Entry } from '../../core/evidence/packed-entries';
import type { ByteSource } from '../../core/evidence/packed-values';
import type { ObjectStore } from '../../core/ports';
import { addressOf, type PageCache } from './page-cache';
import type { PageRef } from './page-ref';
import { lookUp, putAll } from './page-tree';
import { readPages } from './read-pages';
import type { SegmentWriter } from './segment-writer';

const NO_HASHES = new Uint32Array(0);

/**
 * Looks keys up in maps of which the newer goes before the older. Maps that do not have a key's hash are not read.
 * @param generations newest first
 * @param onFound called once for each key that is found, with its newest record ready to unpack
 */
export async function findInGenerations(
  objects: ObjectStore,
  cache: PageCache,
  generations: readonly SubjectGeneration[],
  keys: readonly string[],
  onFound: (key: string, record: ByteSource) => void,
): Promise<void> {
  const written = generations.filter(({ root }) => root !== null);
  if (keys.length === 0 || written.length === 0) return;
  const hashes = await readHashes(objects, cache, written);
  const missing = new Map(keys.map((key) => [key, hashOf(key)]));
  for (const [index, { root }] of written.entries()) {
    const known = hashes[index]!;
    const likely: string[] = [];
    for (const [key, hash] of missing) if (hasHash(known, hash)) likely.push(key);
    await lookUp(objects, cache, root, likely, (key, record) => {
      missing.delete(key);
      onFound(key, record);
    });
  }
}

/**
 * Puts entries into the newest map and its hashes.
 * @param entries one a key
 * @returns the generations, complete once the segment is flushed
 */
export async function putInNewest(
  objects: ObjectStore,
  cache: PageCache,
  generations: readonly SubjectGeneration[],
  entries: readonly Entry[],
  segment: SegmentWriter,
): Promise<SubjectGeneration[]> {
  const [newest, ...older] = generations;
  if (entries.length === 0) return [...generations];
  const [known] = await readHashes(objects, cache, [newest!]);
  const root = await putAll(objects, cache, newest!.root, entries, segment);
  return [{ ...newest!, root, hashes: segment.addLeaf(pageOfHashes(known!, entries)) }, ...older];
}

async function readHashes(
  objects: ObjectStore,
  cache: PageCache,
  generations: readonly SubjectGeneration[],
): Promise<Uint32Array[]> {
  const refs = generations.map(({ hashes }) => hashes).filter((ref): ref is PageRef => ref !== null);
  const pages = await readPages(objects, cache, refs);
  return generations.map(({ hashes }) => {
    const page = hashes === null ? null : pages.get(addressOf(hashes))!;
    return page instanceof Uint8Array ? hashesOn(page) : NO_HASHES;
  });
}
