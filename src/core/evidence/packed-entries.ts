import type { Packing } from './pack-records';
import {
  byteSink,
  byteSource,
  putText,
  reserve,
  skipText,
  takeText,
  written,
  type ByteSink,
  type ByteSource,
} from './packed-values';

/*
 * An entry is a key with its packed record, in memory between batches and in the snapshot's pages alike: length of what
 * follows (32 bits), hash of the key (32 bits), key, record. Entries are copied as they are, never unpacked to be moved.
 */

const HEAD_BYTES = 8;

/** Where an entry is. */
export interface Entry {
  hash: number;
  bytes: Uint8Array;
  /** The entry is bytes [at, end). */
  at: number;
  end: number;
}

/** FNV-1a over UTF-16 code units with a final mix: only spreads keys over pages, so any stable hash will do. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Adds an entry. */
export function putEntry<Record>(sink: ByteSink, key: string, record: Record, packing: Packing<Record>): void {
  const start = sink.length;
  reserve(sink, HEAD_BYTES);
  sink.length += HEAD_BYTES;
  putText(sink, key);
  packing.pack(sink, record);
  sink.view.setUint32(start, sink.length - start - 4, true);
  sink.view.setUint32(start + 4, hashOf(key), true);
}

/** The entries that follow one another from `at` to the end of the bytes. */
export function entriesFrom(bytes: Uint8Array, at: number): Entry[] {
  const { view } = byteSource(bytes);
  const entries: Entry[] = [];
  for (let start = at; start < bytes.length;) {
    const end = start + 4 + view.getUint32(start, true);
    entries.push({ hash: view.getUint32(start + 4, true), bytes, at: start, end });
    start = end;
  }
  return entries;
}

export function keyOf({ bytes, at }: Entry): string {
  return takeText(byteSource(bytes, at + HEAD_BYTES));
}

/** An entry's record, ready to unpack. */
export function recordOf({ bytes, at }: Entry): ByteSource {
  const source = byteSource(bytes, at + HEAD_BYTES);
  skipText(source);
  return source;
}

/** Whether two entries have the same key. */
export function isSameKey(a: Entry, b: Entry): boolean {
  return a.hash === b.hash && keyOf(a) === keyOf(b);
}

/** Entries by key, the newest of each: packed, they take a fraction of the memory and cost the garbage collector nothing. */
export interface HeldEntries {
  chunks: Uint8Array[];
  /** Bytes used of the last chunk. */
  used: number;
  /** Where each key's newest entry is: chunk and offset. */
  places: Map<string, number>;
  scratch: ByteSink;
}

/** Small enough that a tick with little to read takes little memory. */
const CHUNK_BYTES = 2 ** 18;

export function heldEntries(): HeldEntries {
  return { chunks: [], used: 0, places: new Map(), scratch: byteSink(1024) };
}

/** Holds a record, in the place of an older one of the same key. */
export function hold<Record>(held: HeldEntries, key: string, record: Record, packing: Packing<Record>): void {
  const { scratch } = held;
  scratch.length = 0;
  putEntry(scratch, key, record, packing);
  let chunk = held.chunks.at(-1);
  if (chunk === undefined || held.used + scratch.length > chunk.length) {
    chunk = new Uint8Array(Math.max(CHUNK_BYTES, scratch.length));
    held.chunks.push(chunk);
    held.used = 0;
  }
  chunk.set(written(scratch), held.used);
  held.places.set(key, (held.chunks.length - 1) * CHUNK_BYTES + held.used);
  held.used += scratch.length;
}

/** The key's newest record, ready to unpack; null when none is held. */
export function heldRecord(held: HeldEntries, key: string): ByteSource | null {
  const place = held.places.get(key);
  return place === undefined ? null : recordOf(entryAt(held, place));
}

/** The newest entry of every key. */
export function allHeld(held: HeldEntries): Entry[] {
  return Array.from(held.places.values(), (place) => entryAt(held, place));
}

/** Lets go of everything. */
export function dropHeld(held: HeldEntries): void {
  held.chunks = [];
  held.used = 0;
  held.places.clear();
}

function entryAt({ chunks }: HeldEntries, place: number): Entry {
  const at = place % CHUNK_BYTES;
  const bytes = chunks[(place - at) / CHUNK_BYTES]!;
  const { view } = byteSource(bytes);
  return { hash: view.getUint32(at + 4, true), bytes, at, end: at + 4 + view.getUint32(at, true) };
}
