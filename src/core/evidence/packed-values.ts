/*
 * How records and journal lines are packed: numbers as they are in memory, so that no digit is lost and none has to be
 * printed, and texts by UTF-16 code unit, so that every text comes back as it was, whoever made it.
 */

/** Bytes that are written one after the other; grows as needed. */
export interface ByteSink {
  bytes: Uint8Array;
  view: DataView;
  /** Bytes that there is room for; asking a typed array takes longer. */
  capacity: number;
  length: number;
}

/** Where reading goes on in packed bytes. */
export interface ByteSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

/** What a journal line or a score can hold. */
export type PackedValue = string | number | boolean | null;

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const TEXT = 4;
/** A whole number from 0 is its tag alone: the tag minus this. */
const SMALL = 5;
const LARGEST_SMALL = 0xff - SMALL;

/** @param capacity bytes to begin with */
export function byteSink(capacity: number): ByteSink {
  const bytes = new Uint8Array(capacity);
  return { bytes, view: viewOf(bytes), capacity, length: 0 };
}

/** @param at where to begin */
export function byteSource(bytes: Uint8Array, at = 0): ByteSource {
  return { bytes, view: viewOf(bytes), at };
}

/** The bytes written so far; a view, not a copy. */
export function written({ bytes, length }: ByteSink): Uint8Array {
  return bytes.subarray(0, length);
}

/** Makes room for more bytes. */
export function reserve(sink: ByteSink, more: number): void {
  const wanted = sink.length + more;
  if (wanted <= sink.capacity) return;
  sink.capacity = Math.max(wanted, 2 * sink.capacity);
  const grown = new Uint8Array(sink.capacity);
  grown.set(written(sink));
  sink.bytes = grown;
  sink.view = viewOf(grown);
}

/** @param value a whole number in 0..2^32-1; small ones take a byte */
export function putCount(sink: ByteSink, value: number): void {
  reserve(sink, 5);
  let rest = value;
  while (rest >= 0x80) {
    sink.bytes[sink.length++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  sink.bytes[sink.length++] = rest;
}

export function takeCount(source: Pick<ByteSource, 'bytes' | 'at'>): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = source.bytes[source.at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
}

/** Any number, to the last bit. */
export function putNumber(sink: ByteSink, value: number): void {
  reserve(sink, 8);
  sink.view.setFloat64(sink.length, value, true);
  sink.length += 8;
}

export function takeNumber(source: ByteSource): number {
  const value = source.view.getFloat64(source.at, true);
  source.at += 8;
  return value;
}

/** Any text: a byte for each code unit, two where one of them needs it. */
export function putText(sink: ByteSink, text: string): void {
  const { length } = text;
  reserve(sink, 5 + 2 * length);
  const start = sink.length;
  putCount(sink, 2 * length);
  const { bytes } = sink;
  let at = sink.length;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) {
      sink.length = start;
      putWideText(sink, text);
      return;
    }
    bytes[at++] = unit;
  }
  sink.length = at;
}

function putWideText(sink: ByteSink, text: string): void {
  putCount(sink, 2 * text.length + 1);
  for (let i = 0; i < text.length; i++) {
    sink.view.setUint16(sink.length, text.charCodeAt(i), true);
    sink.length += 2;
  }
}

export function takeText(source: ByteSource): string {
  const head = takeCount(source);
  const length = head >>> 1;
  const units: number[] = [];
  if ((head & 1) === 0) {
    for (let i = 0; i < length; i++) units.push(source.bytes[source.at + i]!);
    source.at += length;
  } else {
    for (let i = 0; i < length; i++) units.push(source.view.getUint16(source.at + 2 * i, true));
    source.at += 2 * length;
  }
  return ofUnits(units);
}

/** A call has a limited number of arguments. */
const UNITS_AT_ONCE = 4096;

function ofUnits(units: readonly number[]): string {
  if (units.length <= UNITS_AT_ONCE) return String.fromCharCode(...units);
  let text = '';
  for (let i = 0; i < units.length; i += UNITS_AT_ONCE)
    text += String.fromCharCode(...units.slice(i, i + UNITS_AT_ONCE));
  return text;
}

/** Whether the text at a place is this one. */
export function isTextAt(bytes: Uint8Array, at: number, text: string): boolean {
  const { length } = text;
  const source = { bytes, at };
  const head = takeCount(source);
  if (head >>> 1 !== length) return false;
  if ((head & 1) === 0) {
    for (let i = 0; i < length; i++) if (bytes[source.at + i] !== text.charCodeAt(i)) return false;
    return true;
  }
  for (let i = 0; i < length; i++) {
    const unit = bytes[source.at + 2 * i]! | (bytes[source.at + 2 * i + 1]! << 8);
    if (unit !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Passes over a text. */
export function skipText(source: ByteSource): void {
  const head = takeCount(source);
  source.at += (head & 1) === 0 ? head >>> 1 : (head >>> 1) * 2;
}

/** A value with its kind. */
export function putValue(sink: ByteSink, value: PackedValue): void {
  if (typeof value === 'string') {
    putByte(sink, TEXT);
    putText(sink, value);
  } else if (typeof value !== 'number') {
    putByte(sink, value === null ? NULL : value ? TRUE : FALSE);
  } else if (value >= 0 && value <= LARGEST_SMALL && Number.isInteger(value) && !Object.is(value, -0)) {
    putByte(sink, SMALL + value);
  } else {
    putByte(sink, NUMBER);
    putNumber(sink, value);
  }
}

export function takeValue(source: ByteSource): PackedValue {
  const tag = source.bytes[source.at++]!;
  switch (tag) {
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER:
      return takeNumber(source);
    case TEXT:
      return takeText(source);
    default:
      return tag - SMALL;
  }
}

/** @param value a whole number in 0..255 */
function putByte(sink: ByteSink, value: number): void {
  reserve(sink, 1);
  sink.bytes[sink.length++] = value;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
