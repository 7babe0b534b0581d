import { dayOf, fileFacts } from '../../core/evidence/count-rows';
import { allReadMs } from '../../core/evidence/lanes';
import type { DayPage, Manifest } from '../../core/evidence/manifest';
import { subjectPacking, unitPacking, type Packing } from '../../core/evidence/pack-records';
import { allHeld, dropHeld, heldRecord, hold, type HeldEntries } from '../../core/evidence/held-entries';
import type { Workspace } from '../../core/evidence/workspace';
import type { ObjectStore } from '../../core/ports';
import type { PageCache } from './page-cache';
import type { TreeRoot } from './page-ref';
import { lookUp, putAll, readPage } from './page-tree';
import { SegmentWriter } from './segment-writer';

const DAY_MS = 24 * 3_600_000;
/** Hourly aggregates are kept this long: the report shows eight weeks. */
export const KEPT_DAYS = 70;

/** Which parts of the snapshot a batch of rows touches: record keys and starts of UTC days, repeated as they come. */
export interface Touched {
  subjects?: readonly string[];
  units?: readonly string[];
  daysMs?: readonly number[];
}

/** Loads what a batch touches into the workspace; what is there already stays as it is. */
export async function loadInto(
  work: Workspace,
  objects: ObjectStore,
  cache: PageCache,
  { subjects = [], units = [], daysMs = [] }: Touched,
): Promise<void> {
  const { manifest } = work;
  const load = async <Record>(
    into: Map<string, Record>,
    held: HeldEntries,
    packing: Packing<Record>,
    keys: readonly string[],
    roots: readonly TreeRoot[],
  ): Promise<void> => {
    const stored = roots.filter((root) => root !== null);
    const missing = new Set<string>();
    for (const key of keys) {
      if (into.has(key)) continue;
      const record = heldRecord(held, key);
      if (record !== null) into.set(key, packing.unpack(record));
      else if (stored.length > 0) missing.add(key);
    }
    for (const root of stored) {
      if (missing.size === 0) return;
      await lookUp(objects, cache, root, missing, (key, record) => {
        into.set(key, packing.unpack(record));
        missing.delete(key);
      });
    }
  };
  const subjectRoots = [manifest.subjects, manifest.olderSubjects];
  await load(work.subjects, work.heldSubjects, subjectPacking, subjects, subjectRoots);
  await load(work.units, work.heldUnits, unitPacking, units, [manifest.experiment?.units ?? null]);
  for (const dayMs of new Set(daysMs)) {
    if (work.days.has(dayMs)) continue;
    const page = manifest.days.find(([day]) => day === dayMs)?.[1];
    work.days.set(dayMs, page === undefined ? {} : await readPage<DayPage>(objects, page));
  }
}

/** Ends a batch: what it changed is held, packed, until it is written; the rest is let go. */
export function holdChanges(work: Workspace): void {
  for (const key of work.changedSubjects) hold(work.heldSubjects, key, work.subjects.get(key)!, subjectPacking);
  for (const key of work.changedUnits) hold(work.heldUnits, key, work.units.get(key)!, unitPacking);
  for (const done of [work.subjects, work.units, work.changedSubjects, work.changedUnits]) done.clear();
}

/** Writes what the batches changed as one segment and moves the manifest's addresses to it. */
export async function writeSnapshot(work: Workspace, objects: ObjectStore, cache: PageCache): Promise<void> {
  const { manifest } = work;
  await loadInto(work, objects, cache, { daysMs: [...work.facts.keys()].map(dayOf) });
  fileFacts(work);
  const segment = new SegmentWriter(objects, cache);
  const subjectRoot = await putAll(objects, cache, manifest.subjects, allHeld(work.heldSubjects), segment);
  const unitRoot = await putAll(objects, cache, manifest.experiment?.units ?? null, allHeld(work.heldUnits), segment);
  const days = [...work.changedDays].map(
    (dayMs) => [dayMs, segment.add(JSON.stringify(work.days.get(dayMs)))] as const,
  );
  work.due.sort((a, b) => a[0] - b[0]);
  const due =
    work.due.length === 0 ? null : { earliestMs: work.due[0]![0], page: segment.add(JSON.stringify(work.due)) };
  await segment.flush();
  manifest.subjects = subjectRoot;
  const newDays = new Map(manifest.days);
  for (const [dayMs, page] of days) newDays.set(dayMs, page);
  manifest.days = [...newDays].filter(([dayMs]) => dayMs > work.nowMs - KEPT_DAYS * DAY_MS).sort((a, b) => a[0] - b[0]);
  if (manifest.experiment !== null) {
    manifest.experiment.units = unitRoot;
    if (due !== null) manifest.experiment.due.push(due);
  }
  work.changedDays.clear();
  dropHeld(work.heldSubjects);
  dropHeld(work.heldUnits);
  work.due = [];
}

/**
 * Starts a new generation of subjects and drops the older one, once no lane lists a row again that the older one knows: all
 * of its rows are from before the present one began. A generation therefore lasts a little longer than the slowest lane's lag.
 */
export function rotateSubjects(manifest: Manifest, nowMs: number): void {
  if (allReadMs([...manifest.observations, ...manifest.scores]) <= manifest.rotatedAtMs) return;
  manifest.olderSubjects = manifest.subjects;
  manifest.subjects = null;
  manifest.keptSinceMs = manifest.rotatedAtMs;
  manifest.rotatedAtMs = nowMs;
}
