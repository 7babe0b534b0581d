import type { AlarmChange } from '../src/app/handle-alarm';
import { badEvent, isRecord, parseJson } from './handler';

/** A person's wish to roll a prompt back; `toVersion` null = what the rollout started from. */
export interface RollbackByHand {
  prompt: string;
  by: string;
  because: string;
  toVersion: number | null;
}

export type RollbackEvent = { kind: 'alarms'; alarms: AlarmChange[] } | { kind: 'person'; command: RollbackByHand };

/**
 * Reads what came: an SNS event whose messages are CloudWatch alarm notifications, or
 * `{"prompt", "by", "because", "to"?: VERSION}` from a person.
 * @throws RampartError `bad_input` for anything else
 */
export function parseRollbackEvent(event: unknown): RollbackEvent {
  if (!isRecord(event)) throw badEvent(EXPECTED, event);
  const records = event['Records'];
  if (Array.isArray(records) && records.length > 0) return { kind: 'alarms', alarms: records.map(parseRecord) };
  return { kind: 'person', command: parseByHand(event) };
}

const EXPECTED =
  'an SNS event with a CloudWatch alarm, or the texts {"prompt", "by", "because"} and perhaps "to": VERSION';

function parseByHand(event: Record<string, unknown>): RollbackByHand {
  const { prompt, by, because, to = null, ...unknown } = event;
  const known = Object.keys(unknown).length === 0;
  if (known && isText(prompt) && isText(by) && isText(because) && (to === null || isVersion(to))) {
    return { prompt, by, because, toVersion: to };
  }
  throw badEvent(EXPECTED, event);
}

function parseRecord(record: unknown): AlarmChange {
  const sns = isRecord(record) && record['EventSource'] === 'aws:sns' ? record['Sns'] : undefined;
  const message = isRecord(sns) ? sns['Message'] : undefined;
  if (typeof message !== 'string') throw badEvent('an SNS record with a message', record);
  const alarm = parseJson(message);
  if (!isRecord(alarm) || !isText(alarm['AlarmName']) || !isAlarmState(alarm['NewStateValue'])) {
    throw badEvent('a CloudWatch alarm notification with AlarmName and NewStateValue', message);
  }
  const changedAtMs = parseAlarmTime(alarm['StateChangeTime']);
  if (changedAtMs === null) throw badEvent('StateChangeTime such as 2026-11-23T10:00:00.000+0000', message);
  return { name: alarm['AlarmName'], state: alarm['NewStateValue'], changedAtMs };
}

/** CloudWatch writes the offset without a colon, which the language's own date format does not have. */
function parseAlarmTime(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value.replace(/([+-]\d{2})(\d{2})$/u, '$1:$2'));
  return Number.isNaN(ms) ? null : ms;
}

function isAlarmState(value: unknown): value is AlarmChange['state'] {
  return value === 'ALARM' || value === 'OK' || value === 'INSUFFICIENT_DATA';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
