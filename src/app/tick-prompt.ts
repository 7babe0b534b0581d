import { runningOf, type Comparison } from '../core/comparison/comparison';
import type { ComparisonPlan } from '../core/comparison/plan-comparison';
import { isRampartError } from '../core/errors';
import { readThroughMs } from '../core/evidence/lanes';
import { keptBeside } from '../core/item/item-size';
import { emptyItem, nextItem } from '../core/item/next-item';
import type { PromptItem } from '../core/item/prompt-item';
import { addVersion } from '../core/item/version-ranges';
import type { TickEvidence } from '../core/rollout/evidence';
import type { Action, Plan } from '../core/rollout/plan';
import { planAtRest } from '../core/rollout/plan-at-rest';
import { planTick } from '../core/rollout/plan-tick';
import { isTerminal, type Rollout } from '../core/rollout/rollout';
import { rolloutEvidence, rolloutExperiment } from '../core/rollout/rollout-experiment';
import { carryOut } from './carry-out';
import { handOver, type HandOver } from './comparison/hand-over';
import { tickComparison } from './comparison/tick-comparison';
import type { Controller } from './controller';
import { readEvidence, type EvidenceRead } from './evidence/read-evidence';
import { readLabels, type LabelReading } from './read-labels';
import { putManifest, readManifest } from './stored-manifest';
import { archiveRollout } from './rollout-archive';
import { NOTHING, startByLabel } from './start-by-label';
import { writeItem } from './write-item';

/** What one tick of one prompt did. */
export interface TickReport {
  prompt: string;
  /** `conflict`: somebody else wrote in between, twice; nothing was changed and the next tick goes on. */
  outcome: 'idle' | 'started' | 'ticked' | 'conflict';
  rollout: Rollout | null;
  plan: Plan | null;
  comparison: Comparison | null;
  /** What was decided of a running comparison; null = none was running. */
  comparing: ComparisonPlan | null;
  read: Pick<EvidenceRead, 'observations' | 'scores' | 'requests'> | null;
  problem: string | null;
}

const MAX_PASSES = 3;

/**
 * One evaluation of one prompt: read, judge, decide, write once, then carry out what the write promised. Safe to repeat and
 * to run twice at the same time: the write is conditional on the revision that was read.
 */
export async function tickPrompt(controller: Controller, prompt: string, nowMs: number): Promise<TickReport> {
  let report = conflictReport(prompt, null);
  let conflicts = 0;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    try {
      const { comparing } = report;
      report = await tickOnce(controller, prompt, nowMs);
      report = { ...report, comparing: report.comparing ?? comparing };
    } catch (error) {
      if (!isRampartError(error, 'revision_conflict')) throw error;
      report = conflictReport(prompt, error.message);
      if (++conflicts >= 2) break;
      continue;
    }
    const isSuperseded = report.plan?.next.outcome?.code === 'superseded';
    const hasMadeWay =
      isSuperseded || (report.outcome === 'ticked' && report.comparison?.handover?.state === 'pending');
    if (!hasMadeWay) break;
  }
  await carryOut(controller, prompt, nowMs);
  return report;
}

function conflictReport(prompt: string, problem: string | null): TickReport {
  return {
    prompt,
    outcome: 'conflict',
    rollout: null,
    plan: null,
    comparison: null,
    comparing: null,
    read: null,
    problem,
  };
}

async function tickOnce(controller: Controller, prompt: string, nowMs: number): Promise<TickReport> {
  const item = (await controller.store.read(prompt)) ?? emptyItem(prompt, null, nowMs);
  const { rollout } = item;
  const running = rollout !== null && !isTerminal(rollout.phase) ? rollout : null;
  const comparison = runningOf(item.comparison);
  if (comparison !== null) return tickComparing(controller, item, comparison, nowMs);
  const expected = running && [running.stable, running.candidate];
  const reading = await readLabels(controller, prompt, running?.stable ?? null, expected);
  return running === null
    ? tickIdle(controller, item, reading, nowMs)
    : tickRunning(controller, item, running, reading, nowMs);
}

async function tickRunning(
  controller: Controller,
  item: PromptItem,
  rollout: Rollout,
  { labels, problem }: LabelReading,
  nowMs: number,
): Promise<TickReport> {
  const { tickEveryMs, verifyDeadlineMs } = controller.settings;
  const stored = await readManifest(controller, item);
  const read = await readEvidence(controller, item.prompt, stored, rolloutExperiment(rollout), nowMs);
  const evidence: TickEvidence = {
    judged: rolloutEvidence(rollout, read.manifest.experiment),
    readThroughMs: readThroughMs(read.manifest.observations, read.manifest.scores),
    providerProblem: problem ?? read.problem?.message ?? null,
    labels,
    isAssignmentServed: 'unknown',
    tickEveryMs,
    verifyDeadlineMs,
  };
  const plan = planTick(rollout, evidence, nowMs);
  const manifest = await putManifest(controller, read.manifest);
  const { next, stable, actions } = plan;
  await writeItem(
    controller,
    nextItem(item, { rollout: next, stable, actions, by: 'controller', manifest, isTick: true }, nowMs),
  );
  logTick(controller, item.prompt, plan, read);
  const { observations, scores, requests } = read;
  return {
    prompt: item.prompt,
    outcome: 'ticked',
    rollout: next,
    plan,
    comparison: item.comparison,
    comparing: null,
    read: { observations, scores, requests },
    problem: evidence.providerProblem,
  };
}

