import type { ObjectStore } from '../../core/ports';
import { remember, type Page, type PageCache } from './page-cache';
import type { PageRef } from './page-ref';

const encoder = new TextEncoder();

/** Collects pages that will become immutable objects, usually one. */
export class SegmentWriter {
  private chunks: Uint8Array[] = [];
  private refs: [segment: string, offset: number, length: number][] = [];
  private nodes: { ref: PageRef; node: Page }[] = [];
  private size = 0;

  constructor(
    private readonly objects: ObjectStore,
    private readonly cache: PageCache,
  ) {}

  /** Adds a page. The segment's name is filled into its ref when the segment is stored; until then it is empty. */
  add(page: string | Uint8Array): PageRef {
    const bytes = typeof page === 'string' ? encoder.encode(page) : page;
    const ref: [string, number, number] = ['', this.size, bytes.length];
    this.chunks.push(bytes);
    this.refs.push(ref);
    this.size += bytes.length;
    return ref;
  }

  /** Adds a page of a tree, which will be remembered as if it had been read. */
  addNode(node: Page): PageRef {
    const ref = this.add('children' in node ? JSON.stringify(node.children) : node);
    this.nodes.push({ ref, node });
    return ref;
  }

  /** Stores the pages that were added since the last time, and fills in their refs. */
  async flush(): Promise<void> {
    if (this.size === 0) return;
    const bytes = new Uint8Array(this.size);
    let offset = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    const { refs, nodes } = this;
    this.chunks = [];
    this.refs = [];
    this.nodes = [];
    this.size = 0;
    const name = await this.objects.put('snapshot', bytes);
    for (const ref of refs) ref[0] = name;
    for (const { ref, node } of nodes) remember(this.cache, ref, node);
  }
}
