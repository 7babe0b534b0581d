import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { controllerFunction, type Foundation } from './controller-function';
import { invokeOnSchedule } from './schedule';
import { TICK_TIMEOUT } from './tick-queue';
import type { TickQueue } from './tick-queue';

/** The heart beat: a schedule event queues one message per prompt, each message ticks one prompt. */
export class Tick extends Construct {
  readonly function: NodejsFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: { foundation: Foundation; queue: TickQueue; tickEveryMs: number }) {
    super(scope, id);
    const { queue, deadLetters } = props.queue;
    this.deadLetters = deadLetters;
    this.function = controllerFunction(this, 'Function', {
      foundation: props.foundation,
      entry: 'tick',
      description: 'Rampart: queues a tick for every prompt, and ticks one prompt per message.',
      timeout: TICK_TIMEOUT,
      memoryMb: 1024,
      retryAttempts: 2,
      deadLetters,
    });
    queue.grantSendMessages(this.function);
    this.function.addEventSource(
      new SqsEventSource(queue, { batchSize: 1, maxConcurrency: 5, reportBatchItemFailures: true }),
    );
    invokeOnSchedule(this, {
      name: 'tick',
      when: ScheduleExpression.rate(Duration.millis(props.tickEveryMs)),
      target: this.function,
      deadLetters,
    });
  }
}
