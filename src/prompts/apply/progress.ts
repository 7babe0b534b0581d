import type { Action, PromptPlan } from '../plan/plan';
import type { RemoteFacts, RemoteVersion } from '../remote/remote-prompt';

/** How far a prompt's actions are carried out already; `changed`: somebody else was there, in words. */
export type Progress = { done: ReadonlyMap<string, number | null> } | { changed: string };

type Create = Extract<Action, { kind: 'create_version' }>;

/**
 * Compares Langfuse with what a prompt's plan was made from. The one difference that is no change by somebody else is what
 * an earlier, interrupted run of the same plan has done: the versions it made, known by content and commit message, and the
 * labels and tags it gave.
 * @param made versions that the plan did not see, ascending
 * @returns per action that is carried out, the version that it made or labelled; null = of no one version
 */
export function progressOf(plan: PromptPlan, now: RemoteFacts | null, made: readonly RemoteVersion[]): Progress {
  const creates = plan.actions.filter((action) => action.kind === 'create_version');
  const done = new Map<string, number | null>();
  for (const [index, version] of made.entries()) {
    const create = creates[index];
    if (create === undefined || !isMadeBy(version, create)) return { changed: `version ${version.version} is new` };
    done.set(create.id, version.version);
  }
  if (now === null) return plan.seen === null ? { done } : { changed: 'it is no longer there' };
  for (const action of plan.actions) {
    if (action.kind === 'move_label' && isOnlyOn(now, action.label, action.version))
      done.set(action.id, action.version);
    if (action.kind === 'rewrite_tags' && isSame(now.tags, action.to)) done.set(action.id, null);
  }
  const changed = differenceBeyond(plan, now, made, done);
  return changed === null ? { done } : { changed };
}

/** True when the version is what the action makes. */
export function isMadeBy(version: RemoteVersion, create: Create): boolean {
  return version.hash === create.hash && version.commitMessage === create.commitMessage;
}

function differenceBeyond(
  plan: PromptPlan,
  now: RemoteFacts,
  made: readonly RemoteVersion[],
  done: ReadonlyMap<string, number | null>,
): string | null {
  const { seen } = plan;
  const madeVersions = made.map(({ version }) => version);
  const others = now.versions.filter((version) => !madeVersions.includes(version));
  if (!isSame(others, seen?.versions ?? [])) {
    return `its versions were ${shown(seen?.versions ?? [])} and are ${shown(others)}`;
  }
  if (seen === null) return null;
  const tagGoals = plan.actions.flatMap((action) => (action.kind === 'rewrite_tags' ? [action.to] : []));
  if (![seen.tags, ...tagGoals].some((tags) => isSame(now.tags, tags))) {
    return `its tags were ${shown(seen.tags)} and are ${shown(now.tags)}`;
  }
  for (const [label, before] of Object.entries(seen.holders)) {
    const after = now.holders[label] ?? [];
    if (isSame(before, after) || isGiven(plan, done, label, after)) continue;
    return `label ${label} was on ${versionsShown(before)} and is on ${versionsShown(after)}`;
  }
  if (done.size > 0) return null;
  if (!isSame(now.labels, seen.labels)) return `its labels were ${shown(seen.labels)} and are ${shown(now.labels)}`;
  return now.updatedAtMs === seen.updatedAtMs ? null : 'something of it was edited';
}

/** The label is where an action that is carried out has put it. */
function isGiven(
  plan: PromptPlan,
  done: ReadonlyMap<string, number | null>,
  label: string,
  after: readonly number[],
): boolean {
  return plan.actions.some((action) => {
    const version = done.get(action.id);
    if (typeof version !== 'number' || after.length !== 1 || after[0] !== version) return false;
    if (action.kind === 'move_label') return action.label === label;
    return action.kind === 'create_version' && action.labels.some((given) => given.label === label);
  });
}

function isOnlyOn({ holders }: RemoteFacts, label: string, version: number): boolean {
  const on = holders[label] ?? [];
  return on.length === 1 && on[0] === version;
}

function isSame(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function shown(items: readonly (string | number)[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}

function versionsShown(versions: readonly number[]): string {
  return versions.length === 0 ? 'no version' : `version ${versions.join(' and ')}`;
}
