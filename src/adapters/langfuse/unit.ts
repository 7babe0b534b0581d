import { isRecord } from './json';

/** Where the runtime library and applications put what identifies the unit, most specific first. */
const USER_KEYS = withAttributePrefix([
  'rampart.unit',
  'userId',
  'user_id',
  'langfuse_user_id',
  'user.id',
  'langfuse.user.id',
]);
const SESSION_KEYS = withAttributePrefix([
  'rampart.unit',
  'sessionId',
  'session_id',
  'langfuse_session_id',
  'session.id',
  'langfuse.session.id',
]);

/** Langfuse cuts metadata values at this many characters; a value that long may be the start of another unit's id. */
const CUT_AT = 200;

/** Attributes of OpenTelemetry spans arrive as metadata under `attributes.`. */
function withAttributePrefix(keys: readonly string[]): string[] {
  return keys.flatMap((key) => [key, `attributes.${key}`]);
}

/** The user that an observation's metadata names; null when it names none. */
export function userOfMetadata(metadata: unknown): string | null {
  return firstId(metadata, USER_KEYS);
}

/** The session that an observation's metadata names; null when it names none. */
export function sessionOfMetadata(metadata: unknown): string | null {
  return firstId(metadata, SESSION_KEYS);
}

function firstId(metadata: unknown, keys: readonly string[]): string | null {
  if (!isRecord(metadata)) return null;
  for (const key of keys) {
    const id = idOf(metadata[key]);
    if (id !== null) return id;
  }
  return null;
}

/** Langfuse turns metadata that looks like a number into one; beyond 2^53 its digits are lost, and with them the id. */
function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value !== '' && value.length < CUT_AT ? value : null;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
