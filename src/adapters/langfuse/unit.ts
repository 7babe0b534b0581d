import { UNIT_TAG, unitOfTag } from '../../core/assignment/unit-tag';
import { isRecord } from './json';

/** Where the runtime library writes the unit that was drawn. */
const UNIT_KEYS = withAttributePrefix([UNIT_TAG]);
/** Where applications put who it is, most specific first. */
const USER_KEYS = withAttributePrefix(['userId', 'user_id', 'langfuse_user_id', 'user.id', 'langfuse.user.id']);
const SESSION_KEYS = withAttributePrefix([
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

/**
 * The user of an observation: the unit that was drawn, because that is what can be judged; else the user on the observation,
 * else in its metadata; null when nobody is named.
 */
export function userAmong(userId: string | null, metadata: unknown): string | null {
  return drawnUnit(metadata) ?? userId ?? firstId(metadata, USER_KEYS);
}

/** The session of an observation, which session scores belong to; else the unit that was drawn, else in its metadata. */
export function sessionAmong(sessionId: string | null, metadata: unknown): string | null {
  return sessionId ?? drawnUnit(metadata) ?? firstId(metadata, SESSION_KEYS);
}

function drawnUnit(metadata: unknown): string | null {
  const tag = firstId(metadata, UNIT_KEYS);
  return tag === null ? null : unitOfTag(tag);
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
