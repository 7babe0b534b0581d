import type { Packing } from './pack-records';
import { entryAt, hashOf, isOfKey, putEntry, recordOf, type Entry } from './packed-entries';
import { byteSink, type ByteSink, type ByteSource } from './packed-values';

/**
 * Packed records by key, the newest of each. A large tick holds some hundred thousand of them between batches: as bytes with
 * a table of numbers they take a fraction of the memory of objects, and the garbage collector has nothing to look at.
 */
export interface HeldEntries {
  /** How many keys have a record. */
  count: number;
  /** Entries one after the other; newer ones of a key leave the older ones behind. */
  chunks: ByteSink[];
  /**
   * Open addressing with linear probing: a byte of the hash of each slot's key, never 0 (0 = empty), and the place of its
   * entry. A key that is not held is found missing by the bytes alone, which lie in the processor's cache.
   */
  tags: Uint8Array;
  places: Uint32Array;
}

/** Small enough that a tick with little to read takes little memory. */
const CHUNK_BYTES = 2 ** 18;
/** An entry that begins before the last bytes of a chunk makes it longer if it must. */
const LAST_BYTES = 1024;
const FEWEST_SLOTS = 1024;

export function heldEntries(): HeldEntries {
  return { count: 0, chunks: [], tags: new Uint8Array(FEWEST_SLOTS), places: new Uint32Array(FEWEST_SLOTS) };
}

/** Holds a record, in the place of an older one of the same key. */
export function hold<Record>(held: HeldEntries, key: string, record: Record, packing: Packing<Record>): void {
  const hash = hashOf(key);
  let chunk = held.chunks.at(-1);
  if (chunk === undefined || chunk.length > CHUNK_BYTES - LAST_BYTES) {
    chunk = byteSink(CHUNK_BYTES);
    held.chunks.push(chunk);
  }
  const place = (held.chunks.length - 1) * CHUNK_BYTES + chunk.length;
  putEntry(chunk, key, hash, record, packing);
  const slot = slotOf(held, key, hash);
  if (held.tags[slot] === 0) held.count++;
  held.tags[slot] = tagOf(hash);
  held.places[slot] = place;
  if (2 * held.count > held.tags.length) growSlots(held);
}

/** The key's newest record, ready to unpack; null when none is held. */
export function heldRecord(held: HeldEntries, key: string): ByteSource | null {
  if (held.count === 0) return null;
  const slot = slotOf(held, key, hashOf(key));
  return held.tags[slot] === 0 ? null : recordOf(at(held, held.places[slot]!));
}

/** The newest entry of every key. */
export function allHeld(held: HeldEntries): Entry[] {
  const entries: Entry[] = [];
  for (let slot = 0; slot < held.tags.length; slot++) {
    if (held.tags[slot] === 0) continue;
    const { within, at: start } = at(held, held.places[slot]!);
    entries.push(entryAt(within, start));
  }
  return entries;
}

/** Lets go of everything. */
export function dropHeld(held: HeldEntries): void {
  Object.assign(held, heldEntries());
}

function at({ chunks }: HeldEntries, place: number): Pick<Entry, 'within' | 'at'> {
  const start = place % CHUNK_BYTES;
  return { within: chunks[(place - start) / CHUNK_BYTES]!, at: start };
}

/** A byte that is not 0, of bits that do not choose the slot of a table that fits into memory. */
function tagOf(hash: number): number {
  return (hash >>> 24) | 1;
}

/** The slot that has the key, or the empty one where it belongs. */
function slotOf(held: HeldEntries, key: string, hash: number): number {
  const { tags, places } = held;
  const mask = tags.length - 1;
  const tag = tagOf(hash);
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    if (tags[slot] === 0 || (tags[slot] === tag && isOfKey(at(held, places[slot]!), key))) return slot;
  }
}

function growSlots(held: HeldEntries): void {
  const { tags, places } = held;
  held.tags = new Uint8Array(2 * tags.length);
  held.places = new Uint32Array(2 * places.length);
  const mask = held.tags.length - 1;
  for (let from = 0; from < tags.length; from++) {
    if (tags[from] === 0) continue;
    const { within, at: start } = at(held, places[from]!);
    let slot = entryAt(within, start).hash & mask;
    while (held.tags[slot] !== 0) slot = (slot + 1) & mask;
    held.tags[slot] = tags[from]!;
    held.places[slot] = places[from]!;
  }
}
