import type { PromptItem } from '../core/item/prompt-item';
import type { Rollout } from '../core/rollout/rollout';
import type { Controller } from './controller';
import { readManifest } from './stored-manifest';

/** A rollout with the newest object of its journal. */
export interface JournaledRollout {
  rollout: Rollout;
  /** null = no tick has looked at it. */
  journal: string | null;
}

/**
 * Keeps the rollout that an item holds, so that it can be explained and replayed after the next one has taken its place. To be
 * called before the write that starts the next one; repeating it is harmless.
 */
export async function archiveRollout(
  state: Pick<Controller, 'objects' | 'documents'>,
  item: PromptItem,
): Promise<void> {
  const kept = await newestRollout(state, item);
  if (kept === null) return;
  await state.documents.putDocument(documentName(kept.rollout.id), JSON.stringify({ schema: 1, ...kept }), {
    contentType: 'application/json',
    ifAbsent: false,
  });
}

/** The rollout of an item with its journal; null when the prompt never had one. */
export async function newestRollout(
  state: Pick<Controller, 'objects' | 'documents'>,
  item: PromptItem,
): Promise<JournaledRollout | null> {
  const { rollout } = item;
  if (rollout === null) return null;
  const evidence = (await readManifest(state, item))?.experiment;
  if (evidence?.experimentId === rollout.id) return { rollout, journal: evidence.journal };
  // A comparison has taken the place of its evidence since; its journal was kept before.
  return { rollout, journal: (await archivedRollout(state, rollout.id))?.journal ?? null };
}

/** A rollout that another one followed; null when none of that id was kept. */
export async function archivedRollout(
  { documents }: Pick<Controller, 'documents'>,
  rolloutId: string,
): Promise<JournaledRollout | null> {
  const text = await documents.getDocument(documentName(rolloutId));
  return text === null ? null : (JSON.parse(text) as JournaledRollout);
}

function documentName(rolloutId: string): string {
  return `rollouts/${rolloutId}.json`;
}
