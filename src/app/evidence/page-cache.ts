import { absolute, type PageRef } from './page-ref';

/** A page of the tree: a leaf's bytes, or where the children are. */
export type Page = Uint8Array | { children: readonly (PageRef | null)[] };

/** Pages by address. They are immutable, so a kept one is never stale; the longest unused leave first. */
export interface PageCache {
  pages: Map<string, { page: Page; bytes: number }>;
  bytes: number;
  maxBytes: number;
}

/** @param maxBytes upper limit of the size of what is kept, in bytes as stored */
export function pageCache(maxBytes: number): PageCache {
  return { pages: new Map(), bytes: 0, maxBytes };
}

/** The page at a ref; null when it is not kept. */
export function recall(cache: PageCache, ref: PageRef): Page | null {
  const address = addressOf(ref);
  const kept = cache.pages.get(address);
  if (kept === undefined) return null;
  cache.pages.delete(address);
  cache.pages.set(address, kept);
  return kept.page;
}

/**
 * Keeps a page, with its children's refs made absolute.
 * @returns the page as it is kept
 */
export function remember(cache: PageCache, ref: PageRef, page: Page): Page {
  const kept = 'children' in page ? { children: page.children.map((child) => child && absolute(child, ref[0])) } : page;
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

/** What names a page. */
export function addressOf([segment, offset]: PageRef): string {
  return `${segment}@${offset}`;
}
