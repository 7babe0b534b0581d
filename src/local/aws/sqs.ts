import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../core/ports';
import { json, jsonError, type StandInRequest, type StandInResponse } from './exchange';

/*
 * SQS queues in memory, made when they are first named: SendMessageBatch, ReceiveMessage, DeleteMessage. A message that
 * was received and not deleted comes back after its visibility time-out. Receiving never waits.
 */

interface Message {
  id: string;
  body: string;
  visibleAtMs: number;
  receives: number;
}

export interface Queues {
  answer: (request: StandInRequest) => StandInResponse;
  /** Bodies of all messages of a queue that were not deleted, oldest first. */
  bodies: (queueUrl: string) => string[];
  /** The next entries of batches fail one by one, while the others of their batch are taken. */
  failNextEntries: (times: number) => void;
}

interface Input {
  QueueUrl: string;
  Entries?: { Id: string; MessageBody: string }[];
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  ReceiptHandle?: string;
}

const VISIBILITY_SECONDS = 30;

export function startQueues(now: Clock): Queues {
  const queues = new Map<string, Message[]>();
  let failingEntries = 0;

  const queueOf = (url: string): Message[] => {
    const queue = queues.get(url) ?? [];
    queues.set(url, queue);
    return queue;
  };

  const send = (queue: Message[], entries: { Id: string; MessageBody: string }[]) => {
    const failed = entries.slice(0, failingEntries);
    failingEntries -= failed.length;
    const taken = entries.slice(failed.length).map((entry) => ({ entry, id: randomUUID() }));
    queue.push(...taken.map(({ entry, id }) => ({ id, body: entry.MessageBody, visibleAtMs: 0, receives: 0 })));
    return {
      Successful: taken.map(({ entry, id }) => ({
        Id: entry.Id,
        MessageId: id,
        MD5OfMessageBody: md5(entry.MessageBody),
      })),
      Failed: failed.map((entry) => ({ Id: entry.Id, Code: 'InternalError', SenderFault: false })),
    };
  };

  const receive = (queue: Message[], input: Input) => {
    const visible = queue.filter((message) => message.visibleAtMs <= now()).slice(0, input.MaxNumberOfMessages ?? 1);
    for (const message of visible) {
      message.visibleAtMs = now() + (input.VisibilityTimeout ?? VISIBILITY_SECONDS) * 1000;
      message.receives += 1;
    }
    return {
      Messages: visible.map(({ id, body, receives }) => ({
        MessageId: id,
        ReceiptHandle: id,
        Body: body,
        MD5OfBody: md5(body),
        Attributes: { ApproximateReceiveCount: String(receives) },
      })),
    };
  };

  return {
    answer(request) {
      const input = JSON.parse(request.body.toString()) as Input;
      const queue = queueOf(input.QueueUrl);
      const action = request.headers['x-amz-target'];
      switch (action) {
        case 'AmazonSQS.SendMessageBatch': {
          const entries = input.Entries ?? [];
          const code = batchFault(entries);
          if (code !== null) return jsonError(400, `com.amazonaws.sqs#${code}`, `${entries.length} entries`);
          return json(send(queue, entries));
        }
        case 'AmazonSQS.ReceiveMessage':
          return json(receive(queue, input));
        case 'AmazonSQS.DeleteMessage':
          queues.set(
            input.QueueUrl,
            queue.filter((message) => message.id !== input.ReceiptHandle),
          );
          return json({});
        default:
          return jsonError(400, 'com.amazonaws.sqs#UnsupportedOperation', `got ${action}`);
      }
    },
    bodies: (queueUrl) => queueOf(queueUrl).map((message) => message.body),
    failNextEntries(times) {
      failingEntries = times;
    },
  };
}

function batchFault(entries: { Id: string }[]): string | null {
  if (entries.length === 0) return 'EmptyBatchRequest';
  if (entries.length > 10) return 'TooManyEntriesInBatchRequest';
  return new Set(entries.map((entry) => entry.Id)).size < entries.length ? 'BatchEntryIdsNotDistinct' : null;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
