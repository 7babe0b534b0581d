import type { ObjectStore } from '../../core/ports';
import { remember, type Page, type PageCache } from './page-cache';
import { absolute, type PageRef } from './page-ref';

const encoder = new TextEncoder();

/** Collects pages that will become one immutable object. */
export class SegmentWriter {
  private readonly chunks: Uint8Array[] = [];
  private readonly nodes: { ref: PageRef; node: Page }[] = [];
  private size = 0;

  /** Adds a page; its ref has an empty segment name until {@link flush}. */
  add(text: string): PageRef {
    const bytes = encoder.encode(text);
    const ref: PageRef = ['', this.size, bytes.length];
    this.chunks.push(bytes);
    this.size += bytes.length;
    return ref;
  }

  /** Adds a page of a tree, which will be remembered as if it had been read. */
  addNode(node: Page): PageRef {
    const ref = this.add(typeof node === 'string' ? node : JSON.stringify(node.children));
    this.nodes.push({ ref, node });
    return ref;
  }

  /**
   * Stores the segment.
   * @returns a function that turns this writer's refs into absolute ones
   */
  async flush(objects: ObjectStore, cache: PageCache): Promise<(ref: PageRef) => PageRef> {
    if (this.size === 0) return (ref) => ref;
    const bytes = new Uint8Array(this.size);
    let offset = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    const name = await objects.put('snapshot', bytes);
    for (const { ref, node } of this.nodes) remember(cache, absolute(ref, name), node);
    return (ref) => absolute(ref, name);
  }
}
