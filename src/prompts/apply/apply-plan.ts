import { isRampartError, RampartError } from '../../core/errors';
import type { PromptSync } from '../../core/ports';
import { inParallel } from '../in-parallel';
import { hasActions, type Action, type Plan, type PromptPlan } from '../plan/plan';
import type { Politeness } from '../remote/polite-sync';
import { carryOutAction } from './carry-out-action';
import { readProgress } from './read-progress';

/** Prompts that are written at the same time. Within one prompt everything is done in order. */
const PROMPTS_AT_ONCE = 4;

/** What came of an action. `already`: an earlier run had done it. `not_begun`: something before it failed. */
export interface ActionResult {
  prompt: string;
  action: Action;
  state: 'done' | 'already' | 'failed' | 'not_begun';
  /** The version that was made or labelled; null when none was, or for tags. */
  version: number | null;
  problem: RampartError | null;
}

export interface ApplyOptions {
  politeness: Politeness;
  /** The plan may be old: everything is compared with Langfuse before the first write, as it is per prompt anyway. */
  isStored: boolean;
  /** After it no further prompt is begun. */
  signal: AbortSignal;
  onResult?: (result: ActionResult) => void;
}

/**
 * Carries out exactly what the plan says. Each prompt is compared with what the plan saw right before it is written; what an
 * earlier run has done is not done again. Every write is read back.
 * @throws RampartError `refused` before anything is written, when a stored plan no longer fits
 */
export async function applyPlan(sync: PromptSync, plan: Plan, options: ApplyOptions): Promise<ActionResult[]> {
  if (!hasActions(plan)) return [];
  const open = plan.prompts.filter(({ actions }) => actions.length > 0);
  if (options.isStored) await checkAll(sync, open);
  let isStopped = false;
  const results = await inParallel(open, PROMPTS_AT_ONCE, async (each) => {
    if (isStopped || options.signal.aborted) return notBegun(each.prompt, each.actions);
    const own = await applyPrompt(sync, each, options);
    if (own.some(({ problem }) => isOfServer(problem))) isStopped = true;
    return own;
  });
  return results.flat();
}

async function checkAll(sync: PromptSync, open: readonly PromptPlan[]): Promise<void> {
  const checked = await inParallel(open, PROMPTS_AT_ONCE, async (each) => {
    const progress = await readProgress(sync, each);
    return 'changed' in progress ? `${each.prompt}: ${progress.changed}` : null;
  });
  const changes = checked.filter((change) => change !== null);
  if (changes.length > 0) throw changedSince(changes);
}

async function applyPrompt(sync: PromptSync, plan: PromptPlan, options: ApplyOptions): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  const report = (result: ActionResult): void => {
    results.push(result);
    options.onResult?.(result);
  };
  let current = plan.actions[0]!;
  try {
    const progress = await readProgress(sync, plan);
    if ('changed' in progress) throw changedSince([`${plan.prompt}: ${progress.changed}`]);
    const { done } = progress;
    let newest = Math.max(
      0,
      ...(plan.seen?.versions ?? []),
      ...[...done.values()].filter((version) => version !== null),
    );
    for (const action of plan.actions) {
      current = action;
      const before = done.get(action.id);
      const version =
        before === undefined ? await carryOutAction(sync, plan.prompt, action, newest, options.politeness) : before;
      newest = Math.max(newest, version ?? 0);
      report({ prompt: plan.prompt, action, state: before === undefined ? 'done' : 'already', version, problem: null });
    }
  } catch (error) {
    if (!isRampartError(error)) throw error;
    report({ prompt: plan.prompt, action: current, state: 'failed', version: null, problem: error });
    results.push(...notBegun(plan.prompt, plan.actions.slice(plan.actions.indexOf(current) + 1)));
  }
  return results;
}

function notBegun(prompt: string, actions: readonly Action[]): ActionResult[] {
  return actions.map((action) => ({ prompt, action, state: 'not_begun', version: null, problem: null }));
}

function changedSince(changes: readonly string[]): RampartError {
  return new RampartError('refused', `Langfuse changed since the plan was made: ${changes.join('; ')}`, {
    hint: 'Plan again, and look at what changed: rampart plan',
  });
}

/** What would fail for every other prompt as well. */
function isOfServer(problem: RampartError | null): boolean {
  return isRampartError(
    problem,
    'provider_auth',
    'provider_unavailable',
    'provider_rate_limited',
    'provider_not_supported',
  );
}
