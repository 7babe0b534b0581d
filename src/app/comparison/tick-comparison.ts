import type { Comparison } from '../../core/comparison/comparison';
import { comparisonExperiment } from '../../core/comparison/comparison-experiment';
import { planComparison, type ComparisonPlan } from '../../core/comparison/plan-comparison';
import { sayWaiting } from '../../core/comparison/say-waiting';
import { readThroughMs } from '../../core/evidence/lanes';
import { nextItem } from '../../core/item/next-item';
import type { PromptItem } from '../../core/item/prompt-item';
import type { Controller } from '../controller';
import { readEvidence, type EvidenceRead } from '../evidence/read-evidence';
import type { LabelReading } from '../read-labels';
import { putManifest, readManifest } from '../stored-manifest';
import { writeItem } from '../write-item';

/** What a tick of a running comparison did. */
export interface ComparisonTick {
  plan: ComparisonPlan;
  read: EvidenceRead;
  problem: string | null;
}

/** One evaluation of a running comparison: read, judge, decide, write once. */
export async function tickComparison(
  controller: Controller,
  item: PromptItem,
  comparison: Comparison,
  { labels, problem }: LabelReading,
  nowMs: number,
): Promise<ComparisonTick> {
  const { prompt } = item;
  const stored = await readManifest(controller, item);
  const read = await readEvidence(controller, prompt, stored, comparisonExperiment(comparison), nowMs);
  const providerProblem = problem ?? read.problem?.message ?? null;
  const evidence = {
    judged: read.manifest.experiment,
    readThroughMs: readThroughMs(read.manifest.observations, read.manifest.scores),
    providerProblem,
    labels,
    tickEveryMs: controller.settings.tickEveryMs,
  };
  const plan = planComparison(comparison, evidence, nowMs);
  const waiting = sayWaiting(item, comparison, labels);
  const manifest = await putManifest(controller, read.manifest);
  const change = {
    rollout: item.rollout,
    comparison: plan.next,
    about: comparison.id,
    stable: plan.stable,
    actions: [...plan.actions, ...waiting.actions],
    said: waiting.said,
    by: 'controller',
    manifest,
    isTick: true,
  };
  await writeItem(controller, nextItem(item, change, nowMs));
  logTick(controller, prompt, plan, read);
  return { plan, read, problem: providerProblem };
}

function logTick(controller: Controller, prompt: string, { next, reasons }: ComparisonPlan, read: EvidenceRead): void {
  controller.log({
    level: read.problem === null ? 'info' : 'warn',
    event: 'tick',
    prompt,
    comparison: next.id,
    phase: next.phase,
    hold: next.hold?.kind ?? null,
    reasons,
    observations: read.observations,
    scores: read.scores,
    requests: read.requests,
    ...(read.problem === null ? {} : { problem: read.problem.message }),
  });
}
