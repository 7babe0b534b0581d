import { dayOf } from '../../core/evidence/count-rows';
import { foldScores, isMet, subjectKey } from '../../core/evidence/fold-scores';
import type { ScoreRow } from '../../core/ports';
import { openLanes, type LaneReader } from './read-lanes';
import { finishBatch, inTurns, type Reading } from './reading';
import { loadInto } from './snapshot';

const SCORES_PER_PAGE = 100;
const PAGES_AHEAD = 40;

/**
 * Begins to read the project's scores. Langfuse cannot list the scores of one prompt; whose generation is not known yet waits in the
 * manifest. Scores are never folded ahead of generations, so that a trace's versions are known before its scores are.
 * @param lanes 1 = only those that are new, 3 = also again those that may have come late or been edited
 */
export function openScores(reading: Reading, lanes: 1 | 3): LaneReader {
  const { langfuse, settings } = reading.controller;
  const { experiment } = reading.work;
  const judged = new Set(experiment?.metrics.flatMap(({ metric }) => (metric.kind === 'score' ? [metric.name] : [])));
  return openLanes<ScoreRow, ScoreRow>(reading, {
    name: 'scores',
    maxPages: settings.maxPagesPerTick.scores,
    pagesAhead: PAGES_AHEAD,
    lanes,
    list: (window) => langfuse.listScores({ names: [], judged, ...window, limit: SCORES_PER_PAGE }),
    prepare: async (rows) => ({ rows: rows.map((row) => withHashedSession(row, reading.hashUnit)), isWhole: true }),
    fold: (rows) => foldScoreBatch(reading, rows),
  });
}

/** Tries the scores again that waited since an earlier tick. */
export async function foldPending(reading: Reading): Promise<void> {
  const { manifest } = reading.work;
  const waiting = manifest.pending;
  manifest.pending = [];
  await foldScoreBatch(reading, waiting);
}

/** Folds scores, oldest first, and writes what changed; those whose generation is not known wait in the manifest. */
export async function foldScoreBatch(reading: Reading, rows: ScoreRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { work } = reading;
  rows.sort((a, b) => a.timestampMs - b.timestampMs || (a.id < b.id ? -1 : 1));
  await inTurns(await loadForScores(reading, rows), (some) => {
    for (const score of foldScores(work, some)) work.manifest.pending.push(score);
  });
  await finishBatch(reading);
}

/**
 * Loads what scores can be about, with the units and days they count in.
 * @returns the scores that can change something: those that were not met before as they are
 */
export async function loadForScores({ work, controller }: Reading, rows: readonly ScoreRow[]): Promise<ScoreRow[]> {
  const { objects, cache } = controller;
  await loadInto(work, objects, cache, { subjects: rows.map(subjectKey).filter((key) => key !== null) });
  const fresh: ScoreRow[] = [];
  const units: string[] = [];
  const daysMs: number[] = [];
  for (const row of rows) {
    const subject = work.subjects.get(subjectKey(row) ?? '');
    if (subject !== undefined && isMet(subject, row)) continue;
    fresh.push(row);
    if (subject === undefined) continue;
    if (work.experiment !== null && subject.s >= 0) units.push(subject.u);
    if (subject.v.length > 0) daysMs.push(dayOf(subject.t));
  }
  await loadInto(work, objects, cache, { units, daysMs });
  return fresh;
}

function withHashedSession(row: ScoreRow, hash: (text: string) => string): ScoreRow {
  if (row.subject.kind !== 'session') return row;
  return { ...row, subject: { kind: 'session', sessionId: hash(`session:${row.subject.sessionId}`) } };
}
