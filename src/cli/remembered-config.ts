import { join, resolve } from 'node:path';
import * as z from 'zod';
import { readIfPresent, writeAtomically } from '../adapters/local/atomic-file';
import { parseStored } from '../adapters/aws/stored-item';
import { RampartError } from '../core/errors';
import type { Io } from './io';

/*
 * A state folder remembers the configuration file it was run with, so that a command or a run that does not name one does
 * not silently go on with another policy.
 */

const shape = z.object({ configFile: z.string().nullable() });

/** The configuration file of a folder: the one given, else the one of the last run; null = none. */
export async function configFileOf(folder: string, given: string | undefined, io: Io): Promise<string | null> {
  if (given !== undefined) return resolve(io.cwd, given);
  const path = join(folder, 'run.json');
  const text = await readIfPresent(path);
  if (text === null) return null;
  const parsed = shape.safeParse(parseStored(path, text));
  if (parsed.success) return parsed.data.configFile;
  throw new RampartError('bad_input', `${path}: expected {"configFile"}, got something else`, {
    hint: 'name the file with --config FILE',
  });
}

/** Remembers it, and keeps the folder (which holds a key) out of git. */
export async function rememberConfig(folder: string, configFile: string | null): Promise<void> {
  await writeAtomically(join(folder, '.gitignore'), '*\n');
  await writeAtomically(join(folder, 'run.json'), `${JSON.stringify({ configFile })}\n`);
}
