import { dayOf } from '../../core/evidence/count-rows';
import { foldObservations, wasFolded, type ResolvedObservation } from '../../core/evidence/fold-observations';
import { sessionKey } from '../../core/evidence/records';
import type { ObservationRow } from '../../core/ports';
import { openLanes, type LaneReader } from './read-lanes';
import { finishBatch, inTurns, type Reading } from './reading';
import { resolveUnits } from './resolve-units';
import { loadInto } from './snapshot';

const OBSERVATIONS_PER_PAGE = 1000;
const PAGES_AHEAD = 4;

/**
 * Begins to read the prompt's generations.
 * @param lanes 1 = only those that are new, 2 = also again those that may have come late
 */
export function openObservations(reading: Reading, lanes: 1 | 2): LaneReader {
  const { langfuse, settings } = reading.controller;
  const { prompt } = reading.work.manifest;
  return openLanes<ObservationRow, ResolvedObservation>(reading, {
    name: 'observations',
    maxPages: settings.maxPagesPerTick.observations,
    pagesAhead: PAGES_AHEAD,
    lanes,
    list: (window) => langfuse.listObservations({ prompt, ...window, limit: OBSERVATIONS_PER_PAGE }),
    prepare: (rows) => resolveUnits(reading, rows, -Infinity),
    fold: (rows) => foldBatch(reading, rows),
  });
}

/** Folds generations, oldest first, and writes what changed. */
export async function foldBatch(reading: Reading, rows: ResolvedObservation[]): Promise<void> {
  if (rows.length === 0) return;
  const { work, controller } = reading;
  rows.sort((a, b) => a.row.startMs - b.row.startMs || (a.row.id < b.row.id ? -1 : 1));
  const { objects, cache } = controller;
  await loadInto(work, objects, cache, { subjects: rows.map(({ row }) => row.traceId) });
  const fresh = rows.filter(({ row }) => !wasFolded(work, row));
  const sessions = fresh.filter(({ sessionHash }) => sessionHash !== '');
  await loadInto(work, objects, cache, {
    subjects: sessions.map(({ sessionHash }) => sessionKey(sessionHash)),
    units: fresh.filter(({ unitHash }) => unitHash !== '').map(({ unitHash }) => unitHash),
    daysMs: fresh.map(({ row }) => dayOf(row.startMs)),
  });
  await inTurns(fresh, (some) => foldObservations(work, some));
  await finishBatch(reading);
}
