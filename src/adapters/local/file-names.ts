import { createHash } from 'node:crypto';

/*
 * File names for any text: readable where the text is, safe on every common file system where it is not. A name never
 * starts with a dot (those are temporary files) and is at most 200 characters.
 */

const LONGEST = 180;

/** Percent-encodes everything but ASCII letters, digits, `_`, `-` and inner dots; the empty text is `%`. */
export function fileName(text: string): string {
  if (text === '') return '%';
  const encoded = [...Buffer.from(text)].map(encodeByte).join('');
  return encoded.length > LONGEST ? withHash(encoded, text) : encoded;
}

/** As {@link fileName}, and different for `Greeting` and `greeting` where the file system does not tell them apart. */
export function caseSafeFileName(text: string): string {
  const name = fileName(text);
  return name.includes('~') || name === name.toLowerCase() ? name : withHash(name, text);
}

/** The text of a file's name; null when the name is cut or marked by a hash, which cannot be undone. */
export function textOfFileName(name: string): string | null {
  if (name === '%') return '';
  return name.includes('~') ? null : Buffer.from(name.replaceAll(/%(..)/gu, byteOf), 'latin1').toString('utf8');
}

/** A path of encoded segments for a name with slashes; no segment can climb out of its folder. */
export function relativePath(name: string): string[] {
  return name.split('/').map(fileName);
}

function encodeByte(byte: number, index: number): string {
  const character = String.fromCodePoint(byte);
  const plain = /[a-zA-Z0-9_-]/u.test(character) || (character === '.' && index > 0);
  return plain ? character : `%${byte.toString(16).padStart(2, '0')}`;
}

function byteOf(_: string, hex: string): string {
  return String.fromCodePoint(Number.parseInt(hex, 16));
}

/** `~` is encoded in every text, so a name with a hash is never the name of another text. */
function withHash(encoded: string, text: string): string {
  return `${encoded.slice(0, LONGEST)}~${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
