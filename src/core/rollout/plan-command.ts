import { runningOf } from '../comparison/comparison';
import { planComparisonCommand, planNoHandover } from '../comparison/plan-command';
import type { Kept } from '../comparison/transitions';
import { clip, clipName } from '../item/item-size';
import type { PromptItem } from '../item/prompt-item';
import { hasVersion, removeVersion } from '../item/version-ranges';
import { rememberMissing, type LabelFacts } from './evidence';
import type { Action, Transition } from './plan';
import { planPromoteTo, planRollbackTo, refuse, type CommandPlan } from './plan-production';
import { isTerminal, type Rollout } from './rollout';
import { abort, factsOf, promote, rollBack } from './transitions';
import { shellWord } from '../shell-word';

/** What a person may ask for. `by` is who; `because` is why, in their words. */
export type Command =
  | { kind: 'start'; prompt: string; version: number; by: string; because: string }
  | { kind: 'pause' | 'resume' | 'abort'; prompt: string; by: string; because: string }
  | { kind: 'promote'; prompt: string; by: string; because: string; keepWatch: boolean; toVersion: number | null }
  | RollbackCommand
  | { kind: 'stop_comparison'; prompt: string; by: string; because: string }
  | { kind: 'release'; prompt: string; version: number; by: string; because: string };

export interface RollbackCommand {
  kind: 'rollback';
  prompt: string;
  by: string;
  because: string;
  toVersion: number | null;
  /** Set when an alarm asks, not a person: when it went off, ms. It then speaks of the running rollout only. */
  alarmedAtMs?: number;
}

/** Commands that need nothing but the item and the labels. `start` needs a policy and history: see the use case. */
export type ImmediateCommand = Exclude<Command, { kind: 'start' }>;

/**
 * Decides a person's command. Pure; the same rules on AWS, on one machine and in the demo.
 * @param kept what is known of a running comparison, kept if the command ends it
 */
export function planCommand(
  item: PromptItem,
  asked: ImmediateCommand,
  labels: LabelFacts,
  nowMs: number,
  kept: Kept = { result: [], journal: null },
): CommandPlan {
  const command = { ...asked, by: clipName(asked.by), because: clip(asked.because) };
  const running = item.rollout !== null && !isTerminal(item.rollout.phase) ? item.rollout : null;
  if (command.because.trim() === '' && (command.kind === 'promote' || command.kind === 'pause')) {
    return refuse(`${command.kind} needs a reason`, 'say why: --because "TEXT"');
  }
  const comparison = runningOf(item.comparison);
  if (command.kind === 'release') return planRelease(item, command.version, command);
  if (comparison !== null) return planComparisonCommand(item, comparison, command, { labels, kept, nowMs });
  if (command.kind === 'stop_comparison') return planNoHandover(item, command);
  if (command.kind === 'rollback' && command.alarmedAtMs === undefined && (!running || command.toVersion !== null)) {
    return planRollbackTo(item, running, command, labels, nowMs);
  }
  if (command.kind === 'promote' && command.toVersion !== null && command.toVersion !== running?.candidate) {
    return planPromoteTo(item, running, { ...command, toVersion: command.toVersion }, labels, nowMs);
  }
  if (running === null) {
    return refuse(`${command.prompt} has no running rollout`, `see: rampart status ${shellWord(command.prompt)}`);
  }
  switch (command.kind) {
    case 'pause':
      return planPause(running, command, nowMs);
    case 'resume':
      return planResume(running, command);
    case 'abort':
      return planAbort(running, command, rememberMissing(running, labels), nowMs);
    case 'promote':
      return planPromote(running, command, nowMs);
    case 'rollback':
      return planRollback(running, command, rememberMissing(running, labels), nowMs);
  }
}

function done({ next, stable, actions }: Transition, said: string): CommandPlan {
  return { ok: true, rollout: next, stable, actions, said };
}

function audit(rollout: Rollout, event: string, { because }: { because: string }): Action {
  return { kind: 'audit', event, detail: { ...factsOf(rollout), because } };
}

