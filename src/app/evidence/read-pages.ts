import type { ObjectStore } from '../../core/ports';
import { addressOf, recall, remember, type Page, type PageCache } from './page-cache';
import type { PageRef } from './page-ref';

/** Requests under way at once; a folder would run out of file handles, S3 would throttle. */
const AT_ONCE = 16;
/** Pages of a segment that are no further apart, in bytes, are read in one request. */
const LARGEST_GAP = 16 * 1024;
const LARGEST_READ = 4 * 1024 * 1024;

const decoder = new TextDecoder();

/** Pages that are read in one request, in order of their place. */
interface Run {
  refs: PageRef[];
  end: number;
}

/**
 * Reads pages of a tree, those that the cache keeps from there, neighbours in one request.
 * @returns by address
 */
export async function readPages(
  objects: ObjectStore,
  cache: PageCache,
  refs: readonly PageRef[],
): Promise<Map<string, Page>> {
  const pages = new Map<string, Page>();
  const missing: PageRef[] = [];
  for (const ref of refs) {
    const kept = recall(cache, ref);
    if (kept === null) missing.push(ref);
    else pages.set(addressOf(ref), kept);
  }
  const waiting = runsOf(missing);
  const work = async (): Promise<void> => {
    for (let run = waiting.pop(); run !== undefined; run = waiting.pop()) {
      const [segment, offset] = run.refs[0]!;
      const bytes = await objects.get(segment, { offset, length: run.end - offset });
      for (const ref of run.refs) {
        const page = bytes.slice(ref[1] - offset, ref[1] - offset + ref[2]);
        pages.set(addressOf(ref), remember(cache, ref, parsed(page)));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return pages;
}

/** A page of addresses is a JSON list, a leaf begins with another byte. */
const LIST = '['.charCodeAt(0);

function parsed(page: Uint8Array): Page {
  return page[0] === LIST ? { children: JSON.parse(decoder.decode(page)) as (PageRef | null)[] } : page;
}

function runsOf(refs: readonly PageRef[]): Run[] {
  const inOrder = [...refs].sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1));
  const runs: Run[] = [];
  for (const ref of inOrder) {
    const [segment, offset, length] = ref;
    const last = runs.at(-1);
    const first = last?.refs[0];
    const isNear = last !== undefined && offset - last.end <= LARGEST_GAP;
    if (isNear && first?.[0] === segment && offset + length - first[1] <= LARGEST_READ) {
      last.refs.push(ref);
      last.end = offset + length;
    } else {
      runs.push({ refs: [ref], end: offset + length });
    }
  }
  return runs;
}
