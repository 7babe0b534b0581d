import { attribute, unitOf } from '../../core/evidence/attribute';
import { wasFolded, type ResolvedObservation } from '../../core/evidence/fold-observations';
import type { Workspace } from '../../core/evidence/workspace';
import type { ObservationRow } from '../../core/ports';
import { ask, type Reading } from './reading';
import { loadInto } from './snapshot';

/** Most traces that Langfuse is asked about at once. */
export const TRACES_PER_LOOK_UP = 50;

/** Rows with their units, and whether all of them are there. */
export interface ResolvedRows {
  rows: ResolvedObservation[];
  isWhole: boolean;
}

/**
 * Finds each generation's unit: on the generation, in its metadata, then on its trace's root. Roots are looked up only for
 * rows that could be evidence and have not been counted; rows whose root could not be asked for are left out.
 * @param countedFromMs older rows are not counted (see `ResolvedObservation.isCounted`)
 */
export async function resolveUnits(
  reading: Reading,
  rows: readonly ObservationRow[],
  countedFromMs: number,
): Promise<ResolvedRows> {
  const { work, unitKind, hashUnit } = reading;
  const isLacking = (row: ObservationRow): boolean => unitOf(row, unitKind).isFallback && isInExperiment(work, row);
  const lacking = await notCounted(reading, rows.filter(isLacking));
  const roots = await readRoots(reading, lacking);
  const resolved: ResolvedObservation[] = [];
  for (const row of rows) {
    const root = roots.get(row.traceId);
    if (root === undefined && lacking.has(row)) continue;
    const userId = row.userId ?? root?.userId ?? null;
    const sessionId = row.sessionId ?? root?.sessionId ?? null;
    const { unit, isFallback } = unitOf({ userId, sessionId, traceId: row.traceId }, unitKind);
    resolved.push({
      row,
      unit,
      unitHash: work.experiment === null || isFallback ? '' : hashUnit(unit),
      sessionHash: sessionId === null ? '' : hashUnit(`session:${sessionId}`),
      isFallback,
      isCounted: row.startMs >= countedFromMs,
    });
  }
  return { rows: resolved, isWhole: resolved.length === rows.length };
}

/** Only rows that could be evidence are worth a look-up of their trace's root. */
function isInExperiment({ experiment }: Workspace, { startMs, version, environment }: ObservationRow): boolean {
  if (experiment === null) return false;
  const attribution = attribute(experiment, { startMs, version, environment, bucket: 0, isFallback: true });
  return attribution.kind === 'unusable' && attribution.why === 'no_unit';
}

async function notCounted(reading: Reading, rows: readonly ObservationRow[]): Promise<Set<ObservationRow>> {
  const { work, controller } = reading;
  if (rows.length === 0) return new Set();
  await loadInto(work, controller.objects, controller.cache, { subjects: rows.map(({ traceId }) => traceId) });
  return new Set(rows.filter((row) => !wasFolded(work, row)));
}

interface Root {
  userId: string | null;
  sessionId: string | null;
}

const NOBODY: Root = { userId: null, sessionId: null };

/** The roots of the rows' traces, as far as they could be asked for; a trace without one has nobody. */
async function readRoots(reading: Reading, rows: ReadonlySet<ObservationRow>): Promise<Map<string, Root>> {
  const traceIds = [...new Set([...rows].map(({ traceId }) => traceId))];
  const roots = new Map<string, Root>();
  for (let i = 0; i < traceIds.length; i += TRACES_PER_LOOK_UP) {
    const asked = traceIds.slice(i, i + TRACES_PER_LOOK_UP);
    const found = await ask(reading, () => reading.controller.langfuse.rootsOfTraces(asked));
    if (found === null) break;
    for (const traceId of asked) roots.set(traceId, NOBODY);
    for (const root of found) roots.set(root.traceId, root);
  }
  return roots;
}
