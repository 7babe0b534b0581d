import { createHash, timingSafeEqual } from 'node:crypto';
import { RampartError } from '../src/core/errors';
import { isRecord, parseJson } from './handler';

/** Shorter keys could be found by trying. */
const SHORTEST_KEY = 16;

/**
 * Tells whether a key is one of those given, in a time that says nothing about how near it was: hashes of equal length are
 * compared, every time all of them.
 */
export function keyCheck(keys: readonly string[]): (key: string) => boolean {
  const hashes = keys.map(sha256);
  return (key) => {
    const came = sha256(key);
    return hashes.map((hash) => timingSafeEqual(hash, came)).includes(true);
  };
}

/**
 * Reads keys separated by commas, as an environment variable holds them.
 * @param where the name of the variable, for the message
 * @throws RampartError `bad_input` when there is none, or one that no header can carry or that is too short; no key is in
 *   the message
 */
export function parseKeyList(where: string, text: string): string[] {
  return checked(
    where,
    text.split(',').map((key) => key.trim()),
  );
}

/**
 * Reads `{"NAME": "KEY", …}`, as the secret of the endpoint holds them; the names are for people.
 * @throws RampartError `bad_input`, as {@link parseKeyList} does
 */
export function parseKeySecret(where: string, text: string): string[] {
  const value = parseJson(text);
  if (!isRecord(value)) throw wrong(where, 'a JSON object {"NAME": "KEY", …}', 'something else');
  return checked(
    where,
    Object.entries(value).map(([name, key]) => {
      if (typeof key === 'string') return key;
      throw wrong(`${where}.${name}`, 'a text', typeof key);
    }),
  );
}

function checked(where: string, keys: readonly string[]): string[] {
  if (keys.length === 0) throw wrong(where, 'at least one key', 'none');
  for (const [index, key] of keys.entries()) {
    const isSendable = /^[!-+\--~]+$/u.test(key);
    if (isSendable && key.length >= SHORTEST_KEY) continue;
    const came = isSendable || key === '' ? `${key.length}` : 'others';
    throw wrong(
      `${where}[${index}]`,
      `a key of at least ${SHORTEST_KEY} visible ASCII characters without a comma`,
      came,
    );
  }
  return [...keys];
}

function wrong(where: string, expected: string, came: string): RampartError {
  return new RampartError('bad_input', `${where}: expected ${expected}, got ${came}`);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
