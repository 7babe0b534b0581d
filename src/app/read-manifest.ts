import type { Manifest } from '../core/evidence/manifest';
import type { PromptItem } from '../core/item/prompt-item';
import type { Controller } from './controller';

/** The manifest an item points to; null before the first reading. */
export async function readManifest(
  { objects }: Pick<Controller, 'objects'>,
  item: PromptItem,
): Promise<Manifest | null> {
  if (item.manifest === null) return null;
  return JSON.parse(new TextDecoder().decode(await objects.get(item.manifest))) as Manifest;
}
