import type { ObjectStore } from '../src/core/ports';

/** What went through an object store since it was last reset. */
export interface Traffic {
  reads: number;
  readBytes: number;
  writes: number;
  writtenBytes: number;
}

/** An object store that counts. */
export function countingObjects(objects: ObjectStore): ObjectStore & { traffic: Traffic; reset: () => void } {
  const traffic: Traffic = { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0 };
  return {
    traffic,
    reset: () => void Object.assign(traffic, { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0 }),
    async put(prefix, bytes) {
      traffic.writes++;
      traffic.writtenBytes += bytes.length;
      return objects.put(prefix, bytes);
    },
    async get(name, range) {
      const bytes = await objects.get(name, range);
      traffic.reads++;
      traffic.readBytes += bytes.length;
      return bytes;
    },
  };
}
