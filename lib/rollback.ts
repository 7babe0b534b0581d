import { Duration } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allowAlarms } from './alerts';
import { controllerFunction, type Foundation } from './controller-function';
import { deadLetterQueue } from './dead-letters';

/** Rolls back at once: for the alarms that users send to `alarmTopic`, and for a person who invokes the function. */
export class Rollback extends Construct {
  readonly function: NodejsFunction;
  readonly alarmTopic: Topic;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: { foundation: Foundation }) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.function = controllerFunction(this, 'Function', {
      foundation: props.foundation,
      entry: 'rollback',
      description: 'Rampart: rolls back for an alarm or for a person.',
      timeout: Duration.minutes(2),
      memoryMb: 1024,
      retryAttempts: 2,
      deadLetters: this.deadLetters,
    });
    this.alarmTopic = new Topic(this, 'AlarmTopic', {
      displayName: 'Alarms that roll back a Rampart rollout',
      enforceSSL: true,
    });
    allowAlarms(this.alarmTopic);
    this.alarmTopic.addSubscription(new LambdaSubscription(this.function, { deadLetterQueue: this.deadLetters }));
  }
}
