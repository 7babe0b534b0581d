import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { RampartError } from '../../core/errors';
import type { TickMessage, TickQueue } from '../../core/ports';
import { calling } from './sdk-errors';

/*
 * Promises: every message is in the queue when `send` resolves. A batch that fails, wholly or in part, does not keep the
 * others from being sent, and ends in an error that names the prompts left out; sending all again is harmless, because a
 * tick that has nothing to do changes nothing.
 */

/** Most messages that SQS takes in one request. */
const BATCH = 10;

/** Tick messages to an SQS queue; the body is the JSON of a {@link TickMessage}. */
export function sqsTickQueue(options: { client: SQSClient; queueUrl: string }): TickQueue {
  return {
    async send(messages) {
      const failures: Failure[] = [];
      for (let start = 0; start < messages.length; start += BATCH) {
        failures.push(...(await sendBatch(options, messages.slice(start, start + BATCH))));
      }
      const first = failures[0];
      if (first === undefined) return;
      const prompts = failures.map((failure) => `"${failure.prompt}"`).join(', ');
      throw new RampartError(
        first.error.code,
        `tick queue: expected ${messages.length} messages sent, got ${failures.length} failed (${prompts}): ${first.error.message}`,
        { cause: first.error },
      );
    },
  };
}

interface Failure {
  prompt: string;
  error: RampartError;
}

async function sendBatch(
  options: { client: SQSClient; queueUrl: string },
  batch: readonly TickMessage[],
): Promise<Failure[]> {
  const entries = batch.map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) }));
  try {
    const { Failed: failed = [] } = await calling('send tick messages', () =>
      options.client.send(new SendMessageBatchCommand({ QueueUrl: options.queueUrl, Entries: entries })),
    );
    return failed.map((entry) => ({
      prompt: batch[Number(entry.Id)]?.prompt ?? '',
      error: new RampartError(
        entry.SenderFault === true ? 'bad_input' : 'provider_unavailable',
        `${entry.Code}: ${entry.Message ?? ''}`,
      ),
    }));
  } catch (error) {
    if (!(error instanceof RampartError)) throw error;
    return batch.map(({ prompt }) => ({ prompt, error }));
  }
}
