import type { Packing } from './pack-records';
import {
  byteSource,
  isTextAt,
  putText,
  reserve,
  skipText,
  takeText,
  type ByteSink,
  type ByteSource,
} from './packed-values';

/*
 * An entry is a key with its packed record, in memory between batches and in the snapshot's pages alike: length of what
 * follows (32 bits), hash of the key (32 bits), key, record. Entries are copied as they are, never unpacked to be moved.
 */

const HEAD_BYTES = 8;

/** Bytes that hold entries. */
export type EntryBytes = Pick<ByteSource, 'bytes' | 'view'>;

/** Where an entry is. */
export interface Entry {
  hash: number;
  within: EntryBytes;
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

/**
 * Adds an entry.
 * @param hash of the key
 */
export function putEntry<Record>(
  sink: ByteSink,
  key: string,
  hash: number,
  record: Record,
  packing: Packing<Record>,
): void {
  const start = sink.length;
  reserve(sink, HEAD_BYTES);
  sink.length += HEAD_BYTES;
  putText(sink, key);
  packing.pack(sink, record);
  sink.view.setUint32(start, sink.length - start - 4, true);
  sink.view.setUint32(start + 4, hash, true);
}

/** The entry that begins at a place. */
export function entryAt(within: EntryBytes, at: number): Entry {
  const end = at + 4 + within.view.getUint32(at, true);
  return { hash: within.view.getUint32(at + 4, true), within, at, end };
}

/** The entries that follow one another from `at` to the end of the bytes. */
export function entriesFrom(bytes: Uint8Array, at: number): Entry[] {
  const within = byteSource(bytes);
  const entries: Entry[] = [];
  for (let start = at; start < bytes.length;) {
    const entry = entryAt(within, start);
    entries.push(entry);
    start = entry.end;
  }
  return entries;
}

export function keyOf({ within, at }: Entry): string {
  return takeText({ ...within, at: at + HEAD_BYTES });
}

/** Whether an entry is the key's. */
export function isOfKey({ within, at }: Pick<Entry, 'within' | 'at'>, key: string): boolean {
  return isTextAt(within.bytes, at + HEAD_BYTES, key);
}

/** An entry's record, ready to unpack. */
export function recordOf({ within: { bytes, view }, at }: Pick<Entry, 'within' | 'at'>): ByteSource {
  const source = { bytes, view, at: at + HEAD_BYTES };
  skipText(source);
  return source;
}
