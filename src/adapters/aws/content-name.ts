import { createHash } from 'node:crypto';
import { RampartError } from '../../core/errors';

/** `PREFIX/SHA256`, lower-case hex: the name of immutable bytes in every object store. */
export function contentName(prefix: string, bytes: Uint8Array): string {
  return `${prefix}/${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A part of an object, in bytes. */
export interface ByteRange {
  offset: number;
  length: number;
}

/**
 * Refuses a range that is not inside an object.
 * @param size of the object in bytes; null = not known yet
 */
export function checkRange(name: string, range: ByteRange, size: number | null): void {
  const { offset, length } = range;
  const isInside = size === null || offset + length <= size;
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length > 0 && isInside) return;
  throw outside(name, range, size);
}

/** The error of a range that is not inside an object: whoever asks for it holds a wrong manifest. */
export function outside(name: string, range: ByteRange, size: number | null): RampartError {
  const object = size === null ? 'the object' : `its ${size} bytes`;
  return new RampartError(
    'bad_input',
    `object ${name}: expected a range inside ${object}, got offset ${range.offset}, length ${range.length}`,
  );
}
