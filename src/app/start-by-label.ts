import { isRampartError, type ErrorCode } from '../core/errors';
import { clip } from '../core/item/item-size';
import type { PromptItem } from '../core/item/prompt-item';
import type { Action } from '../core/rollout/plan';
import { decideStart } from '../core/rollout/plan-start';
import type { Rollout } from '../core/rollout/rollout';
import type { Controller } from './controller';
import type { LabelReading } from './read-labels';
import { prepareRollout } from './start-rollout';

/** A rollout that a label asks for, or what is to be said about why none starts. */
export type StartByLabel =
  | { kind: 'start'; rollout: Rollout; actions: readonly Action[] }
  | {
      kind: 'none';
      actions: readonly Action[];
      said: readonly string[];
      used: readonly number[];
      problem: string | null;
    };

/** What passes by itself: the start is tried again by the next tick. */
export const TRANSIENT: readonly ErrorCode[] = [
  'budget_exhausted',
  'provider_auth',
  'provider_bad_response',
  'provider_rate_limited',
  'provider_unavailable',
];

export const NOTHING: Extract<StartByLabel, { kind: 'none' }> = {
  kind: 'none',
  actions: [],
  said: [],
  used: [],
  problem: null,
};

/** Prepares the rollout that the candidate label asks for. What stands in the way of it is said once. Writes nothing. */
export async function startByLabel(
  controller: Controller,
  item: PromptItem,
  { labels, candidate }: LabelReading,
  nowMs: number,
): Promise<StartByLabel> {
  const decision = decideStart(item, labels);
  if (decision.kind === 'say') {
    const { alert, detail, fact, used } = decision;
    return {
      ...NOTHING,
      actions: [{ kind: 'alert', alert, severity: 'warning', detail }],
      said: [fact],
      used,
    };
  }
  if (decision.kind === 'none' || candidate === null) return NOTHING;
  const by = { startedBy: 'label', labelledAtStart: candidate.version };
  try {
    const started = await prepareRollout(controller, candidate, decision.stable, by, nowMs);
    if (started.ok) return { kind: 'start', rollout: started.rollout, actions: started.actions };
    return refusePolicy(controller, item, candidate.version, started.problems);
  } catch (error) {
    if (!isRampartError(error, ...TRANSIENT)) throw error;
    controller.log({ level: 'warn', event: 'start_postponed', prompt: item.prompt, problem: error.message });
    return { ...NOTHING, problem: error.message };
  }
}

/** A policy that is not valid, said once for each set of problems. */
function refusePolicy(
  { sha256 }: Controller,
  item: PromptItem,
  candidate: number,
  problems: readonly string[],
): StartByLabel {
  const problem = problems.join('; ');
  const fact = `policy_refused:${candidate}:${sha256(problem).slice(0, 12)}`;
  if (item.said.includes(fact)) return { ...NOTHING, problem };
  const detail = { candidate, problems: problems.length, reason: clip(problem) };
  return {
    ...NOTHING,
    actions: [
      { kind: 'alert', alert: 'policy_refused', severity: 'warning', detail },
      { kind: 'audit', event: 'policy_refused', detail },
    ],
    said: [fact],
    problem,
  };
}
