/**
 * One page of keys. The cursor is the last key of the page before, so a page is right even when keys came or went in
 * between.
 * @param keys all keys, in any order
 * @param query `cursor`: the last key that was given out, null = from the start; `limit`: most keys of a page
 * @param order by UTF-16 code units
 */
export function pageOf(
  keys: Iterable<string>,
  query: { cursor: string | null; limit: number },
  order: 'ascending' | 'descending',
): { keys: string[]; cursor: string | null } {
  const { cursor, limit } = query;
  const sorted = [...keys].sort();
  if (order === 'descending') sorted.reverse();
  const rest = cursor === null ? sorted : sorted.filter((key) => (order === 'ascending' ? key > cursor : key < cursor));
  const page = rest.slice(0, limit);
  return { keys: page, cursor: rest.length > limit ? (page.at(-1) ?? null) : null };
}
