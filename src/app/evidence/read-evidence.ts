import type { RampartError } from '../../core/errors';
import type { Experiment } from '../../core/evidence/experiment';
import { editWindowMs, openManifest } from '../../core/evidence/new-manifest';
import type { HourCounts, Manifest } from '../../core/evidence/manifest';
import { heldEntries } from '../../core/evidence/held-entries';
import { byteSink } from '../../core/evidence/packed-values';
import { rotateSubjects } from '../../core/evidence/subject-generations';
import { experimentRules, type ExperimentRules, type Workspace } from '../../core/evidence/workspace';
import type { Controller } from '../controller';
import { requestMeter } from '../request-meter';
import { judgeDue } from './judge-due';
import { lookUpPending } from './look-up-pending';
import type { LaneReader } from './read-lanes';
import { openObservations } from './read-observations';
import { foldPending, openScores } from './read-scores';
import { finishSlice, type Reading } from './reading';
import { rememberedHash } from './remembered-hash';
import { writeSnapshot } from './snapshot';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Generations of a tick's first slice, by the hours before: no more than that are read at once, from Langfuse and from the store. */
const FIRST_SLICE_ROWS = 2_000;
/** Of each other: about a page, and so few that many of their records are gone before the garbage collector moves them. */
const SLICE_ROWS = 950;
/** So many slices are read ahead of the folding. */
const SLICES_AHEAD = 6;
/** Fewer while a slice has so few rows that the next ones are longer: those that are named ahead are of one length. */
const SLICES_AHEAD_GROWING = 2;
/** A slice is at most so many times as long as the one before. */
const MOST_LONGER = 4;
/** The first slice of a tick that is far behind: this share of the time that a tick usually has to read. */
const FIRST_SHARE = 1 / 4;
/** The same while an experiment has not counted a row, so that nothing is known of how many there are. */
const FIRST_SHARE_UNKNOWN = 1 / 16;
const REMEMBERED_HASHES = 2 ** 16;

/** Environments of the weekly numbers where no experiment's policy names them. */
const IDLE_ENVIRONMENTS = ['production', 'default'];

/** What a tick read, and why it stopped if it did before it was done. */
export interface EvidenceRead {
  manifest: Manifest;
  /**
   * The provider's error that ended the reading; what was read before it is in the manifest. A budget that is used up is none:
   * the next tick goes on.
   */
  problem: RampartError | null;
  /** Rows read, those of earlier ticks that were read again included. */
  observations: number;
  scores: number;
  requests: number;
}

/**
 * Reads what is new in Langfuse and folds it into the prompt's snapshot. Nothing outside the object store changes; the
 * caller makes the returned manifest current by naming it in the prompt's item. Rejects when an object cannot be read or
 * written: then nothing has changed.
 * @param stored the current manifest; null before the first tick
 * @param running the prompt's running experiment; null = none
 * @param environments whose rows count in the weekly numbers
 */
export async function readEvidence(
  controller: Controller,
  prompt: string,
  stored: Manifest | null,
  running: Experiment | null,
  nowMs: number,
  environments: readonly string[] = running?.environments ?? IDLE_ENVIRONMENTS,
): Promise<EvidenceRead> {
  const manifest = openManifest(prompt, stored, running, nowMs);
  const rules = running && experimentRules(running, controller.settings.assignmentMaxAgeMs);
  const reading: Reading = {
    controller,
    work: { ...emptyWorkspace(manifest, rules, running, nowMs), environments },
    meter: requestMeter(controller.budget, 'read', nowMs),
    unitKind: running?.unit ?? 'trace',
    hashUnit: rememberedHash(controller.hashUnit, REMEMBERED_HASHES),
    stopped: null,
    counts: { observations: 0, scores: 0 },
    pages: { observations: 0, scores: 0 },
  };
  await foldPending(reading);
  await readSlices(reading);
  await foldTo(openObservations(reading, 2), nowMs);
  await foldTo(openScores(reading, 3), manifest.observations[0]!.doneMs);
  await lookUpPending(reading);
  await finishSlice(reading);
  if (rules !== null && running !== null) await judgeDue(reading, rules, running);
  await writeSnapshot(reading.work, controller.objects, controller.cache);
  rotateSubjects(manifest, nowMs);
  const problem = reading.stopped?.code === 'budget_exhausted' ? null : reading.stopped;
  return { manifest, problem, ...reading.counts, requests: reading.meter.used() };
}

