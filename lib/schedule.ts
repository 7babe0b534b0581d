import { Duration, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, type ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge, logicalId } from './acknowledge';

/**
 * Calls a function on a schedule with `{"schedule": NAME}`. An event that cannot be delivered for a quarter of an hour
 * goes to the dead letters: by then the next one is due or a person should look.
 */
export function invokeOnSchedule(
  scope: Construct,
  props: { name: string; when: ScheduleExpression; target: IFunction; deadLetters: Queue },
): Schedule {
  acknowledge(
    Stack.of(scope),
    `IAM5[Resource::<${logicalId(props.target)}.Arn>:*]`,
    'The scheduler may call this one function, in any of its versions.',
  );
  return new Schedule(scope, 'Schedule', {
    schedule: props.when,
    description: `Rampart: ${props.name}`,
    target: new LambdaInvoke(props.target, {
      input: ScheduleTargetInput.fromObject({ schedule: props.name }),
      deadLetterQueue: props.deadLetters,
      retryAttempts: 3,
      maxEventAge: Duration.minutes(15),
    }),
  });
}
