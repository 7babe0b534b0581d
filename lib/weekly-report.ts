import { Duration, TimeZone } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../src/core/config/deployment-config';
import { DRAWING_FILES } from '../src/core/config/drawing-files';
import { controllerFunction, type Foundation } from './controller-function';
import { deadLetterQueue } from './dead-letters';
import { MailFeedback } from './mail-feedback';
import { allowMail } from './mail-permission';
import { invokeOnSchedule } from './schedule';

type ReportConfig = DeploymentConfig['report'];

interface WeeklyReportProps {
  deployment: string;
  foundation: Foundation;
  report: ReportConfig;
  timeZone: string;
}

/** Makes the week's report and mails it. */
export class WeeklyReport extends Construct {
  readonly function: NodejsFunction;
  readonly deadLetters: Queue;
  /** The identity that SES is asked to verify; null when it is verified already or no mail is sent. */
  readonly sender: EmailIdentity | null;
  /** What every mail is sent under; null when none is sent. */
  readonly configurationSetArn: string | null = null;

  constructor(scope: Construct, id: string, props: WeeklyReportProps) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.function = controllerFunction(this, 'Function', {
      foundation: props.foundation,
      entry: 'weekly-report',
      description: 'Rampart: makes the report of the week that ended and mails it.',
      timeout: Duration.minutes(10),
      memoryMb: 1024,
      retryAttempts: 2,
      deadLetters: this.deadLetters,
      files: Object.values(DRAWING_FILES),
    });
    const { mail } = props.report;
    this.sender = mail?.identity === 'create' ? this.createSender(mail.from) : null;
    if (mail !== null) {
      const { deployment, foundation } = props;
      const feedback = new MailFeedback(this, 'Mail', { deployment, alertTopic: foundation.alertTopic });
      this.configurationSetArn = feedback.configurationSetArn;
      allowMail(this.function, mail, feedback.configurationSetArn);
    }
    this.continueRebuilds();
    const { weekday, hour, minute } = props.report.schedule;
    invokeOnSchedule(this, {
      name: 'weekly-report',
      when: ScheduleExpression.cron({
        weekDay: weekday,
        hour: String(hour),
        minute: String(minute),
        timeZone: TimeZone.of(props.timeZone),
      }),
      target: this.function,
      deadLetters: this.deadLetters,
    });
  }

  /** Goes on with a rebuild that was begun; with none there is one read of a document. */
  private continueRebuilds(): void {
    invokeOnSchedule(new Construct(this, 'Rebuild'), {
      name: 'continue-rebuild',
      when: ScheduleExpression.rate(Duration.minutes(15)),
      target: this.function,
      deadLetters: this.deadLetters,
    });
  }

  private createSender(from: string): EmailIdentity {
    return new EmailIdentity(this, 'Sender', { identity: Identity.email(from) });
  }
}