async function foldTo(reader: LaneReader, untilMs: number): Promise<void> {
  reader.readTo(untilMs);
  await reader.fold();
  await reader.settled();
}

/**
 * Reads what is new a slice of time after the other, generations and then their scores, so that what both are about is
 * still at hand. A tick that comes in time and has little to read has one slice. While one is folded the next are on their
 * way, but nothing is asked for ahead of the first: its look-ups come first, however small the budget is.
 */
async function readSlices(reading: Reading): Promise<void> {
  const { manifest, nowMs } = reading.work;
  const observations = openObservations(reading, 1);
  const scores = openScores(reading, 1);
  const { doneMs, window, lagMs } = manifest.observations[0]!;
  const newestMs = nowMs - lagMs;
  const endsMs = [Math.min(window?.toMs ?? doneMs + firstSliceMs(reading, newestMs - doneMs), newestMs)];
  observations.readTo(endsMs[0]!);
  for (let slice = 0, fromMs = doneMs; slice < endsMs.length; slice++) {
    const untilMs = endsMs[slice]!;
    const rows = reading.counts.observations;
    await observations.fold();
    const reachedMs = manifest.observations[0]!.doneMs;
    const isWhole = reachedMs >= untilMs;
    if (slice === 0) scores.readTo(Math.min(reachedMs, untilMs));
    if (isWhole) {
      const came = reading.counts.observations - rows;
      const sliceMs = nextSliceMs(untilMs - fromMs, came);
      const ahead = MOST_LONGER * came < SLICE_ROWS ? SLICES_AHEAD_GROWING : SLICES_AHEAD;
      while (endsMs.length <= slice + ahead && endsMs.at(-1)! < newestMs) {
        const endMs = Math.min(endsMs.at(-1)! + sliceMs, newestMs);
        endsMs.push(endMs);
        observations.readTo(endMs);
        scores.readTo(endMs);
      }
    }
    if (isWhole || slice === 0) await scores.fold();
    await finishSlice(reading);
    if (!isWhole) break;
    fromMs = untilMs;
  }
  await observations.settled();
  await scores.settled();
}

/**
 * A tick that comes in time reads everything at once, unless there was more than a slice's worth in that time lately; one
 * that is far behind begins with little. In whole ms, as Langfuse's times are: what is asked for and what comes would differ else.
 */
function firstSliceMs({ work, controller }: Reading, behindMs: number): number {
  const hourly = work.manifest.experiment?.hours.map(rowsOf) ?? [];
  const inTimeMs = controller.settings.tickEveryMs + MINUTE_MS;
  const share = work.experiment !== null && hourly.length === 0 ? FIRST_SHARE_UNKNOWN : FIRST_SHARE;
  const firstMs = behindMs <= inTimeMs ? inTimeMs : inTimeMs * share;
  return Math.ceil(Math.min(firstMs, (FIRST_SLICE_ROWS * HOUR_MS) / Math.max(1, ...hourly)));
}

function rowsOf({ used, unusable }: HourCounts): number {
  return Object.values(unusable).reduce((sum, rows) => sum + rows, used);
}

/** As long as it would have taken for a slice to have the rows it should have, at its rate. */
function nextSliceMs(lastedMs: number, rows: number): number {
  return Math.ceil(lastedMs * Math.min(MOST_LONGER, SLICE_ROWS / Math.max(1, rows)));
}

function emptyWorkspace(
  manifest: Manifest,
  rules: ExperimentRules | null,
  running: Experiment | null,
  nowMs: number,
): Workspace {
  return {
    manifest,
    subjects: new Map(),
    units: new Map(),
    days: new Map(),
    latest: new Map(),
    changedDays: new Set(),
    heldSubjects: heldEntries(),
    heldUnits: heldEntries(),
    due: [],
    journal: byteSink(1024),
    experiment: rules,
    editWindowMs: editWindowMs(running),
    facts: new Map(),
    scoreLagMs: manifest.scores[0]!.lagMs,
    environments: running?.environments ?? IDLE_ENVIRONMENTS,
    nowMs,
  };
}
