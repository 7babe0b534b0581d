import type { PromptSync } from '../../core/ports';
import type { PromptPlan } from '../plan/plan';
import { factsOfListed, remoteVersion, type RemoteFacts, type RemoteVersion } from '../remote/remote-prompt';
import { progressOf, type Progress } from './progress';

/**
 * Reads what a prompt's plan rests on again: one request for the list's entry, one for each label that matters and is held,
 * one for each version that is new.
 */
export async function readProgress(sync: PromptSync, plan: PromptPlan): Promise<Progress> {
  const { prompt, seen } = plan;
  const listed = await sync.listPrompt(prompt);
  if (listed === null) return progressOf(plan, null, []);
  const labels = Object.keys(seen?.holders ?? {});
  const [holders, made] = await Promise.all([
    Promise.all(
      labels.map(
        async (label) => [label, listed.labels.includes(label) ? await sync.labelHolders(prompt, label) : []] as const,
      ),
    ),
    readMade(
      sync,
      prompt,
      listed.versions.filter((version) => version > (seen?.versions.at(-1) ?? 0)),
    ),
  ]);
  const facts: RemoteFacts = factsOfListed(listed, Object.fromEntries(holders));
  return progressOf(plan, facts, made);
}

/** The versions with these numbers; one that is deleted meanwhile is left out. */
export async function readMade(
  sync: PromptSync,
  prompt: string,
  versions: readonly number[],
): Promise<RemoteVersion[]> {
  const read = await Promise.all(versions.map((version) => sync.wholeVersion(prompt, version)));
  return read.flatMap((version) => (version === null ? [] : [remoteVersion(version)]));
}
