import type { PageAddress } from '../../core/evidence/manifest';

/** Where a page is. An empty segment name inside a page means "the segment this page is in". */
export type PageRef = PageAddress;

/** The root of a map; null = empty. */
export type TreeRoot = PageRef | null;

/** The ref of a page that was named by a page of this segment. */
export function absolute(ref: PageRef, segment: string): PageRef {
  return ref[0] === '' ? [segment, ref[1], ref[2]] : ref;
}
