import type { DayPage, Manifest } from '../../core/evidence/manifest';
import {
  copyTrace,
  copyUnit,
  type SessionRecord,
  type TraceRecord,
  type UnitRecord,
} from '../../core/evidence/records';
import type { Workspace } from '../../core/evidence/workspace';
import type { ObjectStore } from '../../core/ports';
import { lookUp, putAll, readPage, SegmentWriter, type PageCache } from './page-tree';

const DAY_MS = 24 * 3_600_000;
/** Hourly aggregates are kept this long: the report shows eight weeks. */
export const KEPT_DAYS = 70;

const sessionKey = (session: string): string => `s:${session}`;

/** Which parts of the snapshot a batch of rows touches. */
export interface Touched {
  traces: readonly string[];
  sessions: readonly string[];
  units: readonly string[];
  daysMs: readonly number[];
}

/** Loads what a batch touches into the workspace; what is there already stays as it is. */
export async function loadInto(
  work: Workspace,
  objects: ObjectStore,
  cache: PageCache,
  touched: Touched,
): Promise<void> {
  const { manifest } = work;
  const missing = (keys: readonly string[], held: ReadonlyMap<string, unknown>): string[] => [
    ...new Set(keys.filter((key) => key !== '' && !held.has(key))),
  ];
  const traces = missing(touched.traces, work.traces);
  const sessions = missing(touched.sessions, work.sessions);
  const keys = [...traces, ...sessions.map(sessionKey)];
  const older = await lookUp<TraceRecord | SessionRecord>(objects, cache, manifest.olderTraces, keys);
  const newer = await lookUp<TraceRecord | SessionRecord>(objects, cache, manifest.traces, keys);
  for (const trace of traces) {
    const found = newer.get(trace) ?? older.get(trace);
    if (found !== undefined) work.traces.set(trace, copyTrace(found as TraceRecord));
  }
  for (const session of sessions) {
    const found = newer.get(sessionKey(session)) ?? older.get(sessionKey(session));
    if (found !== undefined) work.sessions.set(session, structuredClone(found as SessionRecord));
  }
  const units = missing(touched.units, work.units);
  const known = await lookUp<UnitRecord>(objects, cache, manifest.rollout?.units ?? null, units);
  for (const [key, unit] of known) work.units.set(key, copyUnit(unit));
  for (const dayMs of new Set(touched.daysMs)) {
    if (work.days.has(dayMs)) continue;
    const page = manifest.days.find(([day]) => day === dayMs)?.[1];
    work.days.set(dayMs, page === undefined ? {} : await readPage<DayPage>(objects, page));
  }
}

/** Start of the UTC day a time falls into. */
export function dayOf(atMs: number): number {
  return atMs - (atMs % DAY_MS);
}

/** Writes what the batch changed as one segment and moves the manifest's addresses to it; empties the workspace. */
export async function writeBack(work: Workspace, objects: ObjectStore, cache: PageCache): Promise<void> {
  const { manifest } = work;
  const segment = new SegmentWriter();
  const traces = new Map<string, TraceRecord | SessionRecord>();
  for (const key of work.changedTraces) traces.set(key, work.traces.get(key)!);
  for (const key of work.changedSessions) traces.set(sessionKey(key), work.sessions.get(key)!);
  const traceRoot = await putAll(objects, cache, manifest.traces, traces, segment);
  const units = new Map<string, UnitRecord>();
  for (const key of work.changedUnits) units.set(key, work.units.get(key)!);
  const unitRoot =
    manifest.rollout === null ? null : await putAll(objects, cache, manifest.rollout.units, units, segment);
  const days = [...work.changedDays].map((dayMs) => [dayMs, segment.add(work.days.get(dayMs)!)] as const);
  work.due.sort((a, b) => a[0] - b[0]);
  const due = work.due.length === 0 ? null : { earliestMs: work.due[0]![0], page: segment.add(work.due) };
  const place = await segment.flush(objects);
  manifest.traces = traceRoot && place(traceRoot);
  const newDays = new Map(manifest.days);
  for (const [dayMs, page] of days) newDays.set(dayMs, place(page));
  manifest.days = [...newDays].filter(([dayMs]) => dayMs > work.nowMs - KEPT_DAYS * DAY_MS).sort((a, b) => a[0] - b[0]);
  if (manifest.rollout !== null) {
    manifest.rollout.units = unitRoot && place(unitRoot);
    if (due !== null) manifest.rollout.due.push({ earliestMs: due.earliestMs, page: place(due.page) });
  }
  for (const changed of [work.changedTraces, work.changedSessions, work.changedUnits, work.changedDays])
    changed.clear();
  for (const held of [work.traces, work.sessions, work.units, work.days]) held.clear();
  work.due = [];
}

/** Starts a new generation of traces when the present one is older than `everyMs`; the one before is dropped. */
export function rotateTraces(manifest: Manifest, everyMs: number, nowMs: number): void {
  if (nowMs - manifest.rotatedAtMs < everyMs) return;
  manifest.olderTraces = manifest.traces;
  manifest.traces = null;
  manifest.rotatedAtMs = nowMs;
}
