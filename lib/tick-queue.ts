import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from './dead-letters';

/** Longest time one tick may take: what its limits let it read, at two seconds a page. */
export const TICK_TIMEOUT = Duration.minutes(10);

/** One message per prompt to tick; a prompt whose tick fails three times goes to the dead letters. */
export class TickQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Just above the time-out: the number of concurrent ticks is limited at the source, so no message waits hidden for
      // a free function, and a tick that died is tried again before the next one is due.
      visibilityTimeout: TICK_TIMEOUT.plus(Duration.minutes(1)),
      // A tick that waited this long has been overtaken by younger ones.
      retentionPeriod: Duration.hours(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 3 },
    });
  }
}
