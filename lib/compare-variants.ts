import { Duration } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../src/core/config/deployment-config';
import { DRAWING_FILES } from '../src/core/config/drawing-files';
import { controllerFunction, type Foundation } from './controller-function';
import { deadLetterQueue } from './dead-letters';
import { allowMail } from './mail-permission';
import { invokeOnSchedule } from './schedule';

interface CompareVariantsProps {
  foundation: Foundation;
  compareEveryMs: number;
  mail: DeploymentConfig['report']['mail'];
  /** What mails are sent under; null when none is sent. */
  configurationSetArn: string | null;
}

/** Reports comparisons that ended, and sets versions side by side; running comparisons are judged by the ticks. */
export class CompareVariants extends Construct {
  readonly function: NodejsFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: CompareVariantsProps) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.function = controllerFunction(this, 'Function', {
      foundation: props.foundation,
      entry: 'compare-variants',
      description: 'Rampart: reports comparisons of prompt versions that have ended.',
      timeout: Duration.minutes(10),
      memoryMb: 1024,
      retryAttempts: 1,
      deadLetters: this.deadLetters,
      files: Object.values(DRAWING_FILES),
    });
    const { mail, configurationSetArn } = props;
    if (mail !== null && configurationSetArn !== null) allowMail(this.function, mail, configurationSetArn);
    invokeOnSchedule(this, {
      name: 'compare-variants',
      when: ScheduleExpression.rate(Duration.millis(props.compareEveryMs)),
      target: this.function,
      deadLetters: this.deadLetters,
    });
  }
}
