import type { RampartError } from '../../core/errors';
import type { Experiment } from '../../core/evidence/experiment';
import { editWindowMs, openManifest } from '../../core/evidence/new-manifest';
import type { Manifest } from '../../core/evidence/manifest';
import { heldEntries } from '../../core/evidence/packed-entries';
import { byteSink } from '../../core/evidence/packed-values';
import { experimentRules, type ExperimentRules, type Workspace } from '../../core/evidence/workspace';
import type { Controller } from '../controller';
import { requestMeter } from '../request-meter';
import { judgeDue } from './judge-due';
import { lookUpPending } from './look-up-pending';
import { readObservations } from './read-observations';
import { foldPending, readScores } from './read-scores';
import { finishSlice, type Reading } from './reading';
import { rotateSubjects, writeSnapshot } from './snapshot';

const MINUTE_MS = 60_000;
/** A slice with fewer generations is followed by one that is twice as long, one with more by one half as long. */
const FEW_ROWS = 5_000;
const MANY_ROWS = 20_000;

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
 */
export async function readEvidence(
  controller: Controller,
  prompt: string,
  stored: Manifest | null,
  running: Experiment | null,
  nowMs: number,
): Promise<EvidenceRead> {
  const manifest = openManifest(prompt, stored, running, nowMs);
  const rules = running && experimentRules(running, controller.settings.assignmentMaxAgeMs);
  const reading: Reading = {
    controller,
    work: emptyWorkspace(manifest, rules, running, nowMs),
    meter: requestMeter(controller.budget, 'read', nowMs),
    unitKind: running?.unit ?? 'trace',
    stopped: null,
    counts: { observations: 0, scores: 0 },
    pages: { observations: 0, scores: 0 },
  };
  await foldPending(reading);
  await readSlices(reading);
  await readObservations(reading, 2, nowMs);
  await readScores(reading, 3);
  await lookUpPending(reading);
  await finishSlice(reading);
  if (rules !== null && running !== null) await judgeDue(reading, rules, running);
  await writeSnapshot(reading.work, controller.objects, controller.cache);
  rotateSubjects(manifest, nowMs);
  const problem = reading.stopped?.code === 'budget_exhausted' ? null : reading.stopped;
  return { manifest, problem, ...reading.counts, requests: reading.meter.used() };
}

/**
 * Reads what is new a slice of time after the other, generations and then their scores, so that what both are about is
 * still at hand. A tick that comes in time has one slice.
 */
async function readSlices(reading: Reading): Promise<void> {
  const { controller, work } = reading;
  const { manifest, nowMs } = work;
  let sliceMs = controller.settings.tickEveryMs + MINUTE_MS;
  for (;;) {
    const { doneMs, lagMs } = manifest.observations[0]!;
    const { observations } = reading.counts;
    await readObservations(reading, 1, doneMs + sliceMs);
    await readScores(reading, 1);
    await finishSlice(reading);
    const reachedMs = manifest.observations[0]!.doneMs;
    if (reachedMs === doneMs || reachedMs >= nowMs - lagMs || reading.stopped !== null) return;
    const rows = reading.counts.observations - observations;
    if (rows < FEW_ROWS) sliceMs *= 2;
    if (rows > MANY_ROWS) sliceMs /= 2;
  }
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
    changedSubjects: new Set(),
    changedUnits: new Set(),
    changedDays: new Set(),
    heldSubjects: heldEntries(),
    heldUnits: heldEntries(),
    due: [],
    journal: [],
    heldJournal: byteSink(1024),
    experiment: rules,
    editWindowMs: editWindowMs(running),
    facts: new Map(),
    scoreLagMs: manifest.scores[0]!.lagMs,
    environments: running?.environments ?? IDLE_ENVIRONMENTS,
    nowMs,
  };
}
