import { dayOf, fileFacts } from '../../core/evidence/count-rows';
import type { DayPage } from '../../core/evidence/manifest';
import { subjectPacking, unitPacking, type Packing } from '../../core/evidence/pack-records';
import { allHeld, dropHeld, heldRecord, hold, type HeldEntries } from '../../core/evidence/held-entries';
import type { Workspace } from '../../core/evidence/workspace';
import type { ObjectStore } from '../../core/ports';
import type { PageCache } from './page-cache';
import { findInGenerations, putInNewest } from './generations';
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
  const wantedSubjects = notAtHand(work.subjects, work.heldSubjects, subjectPacking, subjects);
  await findInGenerations(objects, cache, manifest.subjects, wantedSubjects, (key, record) =>
    work.subjects.set(key, subjectPacking.unpack(record)),
  );
  const wantedUnits = notAtHand(work.units, work.heldUnits, unitPacking, units);
  await lookUp(objects, cache, manifest.experiment?.units ?? null, wantedUnits, (key, record) =>
    work.units.set(key, unitPacking.unpack(record)),
  );
  for (const dayMs of new Set(daysMs)) {
    if (work.days.has(dayMs)) continue;
    const page = manifest.days.find(([day]) => day === dayMs)?.[1];
    work.days.set(dayMs, page === undefined ? {} : await readPage<DayPage>(objects, page));
  }
}

/** Unpacks what is held. @returns the keys that are neither loaded nor held, repeated as they came */
function notAtHand<Record>(
  loaded: Map<string, Record>,
  held: HeldEntries,
  packing: Packing<Record>,
  keys: readonly string[],
): string[] {
  const missing: string[] = [];
  for (const key of keys) {
    if (loaded.has(key)) continue;
    const record = heldRecord(held, key);
    if (record === null) missing.push(key);
    else loaded.set(key, packing.unpack(record));
  }
  return missing;
}

/** Ends a batch: what it changed is held, packed, until it is written; the rest is let go. */
export function holdChanges(work: Workspace): void {
  work.subjects.forEach((subject, key) => {
    if (subject.changed) hold(work.heldSubjects, key, subject, subjectPacking);
  });
  work.units.forEach((unit, key) => {
    if (unit.changed) hold(work.heldUnits, key, unit, unitPacking);
  });
  work.subjects.clear();
  work.units.clear();
}

/** Writes what the batches changed as one segment and moves the manifest's addresses to it. */
export async function writeSnapshot(work: Workspace, objects: ObjectStore, cache: PageCache): Promise<void> {
  const { manifest } = work;
  await loadInto(work, objects, cache, { daysMs: [...work.facts.keys()].map(dayOf) });
  fileFacts(work);
  const segment = new SegmentWriter(objects, cache);
  const subjects = await putInNewest(objects, cache, manifest.subjects, allHeld(work.heldSubjects), segment);
  const unitRoot = await putAll(objects, cache, manifest.experiment?.units ?? null, allHeld(work.heldUnits), segment);
  const days = [...work.changedDays].map(
    (dayMs) => [dayMs, segment.add(JSON.stringify(work.days.get(dayMs)))] as const,
  );
  work.due.sort((a, b) => a[0] - b[0]);
  const due =
    work.due.length === 0 ? null : { earliestMs: work.due[0]![0], page: segment.add(JSON.stringify(work.due)) };
  await segment.flush();
  manifest.subjects = subjects;
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
