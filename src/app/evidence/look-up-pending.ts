import { giveUpScores, subjectKey } from '../../core/evidence/fold-scores';
import { allReadMs } from '../../core/evidence/lanes';
import type { ObservationRow, ScoreRow } from '../../core/ports';
import { foldBatch } from './read-observations';
import { foldScoreBatch, loadForScores } from './read-scores';
import { ask, finishBatch, type Reading } from './reading';
import { resolveUnits, TRACES_PER_LOOK_UP } from './resolve-units';

/** Scores that wait in the manifest from one tick to the next. */
const MAX_PENDING = 20_000;

/**
 * Scores whose generation should have been read by now are looked up once in Langfuse by their trace. What is not found
 * then belongs to another prompt or to nothing; it is remembered, so that no other lane looks it up again.
 */
export async function lookUpPending(reading: Reading): Promise<void> {
  const { manifest } = reading.work;
  const readThroughMs = manifest.observations[0]!.doneMs;
  const ripe = manifest.pending.filter(({ timestampMs }) => timestampMs < readThroughMs);
  const asked = await lookUpTraces(reading, [...new Set(ripe.map(traceOf).filter((id) => id !== null))]);
  const isDone = (score: ScoreRow): boolean => {
    const traceId = traceOf(score);
    return score.timestampMs < readThroughMs && (traceId === null || asked.has(traceId));
  };
  const done = manifest.pending.filter(isDone);
  const waiting = manifest.pending.filter((score) => !isDone(score));
  manifest.pending = [];
  await foldScoreBatch(reading, done);
  const { waits, tooMany } = shorten(waiting, allReadMs(manifest.scores));
  await giveUp(reading, [...manifest.pending, ...tooMany]);
  manifest.pending = waits;
}

/** @returns the traces that could be asked about; their generations are folded */
async function lookUpTraces(reading: Reading, traceIds: readonly string[]): Promise<Set<string>> {
  const { controller, work } = reading;
  const { prompt, keptSinceMs } = work.manifest;
  const asked = new Set<string>();
  const found: ObservationRow[] = [];
  const end = Math.min(traceIds.length, controller.settings.maxPagesPerTick.lookups * TRACES_PER_LOOK_UP);
  for (let i = 0; i < end; i += TRACES_PER_LOOK_UP) {
    const some = traceIds.slice(i, i + TRACES_PER_LOOK_UP);
    const rows = await ask(reading, () => controller.langfuse.observationsOfTraces(prompt, some));
    if (rows === null) break;
    for (const traceId of some) asked.add(traceId);
    found.push(...rows);
  }
  const { rows, isWhole } = await resolveUnits(reading, found, keptSinceMs);
  if (!isWhole) {
    const resolved = new Set(rows.map(({ row }) => row));
    for (const row of found) if (!resolved.has(row)) asked.delete(row.traceId);
  }
  await foldBatch(reading, rows);
  return asked;
}

/**
 * Too many scores wait. Those that another lane lists again lose nothing when they are dropped now; what no lane lists again
 * is given up, oldest first.
 */
function shorten(waiting: readonly ScoreRow[], allReadMs: number): { waits: ScoreRow[]; tooMany: ScoreRow[] } {
  if (waiting.length <= MAX_PENDING) return { waits: [...waiting], tooMany: [] };
  const last = waiting.filter(({ timestampMs }) => timestampMs < allReadMs);
  const tooMany = last.slice(0, Math.max(0, last.length - MAX_PENDING));
  const again = waiting.filter(({ timestampMs }) => timestampMs >= allReadMs);
  return { waits: [...last.slice(tooMany.length), ...again].slice(0, MAX_PENDING), tooMany };
}

async function giveUp(reading: Reading, scores: readonly ScoreRow[]): Promise<void> {
  if (scores.length === 0) return;
  await loadForScores(reading, scores);
  giveUpScores(reading.work, scores);
  await finishBatch(reading);
}

/** The trace by which a score can be looked up; sessions cannot. */
function traceOf(score: ScoreRow): string | null {
  return score.subject.kind === 'session' ? null : subjectKey(score);
}
