import type { ObjectStore } from '../../core/ports';
import { remember, type Page, type PageCache } from './page-cache';
import type { PageRef } from './page-ref';

const encoder = new TextEncoder();

/** Leaves of a segment that is larger, of the cache, are not remembered: they would only drive one another out. */
const LARGEST_SHARE = 1 / 8;

/** A ref that is filled in when the segment is stored. */
type OpenRef = [segment: string, offset: number, length: number];

/**
 * Collects pages that will become immutable objects, usually one. Pages of addresses come after all others, one beside the
 * other, so that those on the way to many keys are read in a few requests.
 */
export class SegmentWriter {
  private chunks: Uint8Array[] = [];
  private refs: OpenRef[] = [];
  private leaves: { ref: PageRef; page: Page }[] = [];
  private lists: { ref: OpenRef; children: readonly (PageRef | null)[] }[] = [];
  private size = 0;

  constructor(
    private readonly objects: ObjectStore,
    private readonly cache: PageCache,
  ) {}

  /** Adds a page. The segment's name is filled into its ref when the segment is stored; until then it is empty. */
  add(page: string | Uint8Array): PageRef {
    const ref: OpenRef = ['', 0, 0];
    this.place(ref, page);
    return ref;
  }

  /** Adds a leaf of a tree, which will be remembered as if it had been read, unless there are too many. */
  addLeaf(page: Uint8Array): PageRef {
    const ref = this.add(page);
    this.leaves.push({ ref, page });
    return ref;
  }

  /** Adds a page of addresses, which will be remembered likewise; its ref is filled in when the segment is stored. */
  addList(children: readonly (PageRef | null)[]): PageRef {
    const ref: OpenRef = ['', 0, 0];
    this.lists.push({ ref, children });
    return ref;
  }

  /** Stores the pages that were added since the last time, and fills in their refs. */
  async flush(): Promise<void> {
    for (const { ref, children } of this.lists) this.place(ref, JSON.stringify(children));
    if (this.size === 0) return;
    const bytes = new Uint8Array(this.size);
    let offset = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    const { refs, leaves, lists } = this;
    this.chunks = [];
    this.refs = [];
    this.leaves = [];
    this.lists = [];
    this.size = 0;
    const name = await this.objects.put('snapshot', bytes);
    for (const ref of refs) ref[0] = name;
    if (bytes.length <= this.cache.maxBytes * LARGEST_SHARE)
      for (const { ref, page } of leaves) remember(this.cache, ref, page);
    for (const { ref, children } of lists) remember(this.cache, ref, { children });
  }

  private place(ref: OpenRef, page: string | Uint8Array): void {
    const bytes = typeof page === 'string' ? encoder.encode(page) : page;
    ref[1] = this.size;
    ref[2] = bytes.length;
    this.chunks.push(bytes);
    this.refs.push(ref);
    this.size += bytes.length;
  }
}
