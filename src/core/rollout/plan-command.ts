import { addVersion, hasVersion, removeVersion } from '../item/version-ranges';
import type { PromptItem } from '../item/prompt-item';
import type { LabelFacts } from './evidence';
import { mayHaveMoved } from './plan-tick';
import { stableVersion, type Action } from './plan';
import { isTerminal, type Rollout } from './rollout';
import { abort, clip, factsOf, goal, promote, rollBack } from './transitions';

/** What a person may ask for. `by` is who; `because` is why, in their words. */
export type Command =
  | { kind: 'start'; prompt: string; version: number; by: string; because: string }
  | { kind: 'pause' | 'resume' | 'abort'; prompt: string; by: string; because: string }
  | { kind: 'promote'; prompt: string; by: string; because: string; keepWatch: boolean; toVersion: number | null }
  | { kind: 'rollback'; prompt: string; by: string; because: string; toVersion: number | null }
  | { kind: 'release'; prompt: string; version: number; by: string; because: string };

/** Commands that need nothing but the item and the labels. `start` needs a policy and history: see the use case. */
export type ImmediateCommand = Exclude<Command, { kind: 'start' }>;

export type CommandPlan =
  | { ok: false; problem: string; hint: string }
  | {
      ok: true;
      rollout: Rollout | null;
      stable: number | null;
      actions: readonly Action[];
      usedVersions?: PromptItem['usedVersions'];
      quarantined?: PromptItem['quarantined'];
      said: string;
    };

/** Decides a person's command. Pure; the same rules on AWS, on one machine and in the demo. */
export function planCommand(
  item: PromptItem,
  command: ImmediateCommand,
  labels: LabelFacts,
  nowMs: number,
): CommandPlan {
  const running = item.rollout !== null && !isTerminal(item.rollout.phase) ? item.rollout : null;
  if (command.because.trim() === '' && (command.kind === 'promote' || command.kind === 'pause')) {
    return refuse(`${command.kind} needs a reason`, 'say why: --because "TEXT"');
  }
  if (command.kind === 'release') return planRelease(item, command.version, command);
  if (command.kind === 'rollback' && (running === null || command.toVersion !== null)) {
    return planRollbackTo(item, running, command, labels, nowMs);
  }
  if (command.kind === 'promote' && command.toVersion !== null && command.toVersion !== running?.candidate) {
    return planPromoteTo(item, running, command.toVersion, command, labels, nowMs);
  }
  if (running === null) {
    return refuse(`${command.prompt} has no running rollout`, `see: rampart status ${command.prompt}`);
  }
  switch (command.kind) {
    case 'pause':
      return planPause(running, command, nowMs);
    case 'resume':
      return planResume(running, command);
    case 'abort':
      return planAbort(running, command, labels, nowMs);
    case 'promote':
      return planPromote(running, command, nowMs);
    case 'rollback': {
      if (labels.stableExists === false) {
        return refuse(
          `version ${running.stable} of ${command.prompt} no longer exists in Langfuse`,
          'name a version to go back to: --to VERSION',
        );
      }
      const cause = { code: causeOf(command.by), reason: clip(command.because), guardrail: null, by: command.by };
      const { next, actions } = rollBack(running, cause, mayHaveMoved(running, { labels }), nowMs);
      return done(next, actions, `rolled back to version ${running.stable}`);
    }
  }
}

function causeOf(by: string): string {
  return by.startsWith('alarm:') ? 'alarm' : 'by_hand';
}

function refuse(problem: string, hint: string): CommandPlan {
  return { ok: false, problem, hint };
}

function done(rollout: Rollout, actions: readonly Action[], said: string): CommandPlan {
  return { ok: true, rollout, stable: stableVersion(rollout), actions, said };
}

function audit(rollout: Rollout, event: string, { because }: { because: string }): Action {
  return { kind: 'audit', event, detail: { ...factsOf(rollout), because: clip(because) } };
}

function planPause(rollout: Rollout, command: ImmediateCommand, nowMs: number): CommandPlan {
  if (rollout.pause !== null) return refuse(`the rollout is paused already, by ${rollout.pause.by}`, 'resume it first');
  const next = { ...rollout, pause: { by: command.by, because: clip(command.because), atMs: nowMs } };
  return done(next, [audit(rollout, 'paused', command)], 'paused: it will not advance; harm still rolls it back');
}

function planResume(rollout: Rollout, command: ImmediateCommand): CommandPlan {
  if (rollout.pause === null) return refuse('the rollout is not paused', '');
  const next = { ...rollout, pause: null, hold: null };
  return done(next, [audit(rollout, 'resumed', command)], 'resumed');
}

