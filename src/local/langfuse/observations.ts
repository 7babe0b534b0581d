import type { ObservationKey } from './cursor';
import { type NewObservation, observationOf, type StoredObservation } from './rows';
import { createSortedLog, eachOf, firstIndex, pageOf, type SortedLog } from './sorted-log';

/** What {@link createObservationStore} makes. */
export type ObservationStore = ReturnType<typeof createObservationStore>;

/** Which observations: the narrowing parts use an index, `keep` looks at what is left. */
export interface ObservationQuery {
  nowMs: number;
  /** Inclusive; `-Infinity` = open. */
  fromMs: number;
  /** Exclusive; `Infinity` = open. */
  toMs: number;
  traceIds: readonly string[] | null;
  promptName: string | null;
  keep: (row: StoredObservation) => boolean;
}

/** All observations, ordered by (start, trace, id), with an index by trace and one by prompt. */
export function createObservationStore() {
  const all = createSortedLog<StoredObservation>(compareObservations);
  const byPrompt = new Map<string, SortedLog<StoredObservation>>();
  const byTrace = new Map<string, StoredObservation[]>();

  /** Adds a row. The same (trace, id) again is a span that was sent twice: it is listed and counted twice. */
  function add(given: NewObservation): StoredObservation {
    const row = observationOf(given);
    all.add(row);
    const trace = byTrace.get(row.traceId);
    if (trace === undefined) byTrace.set(row.traceId, [row]);
    else trace.push(row);
    if (row.promptName !== null) promptLog(row.promptName).add(row);
    return row;
  }

  function promptLog(name: string): SortedLog<StoredObservation> {
    let log = byPrompt.get(name);
    if (log === undefined) {
      log = createSortedLog<StoredObservation>(compareObservations);
      byPrompt.set(name, log);
    }
    return log;
  }

  /** Newest first, strictly after `after`; at most `limit` rows. */
  function page(query: ObservationQuery, after: ObservationKey | null, limit: number) {
    return pageOf(range(query), query, after && ((row) => compareObservations(row, after) < 0), limit);
  }

  /** Calls `visit` for every row of the query, oldest first. */
  function each(query: ObservationQuery, visit: (row: StoredObservation) => void): void {
    eachOf(range(query), query, visit);
  }

  function range(query: ObservationQuery): { rows: readonly StoredObservation[]; start: number; end: number } {
    const rows = candidates(query);
    return {
      rows,
      start: firstIndex(rows, (row) => row.startMs < query.fromMs),
      end: firstIndex(rows, (row) => row.startMs < query.toMs),
    };
  }

  function candidates(query: ObservationQuery): readonly StoredObservation[] {
    if (query.traceIds !== null) {
      return [...new Set(query.traceIds)].flatMap((id) => byTrace.get(id) ?? []).sort(compareObservations);
    }
    if (query.promptName !== null) return byPrompt.get(query.promptName)?.rows() ?? [];
    return all.rows();
  }

  /** The rows of one trace, in the order they came. */
  function ofTrace(traceId: string): readonly StoredObservation[] {
    return byTrace.get(traceId) ?? [];
  }

  function count(): number {
    return all.rows().length;
  }

  return { add, page, each, ofTrace, count };
}

function compareObservations(a: ObservationKey, b: ObservationKey): number {
  if (a.startMs !== b.startMs) return a.startMs - b.startMs;
  if (a.traceId !== b.traceId) return a.traceId < b.traceId ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return 0;
}
