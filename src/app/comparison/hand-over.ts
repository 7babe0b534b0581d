import type { Comparison, Handover } from '../../core/comparison/comparison';
import { comparisonFacts, withoutHandover } from '../../core/comparison/transitions';
import { isRampartError } from '../../core/errors';
import { clip, keptBeside } from '../../core/item/item-size';
import type { PromptItem } from '../../core/item/prompt-item';
import { hasVersion } from '../../core/item/version-ranges';
import type { Action } from '../../core/rollout/plan';
import { isProductionMoving } from '../../core/rollout/plan-start';
import type { Rollout } from '../../core/rollout/rollout';
import { promote } from '../../core/rollout/transitions';
import type { Controller } from '../controller';
import type { LabelReading } from '../read-labels';
import { TRANSIENT } from '../start-by-label';
import { prepareRollout } from '../start-rollout';

/** What becomes of a winner at this tick. `wait`: nothing else may start before it. */
export type HandOver =
  | { kind: 'none' }
  | { kind: 'wait'; problem: string | null }
  | { kind: 'refused'; comparison: Comparison; actions: readonly Action[]; problem: string }
  | { kind: 'start'; rollout: Rollout; comparison: Comparison | null; actions: readonly Action[] };

/**
 * Prepares the rollout of a comparison's winner: a ramp of its own, or straight to production where the comparison has proven
 * it safe; the watch follows either. Writes nothing.
 */
export async function handOver(
  controller: Controller,
  item: PromptItem,
  { labels }: LabelReading,
  nowMs: number,
): Promise<HandOver> {
  const { comparison } = item;
  if (comparison?.handover?.state !== 'pending') return { kind: 'none' };
  const { handover } = comparison;
  if (labels.production === 'unknown' || isProductionMoving(item)) return { kind: 'wait', problem: null };
  if (labels.production !== comparison.stable) return refuse(comparison, handover, 'production was moved meanwhile');
  if (hasVersion(item.quarantined, handover.version)) return refuse(comparison, handover, 'it is quarantined');
  try {
    return await prepare(controller, comparison, handover, labels, nowMs);
  } catch (error) {
    if (!isRampartError(error, ...TRANSIENT)) throw error;
    controller.log({ level: 'warn', event: 'handover_postponed', prompt: item.prompt, problem: error.message });
    return { kind: 'wait', problem: error.message };
  }
}

async function prepare(
  controller: Controller,
  comparison: Comparison,
  handover: Handover,
  { candidate }: LabelReading['labels'],
  nowMs: number,
): Promise<HandOver> {
  const { prompt, stable } = comparison;
  const version = await controller.langfuse.version(prompt, handover.version);
  if (version === null) return refuse(comparison, handover, 'it no longer exists in Langfuse');
  const labelledAtStart = typeof candidate === 'number' ? candidate : null;
  const by = { startedBy: `comparison ${comparison.id}`, labelledAtStart };
  const started = await prepareRollout(controller, version, stable, by, nowMs);
  if (!started.ok) return refuse(comparison, handover, `its policy is not valid: ${started.problems.join('; ')}`);
  const done: Comparison = { ...comparison, handover: { ...handover, state: 'done', note: started.rollout.id } };
  const because = comparison.outcome?.reason ?? '';
  const begun =
    handover.how === 'promote'
      ? withPromotion(started, because, nowMs)
      : { rollout: started.rollout, actions: started.actions };
  return { kind: 'start', ...begun, comparison: keptBeside(begun.rollout, done) };
}

function withPromotion(
  { rollout, actions }: { rollout: Rollout; actions: readonly Action[] },
  because: string,
  nowMs: number,
): { rollout: Rollout; actions: readonly Action[] } {
  const promoted = promote(rollout, { reason: clip(because) }, nowMs);
  return { rollout: promoted.next, actions: [...actions, ...promoted.actions] };
}

function refuse(comparison: Comparison, { version }: Handover, problem: string): HandOver {
  const detail = { ...comparisonFacts(comparison), candidate: version, reason: clip(problem) };
  return {
    kind: 'refused',
    comparison: withoutHandover(comparison, problem)!,
    actions: [
      { kind: 'audit', event: 'handover_refused', detail },
      { kind: 'alert', alert: 'handover_refused', severity: 'warning', detail },
    ],
    problem: `the winner, version ${version}, was not handed over: ${problem}`,
  };
}
