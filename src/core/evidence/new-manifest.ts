import { emptyGuardrailState } from '../judging/guardrail-state';
import type { Experiment } from './experiment';
import { newLanes, type Lane } from './lanes';
import { newGeneration } from './subject-generations';
import type { ExperimentEvidence, Manifest } from './manifest';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Where no experiment runs. */
const IDLE_SETTLE_MS = 600_000;
const IDLE_EDIT_WINDOW_MS = DAY_MS;

/**
 * What a tick begins with: a copy of the stored manifest, ready for the experiment that runs.
 * @param stored null before the first reading
 * @param running the experiment that runs; null = none. Its evidence begins empty when it is a new one
 */
export function openManifest(
  prompt: string,
  stored: Manifest | null,
  running: Experiment | null,
  nowMs: number,
): Manifest {
  const manifest = structuredClone(stored) ?? emptyManifest(prompt, Math.min(nowMs, running?.startedAtMs ?? nowMs));
  const settleMs = running?.settleMs ?? IDLE_SETTLE_MS;
  const lateMs = Math.max(settleMs, HOUR_MS);
  manifest.observations = withLags(manifest.observations, [settleMs, lateMs]);
  manifest.scores = withLags(manifest.scores, [settleMs, lateMs, Math.max(lateMs, editWindowMs(running))]);
  if (running !== null && manifest.experiment?.experimentId !== running.id) {
    manifest.experiment = emptyEvidence(running);
    manifest.unattributed = noneUnattributed();
  }
  return manifest;
}

/** How long after its own time a score may be edited and still count with its new value. */
export function editWindowMs(running: Experiment | null): number {
  return running?.editWindowMs ?? IDLE_EDIT_WINDOW_MS;
}

function emptyManifest(prompt: string, startMs: number): Manifest {
  return {
    schema: 1,
    prompt,
    observations: newLanes([0, 0], startMs),
    scores: newLanes([0, 0, 0], startMs),
    subjects: [newGeneration(startMs)],
    keptSinceMs: startMs,
    pending: [],
    days: [],
    experiment: null,
    unattributed: noneUnattributed(),
  };
}

function noneUnattributed(): Manifest['unattributed'] {
  return { malformed: 0, ambiguous_score: 0, unlinked_score: 0, other_trace_score: 0, late_edit: 0 };
}

function withLags(lanes: readonly Lane[], lagsMs: readonly number[]): Lane[] {
  return lanes.map((lane, index) => ({ ...lane, lagMs: lagsMs[index] ?? lane.lagMs }));
}

function emptyEvidence({ id, versions, guardrails }: Experiment): ExperimentEvidence {
  return {
    experimentId: id,
    states: versions.slice(1).map(() => guardrails.map((guardrail) => emptyGuardrailState(guardrail))),
    firstExposed: [],
    stageUnits: [],
    hours: [],
    newestMs: versions.map(() => 0),
    exposedUnits: 0,
    units: null,
    due: [],
    journal: null,
  };
}
