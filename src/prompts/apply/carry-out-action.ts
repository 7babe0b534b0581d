import { RampartError } from '../../core/errors';
import type { PromptSync } from '../../core/ports';
import type { Action } from '../plan/plan';
import type { Politeness } from '../remote/polite-sync';
import { createOnce } from './create-once';

/**
 * Does what an action says, and reads back that it is so.
 * @param newest highest version of the prompt before; 0 = none
 * @returns the version that was made or labelled; null for what is of no one version
 * @throws RampartError `refused` when somebody else was there at the same time
 */
export async function carryOutAction(
  sync: PromptSync,
  prompt: string,
  action: Action,
  newest: number,
  politeness: Politeness,
): Promise<number | null> {
  switch (action.kind) {
    case 'create_version': {
      const version = await createOnce(sync, prompt, action, newest, politeness);
      for (const { label } of action.labels) await mustHold(sync, prompt, label, version);
      return version;
    }
    case 'rewrite_tags':
      await mustHaveTags(sync, prompt, action.to);
      return null;
    case 'move_label':
      await sync.moveLabel(prompt, action.version, action.label);
      await mustHold(sync, prompt, action.label, action.version);
      return action.version;
  }
}

async function mustHold(sync: PromptSync, prompt: string, label: string, version: number): Promise<void> {
  const holders = await sync.labelHolders(prompt, label);
  if (holders.length === 1 && holders[0] === version) return;
  const on = holders.length === 0 ? 'no version' : `version ${holders.join(' and ')}`;
  throw new RampartError('refused', `label ${label} of ${prompt}: expected on version ${version}, is on ${on}`, {
    hint: 'Somebody else moved it at the same time. Look at it in Langfuse, then plan again.',
  });
}

/** They were sent together with the new version. */
async function mustHaveTags(sync: PromptSync, prompt: string, tags: readonly string[]): Promise<void> {
  const now = (await sync.listPrompt(prompt))?.tags.toSorted() ?? [];
  if (JSON.stringify(now) === JSON.stringify(tags)) return;
  throw new RampartError('refused', `tags of ${prompt}: expected ${tags.join(', ')}, got ${now.join(', ')}`, {
    hint: 'Somebody else changed them at the same time. Plan again.',
  });
}
