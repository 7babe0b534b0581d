import { Duration } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { controllerFunction, type Foundation } from './controller-function';
import { deadLetterQueue } from './dead-letters';
import { invokeOnSchedule } from './schedule';

/** Looks at the running comparisons of prompt versions. */
export class CompareVariants extends Construct {
  readonly function: NodejsFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: { foundation: Foundation; compareEveryMs: number }) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.function = controllerFunction(this, 'Function', {
      foundation: props.foundation,
      entry: 'compare-variants',
      description: 'Rampart: looks at every running comparison of prompt versions.',
      timeout: Duration.minutes(10),
      memoryMb: 1024,
      retryAttempts: 1,
      deadLetters: this.deadLetters,
    });
    invokeOnSchedule(this, {
      name: 'compare-variants',
      when: ScheduleExpression.rate(Duration.millis(props.compareEveryMs)),
      target: this.function,
      deadLetters: this.deadLetters,
    });
  }
}
