import type { VersionRange } from './prompt-item';

/** Ranges that are kept. Beyond, the lowest two become one: a version between them then starts by hand only. */
const MAX_RANGES = 128;

/** True when the version is in one of the ranges. */
export function hasVersion(ranges: readonly VersionRange[], version: number): boolean {
  return ranges.some(([first, last]) => version >= first && version <= last);
}

/** The ranges with the version added: ascending, disjoint, neighbours joined, so that a long life stays a short list. */
export function addVersion(ranges: readonly VersionRange[], version: number): VersionRange[] {
  if (hasVersion(ranges, version)) return [...ranges];
  const sorted = [...ranges, [version, version] as const].sort((a, b) => a[0] - b[0]);
  const joined: VersionRange[] = [];
  for (const range of sorted) {
    const before = joined.at(-1);
    if (before !== undefined && before[1] + 1 >= range[0])
      joined[joined.length - 1] = [before[0], Math.max(before[1], range[1])];
    else joined.push(range);
  }
  const [lowest, next, ...others] = joined;
  if (joined.length <= MAX_RANGES || lowest === undefined || next === undefined) return joined;
  return [[lowest[0], next[1]], ...others];
}

/** The ranges without the version. */
export function removeVersion(ranges: readonly VersionRange[], version: number): VersionRange[] {
  return ranges.flatMap(([first, last]): VersionRange[] => {
    if (version < first || version > last) return [[first, last]];
    const parts: VersionRange[] = [
      [first, version - 1],
      [version + 1, last],
    ];
    return parts.filter(([from, to]) => from <= to);
  });
}
