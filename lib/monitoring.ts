import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DISPATCH_SUCCEEDED, TICK_SUCCEEDED } from '../src/core/config/heartbeat';

/** A function and where the events end that it could not handle. */
export interface Capability {
  function: LambdaFunction;
  deadLetters: IQueue;
}

export interface MonitoringProps {
  deployment: string;
  tickEveryMs: number;
  alertTopic: ITopic;
  tickQueue: IQueue;
  capabilities: { Tick: Capability } & Readonly<Record<string, Capability>>;
}

/** So many missed heart beats in a row make an alarm. */
const MISSED_BEATS = 3;

/**
 * What watches the controller from outside: no line of its code runs for these alarms, and they publish straight to the
 * alert topic. Silence is an alarm, not a pass.
 */
export class Monitoring extends Construct {
  readonly dashboard: Dashboard;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MonitoringProps,
  ) {
    super(scope, id);
    const beat = Duration.millis(props.tickEveryMs);
    const dispatched = this.countEvents('Dispatches', DISPATCH_SUCCEEDED, beat);
    const ticked = this.countEvents('Ticks', TICK_SUCCEEDED, beat);
    this.watchHeartBeat(dispatched, ticked, beat);
    this.watchQueues();
    this.dashboard = this.createDashboard(dispatched, ticked);
  }

  /** Lines of the tick function's log with this event, per period. */
  private countEvents(id: string, event: string, period: Duration): IMetric {
    const filter = new MetricFilter(this, id, {
      logGroup: this.props.capabilities.Tick.function.logGroup,
      filterPattern: FilterPattern.stringValue('$.event', '=', event),
      metricNamespace: `Rampart/${this.props.deployment}`,
      metricName: id,
      metricValue: '1',
    });
    return filter.metric({ statistic: 'Sum', period });
  }

  private watchHeartBeat(dispatched: IMetric, ticked: IMetric, period: Duration): void {
    this.alarm('ControllerDead', {
      metric: dispatched,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: MISSED_BEATS,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: `No schedule event was handled for ${MISSED_BEATS} ticks: new candidates are not seen, and perhaps nothing is watched at all.`,
    });
    const allFailed = new MathExpression({
      expression: 'IF(FILL(queued, 0) > 0 AND FILL(ticked, 0) < 1, 1, 0)',
      usingMetrics: { queued: this.props.tickQueue.metricNumberOfMessagesSent({ period }), ticked },
      label: 'ticks queued and none succeeded',
      period,
    });
    this.alarm('NoTickSucceeds', {
      metric: allFailed,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: MISSED_BEATS,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `Ticks are queued, and for ${MISSED_BEATS} ticks not one of them succeeded.`,
    });
  }

  private watchQueues(): void {
    for (const [name, { deadLetters }] of Object.entries(this.props.capabilities)) {
      this.alarm(`${name}DeadLetters`, {
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({
          statistic: 'Maximum',
          period: Duration.minutes(1),
        }),
        threshold: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `${name}: an event could not be handled and lies in the dead-letter queue.`,
      });
    }
    this.alarm('TicksWait', {
      metric: this.props.tickQueue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) }),
      threshold: Math.max(2 * (this.props.tickEveryMs / 1000), 1800),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: 'A tick has been waiting in the queue, or failing, for longer than two ticks and half an hour.',
    });
  }

  private alarm(id: string, props: ConstructorParameters<typeof Alarm>[2]): void {
    const alarm = new Alarm(this, id, props);
    const toPeople = new SnsAction(this.props.alertTopic);
    alarm.addAlarmAction(toPeople);
    alarm.addOkAction(toPeople);
  }

  private createDashboard(dispatched: IMetric, ticked: IMetric): Dashboard {
    const { capabilities, deployment, tickQueue } = this.props;
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    const each = (metric: (of: Capability, label: string) => IMetric) =>
      Object.entries(capabilities).map(([label, capability]) => metric(capability, label));
    const waiting = each(({ deadLetters }, label) => deadLetters.metricApproximateNumberOfMessagesVisible({ label }));
    const slowest = each(({ function: target }, label) => target.metricDuration({ label, statistic: 'p99' }));
    return new Dashboard(this, 'Dashboard', {
      dashboardName: `Rampart-${deployment}`,
      widgets: [
        [graph('Heart beat', [dispatched, ticked]), graph('Dead letters', waiting)],
        [
          graph(
            'Errors',
            each(({ function: target }, label) => target.metricErrors({ label })),
          ),
          graph('Duration, 99th percentile', slowest),
        ],
        [
          graph('Oldest waiting tick', [tickQueue.metricApproximateAgeOfOldestMessage()]),
          graph(
            'Throttles',
            each(({ function: target }, label) => target.metricThrottles({ label })),
          ),
        ],
      ],
    });
  }
}
