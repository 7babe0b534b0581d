import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { CloudWatchDimensionSource, ConfigurationSet, EmailSendingEvent, EventDestination } from 'aws-cdk-lib/aws-ses';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { configurationSetName } from '../src/core/config/runtime-config';

/** A mail that SES took and that did not arrive is known to nobody but SES. */
const FAILURES = [
  { event: EmailSendingEvent.BOUNCE, metric: 'Bounce', id: 'bounced' },
  { event: EmailSendingEvent.COMPLAINT, metric: 'Complaint', id: 'complained' },
  { event: EmailSendingEvent.REJECT, metric: 'Reject', id: 'rejected' },
] as const;

const DIMENSION = 'deployment';

/** Counts what became of the report's mails, and alerts when one bounced, was refused, or was called spam. */
export class MailFeedback extends Construct {
  /** Mails are sent under it; the role that sends needs it among its resources. */
  readonly configurationSetArn: string;

  constructor(scope: Construct, id: string, props: { deployment: string; alertTopic: ITopic }) {
    super(scope, id);
    const name = configurationSetName(props.deployment);
    const set = new ConfigurationSet(this, 'ConfigurationSet', { configurationSetName: name });
    set.addEventDestination('Counts', {
      destination: EventDestination.cloudWatchDimensions([
        { source: CloudWatchDimensionSource.MESSAGE_TAG, name: DIMENSION, defaultValue: props.deployment },
      ]),
      events: FAILURES.map(({ event }) => event),
    });
    this.configurationSetArn = Stack.of(this).formatArn({
      service: 'ses',
      resource: 'configuration-set',
      resourceName: name,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.alarm(props);
  }

  private alarm({ deployment, alertTopic }: { deployment: string; alertTopic: ITopic }): void {
    const period = Duration.hours(1);
    const usingMetrics = Object.fromEntries(
      FAILURES.map(({ metric: metricName, id }) => {
        const dimensionsMap = { [DIMENSION]: deployment };
        return [id, new Metric({ namespace: 'AWS/SES', metricName, dimensionsMap, statistic: 'Sum', period })];
      }),
    );
    const expression = FAILURES.map(({ id }) => `FILL(${id}, 0)`).join(' + ');
    const alarm = new Alarm(this, 'NotDelivered', {
      metric: new MathExpression({ expression, usingMetrics, label: 'mails that did not arrive', period }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        "The weekly report bounced, was refused or was marked as spam: check report.to and the identity's state in Amazon SES.",
    });
    alarm.addAlarmAction(new SnsAction(alertTopic));
  }
}
