import { allReadMs } from '../../core/evidence/lanes';
import { openManifest } from '../../core/evidence/new-manifest';
import { newGeneration } from '../../core/evidence/subject-generations';
import type { Manifest } from '../../core/evidence/manifest';
import type { PromptItem } from '../../core/item/prompt-item';
import type { Controller } from '../controller';
import { readEvidence } from '../evidence/read-evidence';
import { putManifest, readManifest } from '../stored-manifest';
import { mergeWeek } from './merge-week';
import { readScoresOnce } from './read-scores-once';
import { rebuildReader } from './rebuild-reader';
import type { PromptRebuild, RebuildState } from './rebuild-state';
import type { Step } from './step';

const HOUR_MS = 3_600_000;
/** Read before the week: a trace that began then belongs to the week before. Few last longer. */
const BEFORE_MS = 6 * HOUR_MS;
/** Before a prompt whose reader is behind is looked at again. */
const BEHIND_MS = 15_000;
const AT_ONCE: Step = { waitMs: 0 };

/**
 * One step of one prompt: some pages of its generations, or some of the project's scores, or, when everything is read that the
 * prompt's own reader has read by now, the replacement of its week.
 */
export async function rebuildPrompt(
  controller: Controller,
  state: RebuildState,
  entry: PromptRebuild,
  nowMs: number,
): Promise<Step> {
  const item = await controller.store.read(entry.prompt);
  if (item === null) return finish(entry);
  const live = await readManifest(controller, item);
  if (live !== null && allReadMs(live.observations) < state.toMs) return postpone(state, entry);
  const scoresToMs = live?.scores[0]?.doneMs ?? state.startedAtMs;
  if (state.scores.lane.doneMs < scoresToMs) return readScoresOnce(controller, state, scoresToMs, nowMs);
  const stored = entry.manifest === null ? firstManifest(entry.prompt, state) : await storedManifest(controller, entry);
  if (!isReadTo(stored, scoresToMs)) {
    const from = { manifest: onlyFirstLanes(stored, scoresToMs), scoresToMs, environments: environmentsOf(item) };
    return readOn(controller, state, entry, from, nowMs);
  }
  const isMerged = await mergeWeek(controller, item, live ?? newManifest(state, entry), stored, state, nowMs);
  return isMerged ? finish(entry) : AT_ONCE;
}

/** Reads some pages of a prompt's generations, and the scores of what has been read. */
async function readOn(
  controller: Controller,
  state: RebuildState,
  entry: PromptRebuild,
  from: { manifest: Manifest; scoresToMs: number; environments: readonly string[] | undefined },
  nowMs: number,
): Promise<Step> {
  const reader = rebuildReader(controller, state, nowMs);
  const { manifest, problem } = await readEvidence(
    reader.controller,
    entry.prompt,
    from.manifest,
    null,
    from.scoresToMs + lagOf(from.manifest),
    from.environments,
  );
  entry.manifest = await putManifest(controller, manifest);
  state.requests += reader.meter.used();
  if (problem !== null && reader.waitMs() === 0) throw problem;
  return { waitMs: reader.waitMs() };
}

/** A prompt whose own reader is behind makes way for the others. */
function postpone(state: RebuildState, entry: PromptRebuild): Step {
  state.prompts = [...state.prompts.filter((each) => each !== entry), entry];
  return { waitMs: BEHIND_MS };
}

function finish(entry: PromptRebuild): Step {
  entry.isDone = true;
  return AT_ONCE;
}

/** Of a prompt that was never read: its reader goes on where the rebuild ends. */
function newManifest({ startedAtMs }: RebuildState, { prompt }: PromptRebuild): Manifest {
  return openManifest(prompt, null, null, startedAtMs);
}

/** A reader that begins before the week, and forgets nothing. */
function firstManifest(prompt: string, { fromMs }: RebuildState): Manifest {
  const manifest = openManifest(prompt, null, null, fromMs - BEFORE_MS);
  return { ...manifest, subjects: [newGeneration(Number.MAX_SAFE_INTEGER)] };
}

async function storedManifest({ objects }: Controller, { manifest }: PromptRebuild): Promise<Manifest> {
  return JSON.parse(new TextDecoder().decode(await objects.get(manifest!))) as Manifest;
}

/** Lanes that read again what may have come late have nothing to do: the week is past. */
function onlyFirstLanes(manifest: Manifest, toMs: number): Manifest {
  const far = toMs + 2 * lagOf(manifest);
  const [observations, ...lateObservations] = manifest.observations;
  const [scores, ...lateScores] = manifest.scores;
  return {
    ...manifest,
    observations: [observations!, ...lateObservations.map((lane) => ({ ...lane, doneMs: far }))],
    scores: [scores!, ...lateScores.map((lane) => ({ ...lane, doneMs: far }))],
  };
}

/** How far behind the present the first lanes read, ms. */
function lagOf({ scores }: Manifest): number {
  return scores[0]!.lagMs;
}

function isReadTo({ observations, scores }: Manifest, toMs: number): boolean {
  return Math.min(observations[0]!.doneMs, scores[0]!.doneMs) >= toMs;
}

/** Those of the newest experiment's policy, as its reader counted them; undefined where none ever ran. */
function environmentsOf({ rollout, comparison }: PromptItem): readonly string[] | undefined {
  return rollout?.policy.environments ?? comparison?.policy.environments;
}
