import { runningOf } from '../core/comparison/comparison';
import { withoutHandover } from '../core/comparison/transitions';
import { RampartError } from '../core/errors';
import { wordArms } from '../core/comparison/wording';
import { clipName, keptBeside } from '../core/item/item-size';
import { emptyItem, nextItem } from '../core/item/next-item';
import type { PromptItem } from '../core/item/prompt-item';
import { hasVersion } from '../core/item/version-ranges';
import { planCommand, type Command } from '../core/rollout/plan-command';
import { isProductionMoving } from '../core/rollout/plan-start';
import { isTerminal } from '../core/rollout/rollout';
import { carryOut } from './carry-out';
import { keptOf } from './comparison/inspect-comparison';
import type { Controller } from './controller';
import { readLabels } from './read-labels';
import { archiveRollout } from './rollout-archive';
import { prepareRollout } from './start-rollout';
import { writeDecided, type Decided } from './write-decided';
import { shellWord } from '../core/shell-word';

export interface CommandReport {
  prompt: string;
  /** One sentence: what has been done. */
  said: string;
}

/**
 * Carries out a person's command through the prompt's item: decided on the newest revision and written under it, so a
 * stale tick can neither be overwritten nor overwrite it.
 * @throws refused when the command makes no sense now, with what would help
 */
export async function runCommand(controller: Controller, command: Command, nowMs: number): Promise<CommandReport> {
  const said = await writeDecided(controller, () => decide(controller, command, nowMs));
  await carryOut(controller, command.prompt, nowMs);
  return { prompt: command.prompt, said };
}

async function decide(controller: Controller, command: Command, nowMs: number): Promise<Decided> {
  const item = (await controller.store.read(command.prompt)) ?? emptyItem(command.prompt, null, nowMs);
  if (command.kind === 'start') return startByHand(controller, item, command, nowMs);
  const comparison = runningOf(item.comparison);
  const { labels } = await readLabels(controller, command.prompt, comparison?.stable ?? item.rollout?.stable ?? null);
  const toVersion = command.kind === 'rollback' || command.kind === 'promote' ? command.toVersion : null;
  if (toVersion !== null) await mustExist(controller, command.prompt, toVersion);
  const kept = comparison === null ? undefined : await keptOf(controller, item, comparison);
  const plan = planCommand(item, command, labels, nowMs, kept);
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
  const comparison = runningOf(item.comparison);
  if (comparison !== null) {
    throw new RampartError('refused', `a comparison of ${prompt} is running: ${wordArms(comparison)}`, {
      hint: `wait for its end, or end it: rampart compare stop ${shellWord(prompt)} --because "..."`,
    });
  }
  if (hasVersion(item.quarantined, version)) {
    throw new RampartError('refused', `version ${version} of ${prompt} was rolled back before`, {
      hint: `release it first: rampart release ${shellWord(prompt)} ${version}`,
    });
  }
  if (isProductionMoving(item)) {
    throw new RampartError('refused', `production of ${prompt} is still being moved`, {
      hint: `wait until it is seen where it should be: rampart status ${shellWord(prompt)}`,
    });
  }
  const candidate = await controller.langfuse.version(prompt, version);
  if (candidate === null)
    throw new RampartError('refused', `version ${version} of ${prompt} does not exist in Langfuse`);
  const { labels, problem } = await readLabels(controller, prompt, null);
  if (problem !== null) throw new RampartError('provider_unavailable', problem);
  if (typeof labels.production !== 'number') {
    throw new RampartError('refused', `no version of ${prompt} holds production, so there is nothing to compare with`, {
      hint: `give it its first: rampart promote ${shellWord(prompt)} --to VERSION --because "first version"`,
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
  const ended = withoutHandover(item.comparison, `version ${version} was started by ${by} instead`);
  const kept = keptBeside(rollout, ended);
  const next = nextItem(item, { rollout, stable: rollout.stable, comparison: kept, actions, by }, nowMs);
  return { next, said: `version ${version} started at ${rollout.stages[0]!.percent} %` };
}
