import { RampartError } from '../../core/errors';
import type { ObjectStore } from '../../core/ports';
import { checkRange, contentName } from '../aws/content-name';

/* Promises: what the S3 store promises, in one process. Bytes are copied in and out. */

/** Immutable objects in memory. */
export function memoryObjectStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(prefix, bytes) {
      const name = contentName(prefix, bytes);
      if (!objects.has(name)) objects.set(name, Uint8Array.from(bytes));
      return name;
    },
    async get(name, range) {
      const bytes = objects.get(name);
      if (bytes === undefined) {
        throw new RampartError('not_found', `object ${name}: expected it in memory, got nothing`);
      }
      if (range === undefined) return Uint8Array.from(bytes);
      checkRange(name, range, bytes.length);
      return bytes.slice(range.offset, range.offset + range.length);
    },
  };
}