function planAbort(rollout: Rollout, command: ImmediateCommand, labels: LabelFacts, nowMs: number): CommandPlan {
  if (rollout.phase !== 'ramping') {
    return refuse('production has moved or is moving to the candidate already', 'use rollback instead of abort');
  }
  const cause = { code: 'by_hand', reason: clip(command.because), by: command.by };
  const { next, actions } = abort(rollout, cause, nowMs);
  const stable = typeof labels.production === 'number' ? labels.production : rollout.stable;
  return { ok: true, rollout: next, stable, actions, said: 'aborted: everyone gets the stable version' };
}

function planPromote(
  rollout: Rollout,
  command: Extract<ImmediateCommand, { kind: 'promote' }>,
  nowMs: number,
): CommandPlan {
  if (rollout.phase !== 'ramping') return refuse('the candidate is being promoted already', '');
  const { by, because, keepWatch } = command;
  const byHand: Rollout = {
    ...rollout,
    pause: null,
    promotedByHand: { by, because: clip(because), keepWatch, atMs: nowMs },
  };
  const { next, actions } = promote(byHand, { by, because: clip(because), keepWatch }, nowMs);
  const said = keepWatch
    ? 'promoted by hand; harm in the watch still rolls it back'
    : 'promoted by hand; from now on verdicts alert but do not roll back';
  return done(next, actions, said);
}

/** Without a rollout: a person gives `production` to a version, for instance to a new prompt's first one. */
function planPromoteTo(
  item: PromptItem,
  running: Rollout | null,
  version: number,
  command: ImmediateCommand,
  labels: LabelFacts,
  nowMs: number,
): CommandPlan {
  if (running !== null) {
    return refuse(`version ${running.candidate} of ${item.prompt} is being rolled out`, 'abort or finish it first');
  }
  if (hasVersion(item.quarantined, version)) {
    return refuse(
      `version ${version} was rolled back before`,
      `release it first: rampart release ${item.prompt} ${version}`,
    );
  }
  const from = typeof labels.production === 'number' ? labels.production : null;
  const detail = { to: version, from, by: command.by, because: clip(command.because) };
  return {
    ok: true,
    rollout: item.rollout && { ...item.rollout, verification: goal(version, from, nowMs) },
    stable: version,
    actions: [
      { kind: 'label', label: 'production', version },
      { kind: 'audit', event: 'promoted_to', detail },
    ],
    usedVersions: addVersion(item.usedVersions, version),
    said: `production goes to version ${version}`,
  };
}

/** Rollback to a given version, or of the version that was promoted last, with or without a running rollout. */
function planRollbackTo(
  item: PromptItem,
  running: Rollout | null,
  command: Extract<ImmediateCommand, { kind: 'rollback' }>,
  labels: LabelFacts,
  nowMs: number,
): CommandPlan {
  const last = item.rollout;
  const target = command.toVersion ?? (last?.phase === 'promoted' ? last.stable : null);
  if (target === null) return refuse(`${item.prompt} has no running rollout`, 'name the version: --to VERSION');
  if (hasVersion(item.quarantined, target)) {
    return refuse(
      `version ${target} was rolled back before`,
      `release it first: rampart release ${item.prompt} ${target}`,
    );
  }
  const cause = { code: causeOf(command.by), reason: clip(command.because), guardrail: null, by: command.by };
  const ended = running === null ? null : rollBack(running, cause, false, nowMs);
  const left = ended === null && typeof labels.production === 'number' ? labels.production : null;
  const detail = { to: target, from: left, by: command.by, because: clip(command.because) };
  const actions: Action[] = [{ kind: 'label', label: 'production', version: target }, ...(ended?.actions ?? [])];
  if (ended === null) {
    actions.push({ kind: 'audit', event: 'rolled_back_to', detail });
    actions.push({ kind: 'alert', alert: 'rolled_back_to', severity: 'warning', detail });
    if (left !== null && left !== target) actions.push({ kind: 'quarantine', version: left });
  }
  const base = ended?.next ?? last;
  const from = typeof labels.production === 'number' ? labels.production : null;
  const rollout = base && { ...base, verification: goal(target, from, nowMs) };
  return { ok: true, rollout, stable: target, actions, said: `production goes to version ${target}` };
}

function planRelease(item: PromptItem, version: number, command: ImmediateCommand): CommandPlan {
  if (!hasVersion(item.usedVersions, version) && !hasVersion(item.quarantined, version)) {
    return refuse(`version ${version} of ${item.prompt} is neither quarantined nor used`, '');
  }
  if (item.rollout?.candidate === version && !isTerminal(item.rollout.phase)) {
    return refuse(`version ${version} is being rolled out now`, '');
  }
  return {
    ok: true,
    rollout: item.rollout,
    stable: item.assignment.stable,
    actions: [
      { kind: 'audit', event: 'released', detail: { version, by: command.by, because: clip(command.because) } },
    ],
    usedVersions: removeVersion(item.usedVersions, version),
    quarantined: removeVersion(item.quarantined, version),
    said: `version ${version} may be rolled out again`,
  };
}
