import type { TickMessage } from '../src/core/ports';
import { badEvent, isRecord, parseJson } from './handler';

/** A message of the tick queue as SQS hands it to a function. */
export interface QueuedMessage {
  messageId: string;
  body: string;
}

export type TickEvent = { kind: 'schedule' } | { kind: 'queue'; messages: QueuedMessage[] };

/**
 * Reads what came: `{"schedule": "tick"}` from the schedule, or a batch from SQS.
 * @throws RampartError `bad_input` for anything else
 */
export function parseTickEvent(event: unknown): TickEvent {
  if (isRecord(event)) {
    if (event['schedule'] === 'tick') return { kind: 'schedule' };
    const records = event['Records'];
    if (Array.isArray(records) && records.length > 0) return { kind: 'queue', messages: records.map(parseRecord) };
  }
  throw badEvent('{"schedule": "tick"} or a batch of the tick queue', event);
}

/**
 * Reads the body of one message.
 * @throws RampartError `bad_input` when it is not `{"prompt": NAME}`
 */
export function parseTickMessage(body: string): TickMessage {
  const message = parseJson(body);
  if (isRecord(message) && typeof message['prompt'] === 'string' && message['prompt'] !== '') {
    return { prompt: message['prompt'] };
  }
  throw badEvent('a tick message {"prompt": NAME}', body);
}

function parseRecord(record: unknown): QueuedMessage {
  if (
    isRecord(record) &&
    record['eventSource'] === 'aws:sqs' &&
    typeof record['messageId'] === 'string' &&
    typeof record['body'] === 'string'
  ) {
    return { messageId: record['messageId'], body: record['body'] };
  }
  throw badEvent('an SQS record with messageId and body', record);
}
