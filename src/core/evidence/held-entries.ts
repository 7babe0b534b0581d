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
  /** Open addressing with linear probing: hash, then place + 1 (0 = empty) of each slot. */
  slots: Uint32Array;
}

/** Small enough that a tick with little to read takes little memory. */
const CHUNK_BYTES = 2 ** 18;
/** An entry that begins before the last bytes of a chunk makes it longer if it must. */
const LAST_BYTES = 1024;
const FEWEST_SLOTS = 1024;

export function heldEntries(): HeldEntries {
  return { count: 0, chunks: [], slots: new Uint32Array(2 * FEWEST_SLOTS) };
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
  if (held.slots[slot + 1] === 0) held.count++;
  held.slots[slot] = hash;
  held.slots[slot + 1] = place + 1;
  if (4 * held.count > held.slots.length) growSlots(held);
}

/** The key's newest record, ready to unpack; null when none is held. */
export function heldRecord(held: HeldEntries, key: string): ByteSource | null {
  if (held.count === 0) return null;
  const place = held.slots[slotOf(held, key, hashOf(key)) + 1]!;
  return place === 0 ? null : recordOf(at(held, place - 1));
}

/** The newest entry of every key. */
export function allHeld(held: HeldEntries): Entry[] {
  const entries: Entry[] = [];
  for (let slot = 0; slot < held.slots.length; slot += 2) {
    const place = held.slots[slot + 1]!;
    if (place === 0) continue;
    const { within, at: start } = at(held, place - 1);
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

/** The slot that has the key, or the empty one where it belongs. */
function slotOf(held: HeldEntries, key: string, hash: number): number {
  const { slots } = held;
  const mask = slots.length - 1;
  for (let slot = (2 * hash) & mask; ; slot = (slot + 2) & mask) {
    const place = slots[slot + 1]!;
    if (place === 0 || (slots[slot] === hash && isOfKey(at(held, place - 1), key))) return slot;
  }
}

function growSlots(held: HeldEntries): void {
  const old = held.slots;
  const slots = new Uint32Array(2 * old.length);
  const mask = slots.length - 1;
  for (let from = 0; from < old.length; from += 2) {
    if (old[from + 1] === 0) continue;
    let slot = (2 * old[from]!) & mask;
    while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
    slots[slot] = old[from]!;
    slots[slot + 1] = old[from + 1]!;
  }
  held.slots = slots;
}
