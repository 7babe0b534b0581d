import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RampartError } from '../../core/errors';
import type { ObjectStore } from '../../core/ports';
import { type ByteRange, checkRange, contentName } from '../aws/content-name';
import { hasCode, writeAtomically } from './atomic-file';
import { relativePath } from './file-names';

/* Promises: what the S3 store promises; an object is on the disk when `put` resolves, under `objects/PREFIX/HASH`. */

/** Immutable objects in a folder. */
export function folderObjectStore(options: { folder: string }): ObjectStore {
  const pathOf = (name: string) => join(options.folder, 'objects', ...relativePath(name));
  return {
    async put(prefix, bytes) {
      const name = contentName(prefix, bytes);
      await writeAtomically(pathOf(name), bytes);
      return name;
    },
    async get(name, range) {
      try {
        return range === undefined ? await readFile(pathOf(name)) : await readRange(pathOf(name), name, range);
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error;
        throw new RampartError('not_found', `object ${name}: expected it in ${options.folder}, got nothing`);
      }
    },
  };
}

async function readRange(path: string, name: string, range: ByteRange): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    checkRange(name, range, (await file.stat()).size);
    return await readFully(file, range);
  } finally {
    await file.close();
  }
}

/** One read may return less than it was asked for. */
async function readFully(file: FileHandle, range: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.length);
  for (let read = 0; read < range.length;) {
    const { bytesRead } = await file.read(bytes, read, range.length - read, range.offset + read);
    if (bytesRead === 0) throw new Error(`file ended ${range.length - read} bytes early while it was read`);
    read += bytesRead;
  }
  return bytes;
}
