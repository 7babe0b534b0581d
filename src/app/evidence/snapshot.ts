import { allReadMs } from '../../core/evidence/lanes';
import type { DayPage, Manifest } from '../../core/evidence/manifest';
import { copySubject, copyUnit, type SubjectRecord, type UnitRecord } from '../../core/evidence/records';
import type { Workspace } from '../../core/evidence/workspace';
import type { ObjectStore } from '../../core/ports';
import { lookUp, putAll, readPage, type PageCache } from './page-tree';
import { SegmentWriter } from './segment-writer';

const DAY_MS = 24 * 3_600_000;
/** Hourly aggregates are kept this long: the report shows eight weeks. */
const KEPT_DAYS = 70;

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
  const newer = missing(subjects, work.subjects);
  for (const [key, subject] of await lookUp<SubjectRecord>(objects, cache, manifest.subjects, newer)) {
    work.subjects.set(key, copySubject(subject));
  }
  const older = missing(newer, work.subjects);
  for (const [key, subject] of await lookUp<SubjectRecord>(objects, cache, manifest.olderSubjects, older)) {
    work.subjects.set(key, copySubject(subject));
  }
  const unitRoot = manifest.rollout?.units ?? null;
  for (const [key, unit] of await lookUp<UnitRecord>(objects, cache, unitRoot, missing(units, work.units))) {
    work.units.set(key, copyUnit(unit));
  }
  for (const dayMs of new Set(daysMs)) {
    if (work.days.has(dayMs)) continue;
    const page = manifest.days.find(([day]) => day === dayMs)?.[1];
    work.days.set(dayMs, page === undefined ? {} : await readPage<DayPage>(objects, page));
  }
}

function missing(keys: readonly string[], held: ReadonlyMap<string, unknown>): string[] {
  return [...new Set(keys)].filter((key) => !held.has(key));
}

/** Writes what the batch changed as one segment and moves the manifest's addresses to it; empties the workspace. */
export async function writeBack(work: Workspace, objects: ObjectStore, cache: PageCache): Promise<void> {
  const { manifest } = work;
  const segment = new SegmentWriter();
  const subjects = picked(work.subjects, work.changedSubjects);
  const subjectRoot = await putAll(objects, cache, manifest.subjects, subjects, segment);
  const units = picked(work.units, work.changedUnits);
  const unitRoot = await putAll(objects, cache, manifest.rollout?.units ?? null, units, segment);
  const days = [...work.changedDays].map((dayMs) => [dayMs, segment.add(work.days.get(dayMs)!)] as const);
  work.due.sort((a, b) => a[0] - b[0]);
  const due = work.due.length === 0 ? null : { earliestMs: work.due[0]![0], page: segment.add(work.due) };
  const place = await segment.flush(objects, cache);
  manifest.subjects = subjectRoot && place(subjectRoot);
  const newDays = new Map(manifest.days);
  for (const [dayMs, page] of days) newDays.set(dayMs, place(page));
  manifest.days = [...newDays].filter(([dayMs]) => dayMs > work.nowMs - KEPT_DAYS * DAY_MS).sort((a, b) => a[0] - b[0]);
  if (manifest.rollout !== null) {
    manifest.rollout.units = unitRoot && place(unitRoot);
    if (due !== null) manifest.rollout.due.push({ earliestMs: due.earliestMs, page: place(due.page) });
  }
  for (const changed of [work.changedSubjects, work.changedUnits, work.changedDays]) changed.clear();
  for (const held of [work.subjects, work.units, work.days]) held.clear();
  work.due = [];
}

function picked<Value>(held: ReadonlyMap<string, Value>, keys: ReadonlySet<string>): Map<string, Value> {
  const changed = new Map<string, Value>();
  for (const key of keys) changed.set(key, held.get(key)!);
  return changed;
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
