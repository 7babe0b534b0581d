import { isRampartError, RampartError } from '../core/errors';
import type { Manifest } from '../core/evidence/manifest';
import { emptyItem, nextItem, type Change } from '../core/item/next-item';
import type { PromptItem } from '../core/item/prompt-item';
import type { PromptVersion } from '../core/ports';
import type { Plan } from '../core/rollout/plan';
import { decideStart } from '../core/rollout/plan-start';
import { planTick } from '../core/rollout/plan-tick';
import { isTerminal, type Rollout } from '../core/rollout/rollout';
import { clip } from '../core/rollout/transitions';
import { carryOut } from './carry-out';
import type { Controller } from './controller';
import { readEvidence, type EvidenceRead } from './evidence/read-evidence';
import { readLabels, type LabelReading } from './read-labels';
import { prepareRollout } from './start-rollout';
import { writeItem } from './write-item';

/** What one tick of one prompt did. */
export interface TickReport {
  prompt: string;
  /** `conflict`: somebody else wrote in between, twice; nothing was changed and the next tick goes on. */
  outcome: 'idle' | 'started' | 'ticked' | 'conflict';
  rollout: Rollout | null;
  plan: Plan | null;
  read: Pick<EvidenceRead, 'observations' | 'scores' | 'requests'> | null;
  problem: string | null;
}

const MAX_PASSES = 3;

/**
 * One evaluation of one prompt: read, judge, decide, write once, then carry out what the write promised. Safe to repeat and
 * to run twice at the same time: the write is conditional on the revision that was read.
 */
export async function tickPrompt(controller: Controller, prompt: string, nowMs: number): Promise<TickReport> {
  let report: TickReport | null = null;
  let conflicts = 0;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    try {
      report = await tickOnce(controller, prompt, nowMs);
    } catch (error) {
      if (!isRampartError(error, 'revision_conflict')) throw error;
      conflicts++;
      if (conflicts < 2) continue;
      return { prompt, outcome: 'conflict', rollout: null, plan: null, read: null, problem: error.message };
    }
    if (report.rollout?.outcome?.code !== 'superseded' || report.rollout.outcome.atMs !== nowMs) break;
    if (report.plan === null) break;
  }
  await carryOut(controller, prompt, nowMs);
  return report ?? { prompt, outcome: 'conflict', rollout: null, plan: null, read: null, problem: null };
}

async function tickOnce(controller: Controller, prompt: string, nowMs: number): Promise<TickReport> {
  const item = (await controller.store.read(prompt)) ?? emptyItem(prompt, null, nowMs);
  const { rollout } = item;
  const running = rollout !== null && !isTerminal(rollout.phase) ? rollout : null;
  const reading = await readLabels(controller, prompt, running?.stable ?? null);
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
  const { settings, objects } = controller;
  const read = await readEvidence(controller, item.prompt, await readManifest(controller, item), rollout, nowMs);
  const plan = planTick(
    rollout,
    {
      judged: read.manifest.rollout,
      readThroughMs: read.manifest.observations[0]!.doneMs,
      providerProblem: problem ?? read.problem?.message ?? null,
      labels,
      tickEveryMs: settings.tickEveryMs,
      verifyDeadlineMs: settings.verifyDeadlineMs,
    },
    nowMs,
  );
  const manifest = await putManifest(objects, read.manifest);
  const change: Change = {
    rollout: plan.next,
    stable: plan.stable,
    actions: plan.actions,
    by: 'controller',
    manifest,
    isTick: true,
  };
  await writeItem(controller, nextItem(item, change, nowMs));
  logTick(controller, item.prompt, plan, read);
  const { observations, scores, requests } = read;
  return {
    prompt: item.prompt,
    outcome: 'ticked',
    rollout: plan.next,
    plan,
    read: { observations, scores, requests },
    problem: problem ?? read.problem?.message ?? null,
  };
}

