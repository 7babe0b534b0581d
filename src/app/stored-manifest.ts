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

/** Stores a manifest; it is current once the prompt's item names it. */
export function putManifest({ objects }: Pick<Controller, 'objects'>, manifest: Manifest): Promise<string> {
  return objects.put('manifest', new TextEncoder().encode(JSON.stringify(manifest)));
}
