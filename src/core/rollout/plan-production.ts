import type { Comparison } from '../comparison/comparison';
import type { PromptItem } from '../item/prompt-item';
import { addVersion, hasVersion } from '../item/version-ranges';
import type { LabelFacts } from './evidence';
import type { Action } from './plan';
import type { Rollout } from './rollout';
import { goal, moveProduction, rollBack } from './transitions';
import { shellWord } from '../shell-word';

/** What a command does, or why it cannot be done and what would help. */
export type CommandPlan =
  | { ok: false; problem: string; hint: string }
  | {
      ok: true;
      rollout: Rollout | null;
      stable: number | null;
      actions: readonly Action[];
      /** Absent = as it was. */
      comparison?: Comparison | null;
      about?: string;
      usedVersions?: PromptItem['usedVersions'];
      quarantined?: PromptItem['quarantined'];
      said: string;
    };

/** A person names the version that `production` is to be on. */
interface Wish {
  by: string;
  because: string;
}

/** The answer to a command that makes no sense now. */
export function refuse(problem: string, hint: string): CommandPlan {
  return { ok: false, problem, hint };
}

/** Without a rollout: a person gives `production` to a version, for instance to a new prompt's first one. */
export function planPromoteTo(
  item: PromptItem,
  running: Rollout | null,
  { toVersion, by, because }: Wish & { toVersion: number },
  labels: LabelFacts,
  nowMs: number,
): CommandPlan {
  if (running !== null) {
    return refuse(`version ${running.candidate} of ${item.prompt} is being rolled out`, 'abort or finish it first');
  }
  if (hasVersion(item.quarantined, toVersion)) return refuseQuarantined(item, toVersion);
  if (labels.production === 'unknown') return refuseUnknown(item);
  if (labels.production === toVersion) return refuse(`version ${toVersion} is in production already`, '');
  const from = labels.production;
  return {
    ok: true,
    rollout: withGoal(item.rollout, 'promotion', toVersion, from, nowMs),
    stable: toVersion,
    actions: [
      moveProduction(toVersion),
      { kind: 'audit', event: 'promoted_to', detail: { to: toVersion, from, by, because } },
    ],
    usedVersions: addVersion(item.usedVersions, toVersion),
    said: `production goes to version ${toVersion}`,
  };
}

/** Rollback to a given version, or of the version that was promoted last, with or without a running rollout. */
export function planRollbackTo(
  item: PromptItem,
  running: Rollout | null,
  wish: Wish & { toVersion: number | null },
  labels: LabelFacts,
  nowMs: number,
): CommandPlan {
  const target = targetOf(item, wish.toVersion, labels);
  if (typeof target !== 'number') return target;
  const { production } = labels;
  if (hasVersion(item.quarantined, target)) return refuseQuarantined(item, target);
  const said = `production goes to version ${target}`;
  if (running !== null) {
    if (production === 'unknown') return refuseUnknown(item);
    if (target === running.candidate) return refuse(`version ${target} is the one that is being rolled out`, '');
    const cause = { code: 'by_hand', reason: wish.because, guardrail: null, by: wish.by };
    const { next, stable, actions } = rollBack(running, cause, labels, nowMs, target);
    return { ok: true, rollout: next, stable, actions, said };
  }
  if (production === target) return refuse(`version ${target} is in production already`, '');
  const left = production === 'unknown' ? (item.rollout?.candidate ?? null) : production;
  const detail = { to: target, from: left, by: wish.by, because: wish.because };
  const quarantine: Action[] = left === null ? [] : [{ kind: 'quarantine', version: left }];
  return {
    ok: true,
    rollout: withGoal(item.rollout, 'rollback', target, left, nowMs),
    stable: target,
    actions: [
      moveProduction(target),
      ...quarantine,
      { kind: 'audit', event: 'rolled_back_to', detail },
      { kind: 'alert', alert: 'rolled_back_to', severity: 'warning', detail },
    ],
    ...(left === null ? {} : { usedVersions: addVersion(item.usedVersions, left) }),
    said,
  };
}

/** The version named; else the one that the last promotion replaced, while what it promoted is still in production. */
function targetOf(item: PromptItem, named: number | null, labels: LabelFacts): number | CommandPlan {
  if (named !== null) return labels.production === 'unknown' ? refuseUnknown(item) : named;
  const last = item.rollout;
  const isLastPromotion =
    last?.phase === 'promoted' && (labels.production === 'unknown' || labels.production === last.candidate);
  if (!isLastPromotion) return refuse(`${item.prompt} has no running rollout`, 'name the version: --to VERSION');
  if (labels.stableExists !== false) return last.stable;
  return refuse(`version ${last.stable} of ${item.prompt} no longer exists in Langfuse`, 'name another: --to VERSION');
}

function withGoal(
  rollout: Rollout | null,
  of: 'promotion' | 'rollback',
  production: number,
  from: number | null,
  nowMs: number,
): Rollout | null {
  return rollout && { ...rollout, verification: goal(of, { production, from }, nowMs) };
}

function refuseQuarantined({ prompt }: PromptItem, version: number): CommandPlan {
  return refuse(
    `version ${version} was rolled back before`,
    `release it first: rampart release ${shellWord(prompt)} ${version}`,
  );
}

function refuseUnknown({ prompt }: PromptItem): CommandPlan {
  return refuse(`Langfuse does not say which version of ${prompt} is in production`, 'try again when it answers');
}
