import type { ScoreRow } from '../../core/ports';
import { isRecord, kindOf, readText, readTimeMs, unreadable } from './json';

const NONE: ReadonlySet<unknown> = new Set();

/**
 * One score of scores v3, translated (`fields=subject`).
 * @param judged names of scores that are judged: a text of such a name is a value that cannot be read
 * @returns the row, null for a kind of score that is not judged (other texts, corrections), or the reason why it cannot be read
 */
export function parseScore(raw: unknown, judged: ReadonlySet<unknown> = NONE): ScoreRow | string | null {
  if (!isRecord(raw)) return `expected an object, got ${kindOf(raw)}`;
  const dataType = raw['dataType'];
  if (dataType === 'CORRECTION' || (dataType === 'TEXT' && !judged.has(raw['name']))) return null;
  const id = readText(raw['id']);
  if (!id) return unreadable('id', 'a text', raw['id']);
  const name = readText(raw['name']);
  if (!name) return unreadable('name', 'a text', raw['name']);
  const value = valueOf(dataType, raw['value']);
  const timestampMs = readTimeMs(raw['timestamp']);
  if (timestampMs === undefined) return unreadable('timestamp', 'a time', raw['timestamp']);
  const updatedAtMs = readTimeMs(raw['updatedAt']);
  if (updatedAtMs === undefined) return unreadable('updatedAt', 'a time', raw['updatedAt']);
  const environment = readText(raw['environment']);
  if (environment === undefined) return unreadable('environment', 'a text', raw['environment']);
  const subject = subjectOf(raw['subject']);
  if (typeof subject === 'string') return subject;
  return { id, name, value, timestampMs, updatedAtMs, environment: environment ?? 'default', subject };
}

/** A value that is none of its data type, as NaN, is null: that there is a score is known all the same. */
function valueOf(dataType: unknown, value: unknown): ScoreRow['value'] {
  switch (dataType) {
    case 'NUMERIC':
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : null;
    case 'CATEGORICAL':
      return typeof value === 'string' ? value : null;
    default:
      return null;
  }
}

function subjectOf(raw: unknown): ScoreRow['subject'] | string {
  if (!isRecord(raw)) return unreadable('subject', 'an object', raw);
  if (raw['kind'] === 'experiment') return { kind: 'experiment' };
  const id = readText(raw['id']);
  if (!id) return unreadable('subject.id', 'a text', raw['id']);
  switch (raw['kind']) {
    case 'trace':
      return { kind: 'trace', traceId: id };
    case 'session':
      return { kind: 'session', sessionId: id };
    case 'observation': {
      const traceId = readText(raw['traceId']);
      if (!traceId) return unreadable('subject.traceId', 'a text', raw['traceId']);
      return { kind: 'observation', observationId: id, traceId };
    }
    default:
      return `subject.kind: expected trace, observation, session or experiment, got ${kindOf(raw['kind'])}`;
  }
}
