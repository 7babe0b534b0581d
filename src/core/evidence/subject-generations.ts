import { allReadMs } from './lanes';
import type { Manifest, SubjectGeneration } from './manifest';

/*
 * Records of traces and sessions are kept by when they were written, not only by key: the rows of a tick, and those that a
 * slower lane lists again, are of few generations, and a new trace is in none.
 */

/** So many generations begin while the slowest lane catches up with the present. */
const GENERATIONS_IN_LAG = 16;
/** Kept for longer than any lane needs them, in lags of the slowest lane: a score that comes late needs no look-up. */
const KEPT_LAGS = 1 / 2;

export function newGeneration(sinceMs: number): SubjectGeneration {
  return { sinceMs, root: null, hashes: null };
}

/**
 * Begins a new generation when the newest has lasted long enough, and drops those that ended before any row that a lane may
 * list again, and some time more. Changes the manifest.
 */
export function rotateSubjects(manifest: Manifest, nowMs: number): void {
  const lanes = [...manifest.observations, ...manifest.scores];
  const slowestMs = Math.max(...lanes.map(({ lagMs }) => lagMs));
  const forgottenMs = allReadMs(lanes) - slowestMs * KEPT_LAGS;
  const kept = manifest.subjects.filter(
    (_, index) => index === 0 || manifest.subjects[index - 1]!.sinceMs >= forgottenMs,
  );
  if (kept.length < manifest.subjects.length) manifest.keptSinceMs = kept.at(-1)!.sinceMs;
  const [newest] = kept;
  const isFull = newest!.root !== null && nowMs - newest!.sinceMs >= slowestMs / GENERATIONS_IN_LAG;
  manifest.subjects = isFull ? [newGeneration(nowMs), ...kept] : kept;
}