/** No rollout runs: verify the last one's end, follow `production`, start what a label asks for, keep the weekly numbers. */
async function tickIdle(
  controller: Controller,
  item: PromptItem,
  reading: LabelReading,
  nowMs: number,
): Promise<TickReport> {
  const { labels, problem } = reading;
  const decision = decideStart(item, labels);
  if (decision.kind === 'start' && reading.candidate !== null) {
    return start(controller, item, reading.candidate, decision.stable, nowMs);
  }
  const isPending = item.rollout?.verification?.verifiedAtMs === null;
  const verified =
    item.rollout === null || !isPending
      ? null
      : planTick(
          item.rollout,
          {
            judged: null,
            readThroughMs: nowMs,
            providerProblem: problem,
            labels,
            tickEveryMs: controller.settings.tickEveryMs,
            verifyDeadlineMs: controller.settings.verifyDeadlineMs,
          },
          nowMs,
        );
  const read = await readWhenDue(controller, item, nowMs);
  const isMoving = item.outbox.some((entry) => entry.kind === 'label' && entry.label === 'production');
  const said =
    decision.kind === 'say'
      ? [{ kind: 'alert', alert: decision.alert, severity: 'warning', detail: decision.detail } as const]
      : [];
  const next = nextItem(
    item,
    {
      rollout: verified?.next ?? item.rollout,
      stable: isPending || isMoving || labels.production === 'unknown' ? item.assignment.stable : labels.production,
      actions: [...(verified?.actions ?? []), ...said],
      by: 'controller',
      ...(read === null ? {} : { manifest: await putManifest(controller.objects, read.manifest) }),
      ...(decision.kind === 'say' ? { said: [decision.fact] } : {}),
    },
    nowMs,
  );
  if (isChanged(item, next)) await writeItem(controller, next);
  return { prompt: item.prompt, outcome: 'idle', rollout: next.rollout, plan: null, read, problem };
}

async function start(
  controller: Controller,
  item: PromptItem,
  candidate: PromptVersion,
  stable: number,
  nowMs: number,
): Promise<TickReport> {
  const by = { startedBy: 'label', labelledAtStart: candidate.version };
  const report = { prompt: item.prompt, plan: null, read: null };
  const started = await prepareRollout(controller, candidate, stable, by, nowMs).catch((error: unknown) => {
    if (!isRampartError(error)) throw error;
    return error;
  });
  if (started instanceof RampartError) {
    controller.log({ level: 'warn', event: 'start_postponed', prompt: item.prompt, problem: started.message });
    return { ...report, outcome: 'idle', rollout: item.rollout, problem: started.message };
  }
  if (started.ok) {
    const { rollout, actions } = started;
    await writeItem(controller, nextItem(item, { rollout, stable, actions, by: 'label', isTick: true }, nowMs));
    controller.log({ level: 'info', event: 'rollout_started', prompt: item.prompt, rollout: rollout.id });
    return { ...report, outcome: 'started', rollout, problem: null };
  }
  const problem = started.problems.join('; ');
  const fact = `policy_refused:${candidate.version}:${controller.sha256(problem).slice(0, 12)}`;
  if (!item.said.includes(fact)) {
    const detail = { candidate: candidate.version, problems: started.problems.length, reason: clip(problem) };
    const alert = { kind: 'alert', alert: 'policy_refused', severity: 'warning', detail } as const;
    const audit = { kind: 'audit', event: 'policy_refused', detail } as const;
    const change = { rollout: item.rollout, stable, actions: [alert, audit], by: 'controller', said: [fact] };
    await writeItem(controller, nextItem(item, change, nowMs));
  }
  return { ...report, outcome: 'idle', rollout: item.rollout, problem };
}

/** The weekly numbers of a prompt at rest need no reading at every tick. */
async function readWhenDue(controller: Controller, item: PromptItem, nowMs: number): Promise<EvidenceRead | null> {
  const manifest = await readManifest(controller, item);
  const readToMs = manifest?.observations[0]?.doneMs ?? -Infinity;
  if (nowMs - readToMs < controller.settings.idleReadEveryMs) return null;
  return readEvidence(controller, item.prompt, manifest, item.rollout, nowMs);
}

/** The manifest an item points to; null before the first reading. */
export async function readManifest(
  { objects }: Pick<Controller, 'objects'>,
  item: PromptItem,
): Promise<Manifest | null> {
  if (item.manifest === null) return null;
  return JSON.parse(new TextDecoder().decode(await objects.get(item.manifest))) as Manifest;
}

function putManifest(objects: Controller['objects'], manifest: Manifest): Promise<string> {
  return objects.put('manifest', new TextEncoder().encode(JSON.stringify(manifest)));
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
