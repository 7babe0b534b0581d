import type { PromptItem } from '../core/item/prompt-item';
import type { Rollout } from '../core/rollout/rollout';
import type { Controller } from './controller';
import { readEvents } from './report/read-events';
import { archivedRollout } from './rollout-archive';

/**
 * The rollouts of a prompt that began since a time, running or ended: the item's, and those that were kept when another one
 * followed.
 */
export async function pastRollouts(
  state: Pick<Controller, 'store' | 'documents'>,
  item: PromptItem,
  sinceMs: number,
): Promise<Rollout[]> {
  const events = await readEvents(state.store, item, sinceMs);
  const started = events.filter(({ kind, atMs }) => kind === 'started' && atMs >= sinceMs);
  const ids = new Set(started.flatMap(({ rolloutId }) => (rolloutId === null ? [] : [rolloutId])));
  const rollouts: Rollout[] = [];
  for (const id of ids) {
    const rollout = item.rollout?.id === id ? item.rollout : (await archivedRollout(state, id))?.rollout;
    if (rollout !== undefined) rollouts.push(rollout);
  }
  return rollouts.sort((a, b) => a.startedAtMs - b.startedAtMs);
}