function planPause(rollout: Rollout, command: ImmediateCommand, nowMs: number): CommandPlan {
  if (rollout.pause !== null) return refuse(`the rollout is paused already, by ${rollout.pause.by}`, 'resume it first');
  const next = { ...rollout, pause: { by: command.by, because: command.because, atMs: nowMs } };
  const transition = { next, stable: rollout.stable, actions: [audit(rollout, 'paused', command)] };
  return done(transition, 'paused: it will not advance; harm still rolls it back');
}

function planResume(rollout: Rollout, command: ImmediateCommand): CommandPlan {
  if (rollout.pause === null) return refuse('the rollout is not paused', '');
  const next = { ...rollout, pause: null, hold: null, clocks: [] };
  return done({ next, stable: rollout.stable, actions: [audit(rollout, 'resumed', command)] }, 'resumed');
}

function planAbort(rollout: Rollout, command: ImmediateCommand, labels: LabelFacts, nowMs: number): CommandPlan {
  if (rollout.phase !== 'ramping') {
    return refuse('production has moved or is moving to the candidate already', 'use rollback instead of abort');
  }
  const stable = typeof labels.production === 'number' ? labels.production : rollout.stable;
  if (stable === rollout.stable && labels.stableExists === false) return refuseMissing(rollout);
  const cause = { code: 'by_hand', reason: command.because, by: command.by };
  return done(abort(rollout, cause, stable, nowMs), `aborted: everyone gets version ${stable}`);
}

function planPromote(
  rollout: Rollout,
  command: Extract<ImmediateCommand, { kind: 'promote' }>,
  nowMs: number,
): CommandPlan {
  if (rollout.phase !== 'ramping') return refuse('the candidate is being promoted already', '');
  const { by, because, keepWatch } = command;
  const byHand: Rollout = { ...rollout, pause: null, promotedByHand: { by, because, keepWatch, atMs: nowMs } };
  const said = keepWatch
    ? 'promoted by hand; harm in the watch still rolls it back'
    : 'promoted by hand; from now on verdicts alert but do not roll back';
  return done(promote(byHand, { by, because, keepWatch }, nowMs), said);
}

function planRollback(rollout: Rollout, command: RollbackCommand, labels: LabelFacts, nowMs: number): CommandPlan {
  const { alarmedAtMs } = command;
  if (alarmedAtMs !== undefined && alarmedAtMs < rollout.startedAtMs) {
    return refuse('the alarm was on before the rollout began', '');
  }
  if (alarmedAtMs !== undefined && rollout.promotedByHand !== null && !rollout.promotedByHand.keepWatch) {
    return refuse('a person promoted it; nothing is rolled back by itself from then on', '');
  }
  if (labels.stableExists === false) return refuseMissing(rollout);
  const code = alarmedAtMs === undefined ? 'by_hand' : 'alarm';
  const cause = { code, reason: command.because, guardrail: null, by: command.by };
  const transition = rollBack(rollout, cause, labels, nowMs);
  return done(transition, `rolled back to version ${transition.stable}`);
}

function refuseMissing({ stable, prompt }: Rollout): CommandPlan {
  return refuse(
    `version ${stable} of ${prompt} no longer exists in Langfuse`,
    `name a version to go back to: rampart rollback ${shellWord(prompt)} --to VERSION`,
  );
}

function planRelease(item: PromptItem, version: number, command: ImmediateCommand): CommandPlan {
  if (!hasVersion(item.usedVersions, version) && !hasVersion(item.quarantined, version)) {
    return refuse(`version ${version} of ${item.prompt} is neither quarantined nor used`, '');
  }
  if (runningOf(item.comparison)?.arms.some((arm) => arm.version === version)) {
    return refuse(
      `version ${version} is in the running comparison`,
      `see: rampart compare show ${shellWord(item.prompt)}`,
    );
  }
  if (item.rollout?.candidate === version && !isTerminal(item.rollout.phase)) {
    return refuse(`version ${version} is being rolled out now`, '');
  }
  return {
    ok: true,
    rollout: item.rollout,
    stable: item.assignment.stable,
    actions: [{ kind: 'audit', event: 'released', detail: { version, by: command.by, because: command.because } }],
    usedVersions: removeVersion(item.usedVersions, version),
    quarantined: removeVersion(item.quarantined, version),
    said: `version ${version} may be rolled out again`,
  };
}
