/** Rows kept in order. Appending in order is cheap; what came out of order is merged before the next read. */
export type SortedLog<Row> = ReturnType<typeof createSortedLog<Row>>;

/**
 * An append-mostly list in ascending order.
 * @param compare negative when the first row comes before the second; rows that compare equal keep the order they came in
 */
export function createSortedLog<Row>(compare: (a: Row, b: Row) => number) {
  const sorted: Row[] = [];
  const pending: Row[] = [];

  function add(row: Row): void {
    const last = sorted.at(-1);
    if (last === undefined || compare(last, row) <= 0) sorted.push(row);
    else pending.push(row);
  }

  /** Merges from the back, so the cost is what has to move, not the length of the log. */
  function settle(): void {
    if (pending.length === 0) return;
    pending.sort(compare);
    let from = sorted.length - 1;
    let late = pending.length - 1;
    let to = sorted.length + pending.length - 1;
    while (late >= 0) {
      if (from >= 0 && compare(sorted[from]!, pending[late]!) > 0) sorted[to--] = sorted[from--]!;
      else sorted[to--] = pending[late--]!;
    }
    pending.length = 0;
  }

  /** All rows, ascending. The array is the log's own: not to be changed, and only good until the next `add`. */
  function rows(): readonly Row[] {
    settle();
    return sorted;
  }

  return { add, rows };
}

/**
 * Index of the first row for which `isBefore` is false, by binary search.
 * @param isBefore true for a first part of the rows, false for the rest
 * @returns 0..rows.length
 */
export function firstIndex<Row>(rows: readonly Row[], isBefore: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(rows[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows of a log by index, `start` inclusive, `end` exclusive. */
export interface LogRange<Row> {
  rows: readonly Row[];
  start: number;
  end: number;
}

/** Which rows of a range are answered: those that are listed by now and that `keep` accepts. */
interface RowQuery<Row> {
  nowMs: number;
  keep: (row: Row) => boolean;
}

/**
 * A page of a range, newest first.
 * @param isBeforeCursor true for the rows strictly after the cursor in the listing (older ones); null = from the newest on
 */
export function pageOf<Row extends { visibleFromMs: number }>(
  { rows, start, end }: LogRange<Row>,
  query: RowQuery<Row>,
  isBeforeCursor: ((row: Row) => boolean) | null,
  limit: number,
): { rows: Row[]; more: boolean } {
  const stop = isBeforeCursor === null ? end : Math.min(end, firstIndex(rows, isBeforeCursor));
  return pageDown(rows, { start, end: stop, limit }, (row) => isAnswered(row, query));
}

/** Calls `visit` for every answered row of a range, oldest first. */
export function eachOf<Row extends { visibleFromMs: number }>(
  { rows, start, end }: LogRange<Row>,
  query: RowQuery<Row>,
  visit: (row: Row) => void,
): void {
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    if (isAnswered(row, query)) visit(row);
  }
}

function isAnswered<Row extends { visibleFromMs: number }>(row: Row, { nowMs, keep }: RowQuery<Row>): boolean {
  return row.visibleFromMs <= nowMs && keep(row);
}

/**
 * Walks down from `end` (exclusive) to `start` (inclusive) and takes the rows that `keep` accepts.
 * @returns at most `limit` rows, newest first, and whether there are more
 */
export function pageDown<Row>(
  rows: readonly Row[],
  range: { start: number; end: number; limit: number },
  keep: (row: Row) => boolean,
): { rows: Row[]; more: boolean } {
  const page: Row[] = [];
  for (let i = range.end - 1; i >= range.start; i--) {
    const row = rows[i]!;
    if (!keep(row)) continue;
    if (page.length === range.limit) return { rows: page, more: true };
    page.push(row);
  }
  return { rows: page, more: false };
}
