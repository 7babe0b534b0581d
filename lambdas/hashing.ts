import { createHash, createHmac, createSecretKey } from 'node:crypto';

/** Characters kept of a keyed hash: 22 of base64url are 128 bits and a little. */
const KEPT_CHARACTERS = 22;

/** The keyed hash of unit ids: HMAC-SHA-256, base64url, cut to 22 characters. Not to be undone without the key. */
export function hashUnitWith(key: string): (unit: string) => string {
  const secret = createSecretKey(key, 'utf8');
  return (unit) => createHmac('sha256', secret).update(unit, 'utf8').digest('base64url').slice(0, KEPT_CHARACTERS);
}

/** SHA-256 of a text, lower-case hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
