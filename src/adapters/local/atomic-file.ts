import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/*
 * Files that are there as a whole or not at all, whenever the process is killed: written under a temporary name, forced
 * to the disk, renamed, and the rename forced to the disk. Temporary names start with a dot and end in `.tmp`; one that a
 * kill left behind is never read.
 */

/** What a file may be read by: everyone the system's mask lets, or its owner only. */
export const SHARED_FILE = 0o666;
export const PRIVATE_FILE = 0o600;

/** Writes or replaces a file; folders are made as needed. */
export async function writeAtomically(path: string, data: string | Uint8Array, mode = SHARED_FILE): Promise<void> {
  const temporary = await writeTemporary(path, data, mode);
  await orRemove(temporary, rename(temporary, path));
  await syncFolder(dirname(path));
}

/**
 * Writes a file that is not there yet; of many writers exactly one succeeds.
 * @returns false when it was there
 */
export async function createAtomically(path: string, data: string | Uint8Array, mode = SHARED_FILE): Promise<boolean> {
  const temporary = await writeTemporary(path, data, mode);
  try {
    await link(temporary, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(dirname(path));
  return true;
}

/** The text of a file; null when there is none. */
export async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Names of a folder's finished files with an ending, without it; none when there is no folder. */
export async function namesIn(folder: string, ending: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => !name.startsWith('.') && name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** True for an error of the file system with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === code;
}

async function writeTemporary(path: string, data: string | Uint8Array, mode: number): Promise<string> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  const file = await open(temporary, 'wx', mode);
  const write = async (): Promise<void> => {
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
  };
  await orRemove(temporary, write().catch(naming(path)));
  return temporary;
}

/** What cannot be finished leaves nothing behind: a full disk would fill up with it. */
async function orRemove(temporary: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** The system does not say which file there is no space for. */
function naming(path: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error) error.message += ` '${path}'`;
    throw error;
  };
}

/** Folders that are made are forced to the disk too, each in the one above it. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Windows cannot open folders; there the rename is as durable as the system makes it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
