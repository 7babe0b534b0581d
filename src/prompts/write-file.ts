import { chmodSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RampartError } from '../core/errors';

/** How a file is written. */
export interface WriteOptions {
  /** Of a file that is not there yet; one that is there keeps its own. */
  mode?: number;
  /** A file that is there is not replaced, but an error. */
  isNew?: boolean;
}

/**
 * Writes a file as a whole or not at all: a full disk neither empties what was there nor leaves half of what is new. Folders are
 * made as needed; a link stays one.
 * @throws RampartError `bad_input` with the path and what the system says
 */
export function writeWhole(path: string, text: string, { mode = 0o666, isNew = false }: WriteOptions = {}): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (isNew) create(path, text, mode);
    else replace(path, text, mode);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new RampartError('bad_input', `${path}: expected a file that can be written, got ${code ?? message}`, {
      cause,
    });
  }
}

function create(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { mode, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(path, { force: true });
    throw error;
  }
}

function replace(path: string, text: string, mode: number): void {
  const before = statSync(path, { throwIfNoEntry: false });
  const target = before === undefined ? path : realpathSync(path);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  create(temporary, text, mode);
  try {
    if (before !== undefined) chmodSync(temporary, before.mode);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
