import type { ScoreKey } from './cursor';
import { type NewScore, scoreOf, type StoredScore } from './rows';
import { createSortedLog, eachOf, firstIndex, pageOf } from './sorted-log';

/** What {@link createScoreStore} makes. */
export type ScoreStore = ReturnType<typeof createScoreStore>;

export interface ScoreQuery {
  nowMs: number;
  /** Inclusive; `-Infinity` = open. */
  fromMs: number;
  /** Exclusive; `Infinity` = open. */
  toMs: number;
  keep: (row: StoredScore) => boolean;
}

/** All scores, ordered by (timestamp, id), one row per id. */
export function createScoreStore() {
  const all = createSortedLog<StoredScore>(compareScores);
  const byId = new Map<string, StoredScore>();

  /**
   * Adds a score, or edits the one that has this id: its timestamp and creation time stay, everything else is replaced.
   * An edit's `updatedMs` is the stated one, else its timestamp.
   */
  function add(given: NewScore): StoredScore {
    const row = scoreOf(given);
    const known = byId.get(row.id);
    if (known !== undefined) {
      const { timestampMs, createdMs, visibleFromMs } = known;
      return Object.assign(known, row, { timestampMs, createdMs, visibleFromMs });
    }
    byId.set(row.id, row);
    all.add(row);
    return row;
  }

  function range(query: ScoreQuery) {
    const rows = all.rows();
    return {
      rows,
      start: firstIndex(rows, (row) => row.timestampMs < query.fromMs),
      end: firstIndex(rows, (row) => row.timestampMs < query.toMs),
    };
  }

  /** Newest first, strictly after `after`; at most `limit` rows. */
  function page(query: ScoreQuery, after: ScoreKey | null, limit: number) {
    return pageOf(range(query), query, after && ((row) => compareScores(row, after) < 0), limit);
  }

  /** Calls `visit` for every row of the query, oldest first. */
  function each(query: ScoreQuery, visit: (row: StoredScore) => void): void {
    eachOf(range(query), query, visit);
  }

  function count(): number {
    return byId.size;
  }

  return { add, page, each, count };
}

function compareScores(a: ScoreKey, b: ScoreKey): number {
  if (a.timestampMs !== b.timestampMs) return a.timestampMs - b.timestampMs;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
