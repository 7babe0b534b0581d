import { isRampartError, RampartError } from '../core/errors';
import { clipName } from '../core/item/item-size';
import { emptyItem, nextItem, splitAudit } from '../core/item/next-item';
import type { PromptItem } from '../core/item/prompt-item';
import { hasVersion } from '../core/item/version-ranges';
import { planCommand, type Command } from '../core/rollout/plan-command';
import { isProductionMoving } from '../core/rollout/plan-start';
import { isTerminal } from '../core/rollout/rollout';
import { carryOut } from './carry-out';
import type { Controller } from './controller';
import { readLabels } from './read-labels';
import { archiveRollout } from './rollout-archive';
import { prepareRollout } from './start-rollout';
import { writeItem } from './write-item';

export interface CommandReport {
  prompt: string;
  /** One sentence: what has been done. */
  said: string;
}

const MAX_TRIES = 5;

/**
 * Carries out a person's command through the prompt's item: decided on the newest revision and written under it, so a
 * stale tick can neither be overwritten nor overwrite it.
 * @throws refused when the command makes no sense now, with what would help
 */
export async function runCommand(controller: Controller, command: Command, nowMs: number): Promise<CommandReport> {
  const said = await decideAndWrite(controller, command, nowMs);
  await carryOut(controller, command.prompt, nowMs);
  return { prompt: command.prompt, said };
}

async function decideAndWrite(controller: Controller, command: Command, nowMs: number): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { next, said } = await decide(controller, command, nowMs);
    try {
      await writeItem(controller, next);
      return said;
    } catch (error) {
      if (!isRampartError(error, 'revision_conflict')) throw error;
      if (await isWritten(controller, next)) return said;
      if (attempt >= MAX_TRIES) throw error;
    }
  }
}

/** A conflict can also mean that our own write succeeded and its answer was lost. */
async function isWritten(controller: Controller, next: PromptItem): Promise<boolean> {
  const stored = await controller.store.read(next.prompt);
  return JSON.stringify(stored) === JSON.stringify(splitAudit(next).item);
}

interface Decided {
  next: PromptItem;
  /** One sentence: what will have been done. */
  said: string;
}

async function decide(controller: Controller, command: Command, nowMs: number): Promise<Decided> {
  const item = (await controller.store.read(command.prompt)) ?? emptyItem(command.prompt, null, nowMs);
  if (command.kind === 'start') return startByHand(controller, item, command, nowMs);
  const { labels } = await readLabels(controller, command.prompt, item.rollout?.stable ?? null);
  const toVersion = command.kind === 'rollback' || command.kind === 'promote' ? command.toVersion : null;
  if (toVersion !== null) await mustExist(controller, command.prompt, toVersion);
  const plan = planCommand(item, command, labels, nowMs);
  if (!plan.ok) throw new RampartError('refused', plan.problem, { hint: plan.hint });
  const { said, ok: _ok, ...decided } = plan;
  return { next: nextItem(item, { ...decided, by: clipName(command.by) }, nowMs), said };
}

async function mustExist(controller: Controller, prompt: string, version: number): Promise<void> {
  if ((await controller.langfuse.version(prompt, version)) !== null) return;
  throw new RampartError('refused', `version ${version} of ${prompt} does not exist in Langfuse`);
}

async function startByHand(
  controller: Controller,
  item: PromptItem,
  command: Extract<Command, { kind: 'start' }>,
  nowMs: number,
): Promise<Decided> {
  const { prompt, version } = command;
  const by = clipName(command.by);
  if (item.rollout !== null && !isTerminal(item.rollout.phase)) {
    throw new RampartError('refused', `version ${item.rollout.candidate} of ${prompt} is being rolled out already`, {
      hint: 'abort or finish it first: a prompt has one experiment at a time',
    });
  }
  if (hasVersion(item.quarantined, version)) {
    throw new RampartError('refused', `version ${version} of ${prompt} was rolled back before`, {
      hint: `release it first: rampart release ${prompt} ${version}`,
    });
  }
  if (isProductionMoving(item)) {
    throw new RampartError('refused', `production of ${prompt} is still being moved`, {
      hint: `wait until it is seen where it should be: rampart status ${prompt}`,
    });
  }
  const candidate = await controller.langfuse.version(prompt, version);
  if (candidate === null)
    throw new RampartError('refused', `version ${version} of ${prompt} does not exist in Langfuse`);
  const { labels, problem } = await readLabels(controller, prompt, null);
  if (problem !== null) throw new RampartError('provider_unavailable', problem);
  if (typeof labels.production !== 'number') {
    throw new RampartError('refused', `no version of ${prompt} holds production, so there is nothing to compare with`, {
      hint: `give it its first: rampart promote ${prompt} --to VERSION --because "first version"`,
    });
  }
  if (labels.production === version)
    throw new RampartError('refused', `version ${version} of ${prompt} is in production already`);
  const labelled = typeof labels.candidate === 'number' ? labels.candidate : null;
  const started = await prepareRollout(
    controller,
    candidate,
    labels.production,
    { startedBy: by, labelledAtStart: labelled },
    nowMs,
  );
  if (!started.ok) throw new RampartError('bad_input', `the policy is not valid: ${started.problems.join('; ')}`);
  const { rollout, actions } = started;
  await archiveRollout(controller, item);
  const next = nextItem(item, { rollout, stable: rollout.stable, actions, by }, nowMs);
  return { next, said: `version ${version} started at ${rollout.stages[0]!.percent} %` };
}
