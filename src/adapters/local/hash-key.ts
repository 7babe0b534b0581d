import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { RampartError } from '../../core/errors';
import { createAtomically, PRIVATE_FILE, readIfPresent } from './atomic-file';

const SHORTEST = 16;

/**
 * The key that unit ids of a state folder are hashed with: made when it is first asked for, readable by its owner only.
 * Whoever loses it can no longer tell which units were seen before.
 * @throws RampartError `bad_input` when the file holds less than 16 characters
 */
export async function folderHashKey(folder: string): Promise<string> {
  const path = join(folder, 'hash-key');
  if ((await readIfPresent(path)) === null) {
    await createAtomically(path, `${randomBytes(32).toString('base64url')}\n`, PRIVATE_FILE);
  }
  const key = (await readIfPresent(path))?.trim() ?? '';
  if (key.length >= SHORTEST) return key;
  throw new RampartError('bad_input', `${path}: expected at least ${SHORTEST} characters, got ${key.length}`, {
    hint: 'restore it from a backup; another key would count every unit a second time',
  });
}