async function tickComparing(
  controller: Controller,
  item: PromptItem,
  comparison: Comparison,
  nowMs: number,
): Promise<TickReport> {
  const { prompt, rollout } = item;
  const expected = [comparison.stable, ...comparison.arms.map(({ version }) => version)];
  const reading = await readLabels(controller, prompt, comparison.stable, expected);
  const { plan, read, problem } = await tickComparison(controller, item, comparison, reading, nowMs);
  const { observations, scores, requests } = read;
  return {
    prompt,
    outcome: 'ticked',
    rollout,
    plan: null,
    comparison: plan.next,
    comparing: plan,
    read: { observations, scores, requests },
    problem,
  };
}

/** No experiment runs: hand a winner over, start what a label asks for; else verify the last one's end, follow `production`, keep the weekly numbers. */
async function tickIdle(
  controller: Controller,
  item: PromptItem,
  reading: LabelReading,
  nowMs: number,
): Promise<TickReport> {
  const { prompt } = item;
  const over = await handOver(controller, item, reading, nowMs);
  if (over.kind === 'start') return begin(controller, item, { ...over, by: 'comparison' }, nowMs);
  const start = over.kind === 'none' ? await startByLabel(controller, item, reading, nowMs) : NOTHING;
  if (start.kind === 'start') {
    const comparison = keptBeside(start.rollout, item.comparison);
    return begin(controller, item, { ...start, comparison, by: 'label' }, nowMs);
  }
  const atRest = planAtRest(item, await readAtRest(controller, item, reading, nowMs), nowMs);
  const contested = sayContested(item, reading);
  const read = await readWhenDue(controller, item, nowMs);
  const next = nextItem(
    item,
    {
      rollout: atRest.rollout,
      stable: atRest.stable,
      ...(over.kind === 'refused' ? { comparison: over.comparison, about: over.comparison.id } : {}),
      actions: [...atRest.actions, ...start.actions, ...contested.actions, ...refusalOf(over)],
      by: 'controller',
      ...(read === null ? {} : { manifest: await putManifest(controller, read.manifest) }),
      said: [...atRest.said, ...start.said, ...contested.said],
      usedVersions: start.used.reduce(addVersion, item.usedVersions),
    },
    nowMs,
  );
  if (isChanged(item, next)) await writeItem(controller, next);
  const postponed = over.kind === 'wait' || over.kind === 'refused' ? over.problem : null;
  const problem = reading.problem ?? postponed ?? start.problem ?? read?.problem?.message ?? null;
  const { rollout, comparison } = next;
  return { prompt, outcome: 'idle', rollout, plan: null, comparison, comparing: null, read, problem };
}

/** Writes the start of a rollout; the one before it is kept in the archive. */
async function begin(
  controller: Controller,
  item: PromptItem,
  start: { rollout: Rollout; comparison: Comparison | null; actions: readonly Action[]; by: string },
  nowMs: number,
): Promise<TickReport> {
  const { rollout, comparison, actions, by } = start;
  const { prompt } = item;
  await archiveRollout(controller, item);
  const change = { rollout, comparison, stable: rollout.stable, actions, by, isTick: true };
  await writeItem(controller, nextItem(item, change, nowMs));
  controller.log({ level: 'info', event: 'rollout_started', prompt, rollout: rollout.id });
  return { prompt, outcome: 'started', rollout, plan: null, comparison, comparing: null, read: null, problem: null };
}

function refusalOf(over: HandOver): readonly Action[] {
  return over.kind === 'refused' ? over.actions : [];
}

/** Two versions hold one label: nothing is made of it, and a person hears of it once. */
function sayContested({ said }: PromptItem, { contested }: LabelReading): { actions: Action[]; said: string[] } {
  if (contested === null) return { actions: [], said: [] };
  const fact = `contested:${contested.label}:${contested.versions}`;
  if (said.includes(fact)) return { actions: [], said: [] };
  const detail = { ...contested };
  return { actions: [{ kind: 'alert', alert: 'label_contested', severity: 'warning', detail }], said: [fact] };
}

async function readAtRest(
  { store, settings }: Controller,
  { prompt, assignment, rollout }: PromptItem,
  { labels, problem }: LabelReading,
  nowMs: number,
): Promise<TickEvidence> {
  const isPending = rollout?.verification?.verifiedAtMs === null;
  const served = isPending ? await store.readAssignment(prompt) : null;
  return {
    judged: null,
    readThroughMs: nowMs,
    providerProblem: problem,
    labels,
    isAssignmentServed: isPending ? JSON.stringify(served) === JSON.stringify(assignment) : 'unknown',
    tickEveryMs: settings.tickEveryMs,
    verifyDeadlineMs: settings.verifyDeadlineMs,
  };
}

/** The weekly numbers of a prompt at rest need no reading at every tick. */
async function readWhenDue(controller: Controller, item: PromptItem, nowMs: number): Promise<EvidenceRead | null> {
  const manifest = await readManifest(controller, item);
  const readToMs = manifest?.observations[0]?.doneMs ?? -Infinity;
  if (nowMs - readToMs < controller.settings.idleReadEveryMs) return null;
  return readEvidence(controller, item.prompt, manifest, null, nowMs);
}

function isChanged(before: PromptItem, after: PromptItem): boolean {
  return JSON.stringify({ ...before, revision: 0 }) !== JSON.stringify({ ...after, revision: 0 });
}

function logTick(controller: Controller, prompt: string, plan: Plan, read: EvidenceRead): void {
  controller.log({
    level: read.problem === null ? 'info' : 'warn',
    event: 'tick',
    prompt,
    rollout: plan.next.id,
    phase: plan.next.phase,
    hold: plan.next.hold?.kind ?? null,
    reasons: plan.reasons,
    observations: read.observations,
    scores: read.scores,
    requests: read.requests,
    logEHarm: plan.harm?.logE ?? null,
    ...(read.problem === null ? {} : { problem: read.problem.message }),
  });
}
