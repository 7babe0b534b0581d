import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../src/core/config/deployment-config';
import { ENVIRONMENT } from '../src/core/config/environment';
import { Alerts } from './alerts';
import { AssignmentReaders } from './assignment-readers';
import { CompareVariants } from './compare-variants';
import { configLayer } from './config-layer';
import { environmentOf, type Foundation } from './controller-function';
import { Monitoring } from './monitoring';
import { Ofrep } from './ofrep';
import { Rollback } from './rollback';
import { Secrets } from './secrets';
import { State } from './state';
import { Tick } from './tick';
import { TickQueue } from './tick-queue';
import { WeeklyReport } from './weekly-report';

export interface RampartStackProps extends StackProps {
  config: DeploymentConfig;
}

/** The name of a deployment's stack. */
export function stackName(config: DeploymentConfig): string {
  return `Rampart-${config.settings.deployment}`;
}

/** One deployment of Rampart. */
export class RampartStack extends Stack {
  readonly monitoring: Monitoring;

  constructor(scope: Construct, id: string, props: RampartStackProps) {
    super(scope, id, { description: 'Rampart: guarded rollouts for prompts kept in Langfuse', ...props });
    const { config } = props;
    const { settings } = config;
    const state = new State(this, 'State', config.retention);
    const alerts = new Alerts(this, 'Alerts', { deployment: settings.deployment, emails: config.alerts.emails });
    const secrets = new Secrets(this, 'Secrets', {
      langfuseSecretName: config.langfuse.secretName,
      hashKeySecretName: config.hashKeySecretName,
    });
    const readers = new AssignmentReaders(this, 'AssignmentReaders', {
      deployment: settings.deployment,
      table: state.table,
    });
    const queue = new TickQueue(this, 'TickQueue');
    const foundation: Foundation = {
      table: state.table,
      bucket: state.bucket,
      alertTopic: alerts.topic,
      tickQueue: queue.queue,
      langfuseSecret: secrets.langfuse,
      hashKeySecret: secrets.hashKey,
      configLayer: configLayer(this, config),
      logDays: config.retention.logDays,
    };
    const tick = new Tick(this, 'Tick', { foundation, queue, tickEveryMs: settings.tickEveryMs });
    const report = new WeeklyReport(this, 'WeeklyReport', {
      deployment: settings.deployment,
      foundation,
      report: config.report,
      timeZone: settings.timeZone,
    });
    const compare = new CompareVariants(this, 'CompareVariants', {
      foundation,
      compareEveryMs: config.compareEveryMs,
      mail: config.report.mail,
      configurationSetArn: report.configurationSetArn,
    });
    const rollback = new Rollback(this, 'Rollback', { foundation });
    this.monitoring = new Monitoring(this, 'Monitoring', {
      deployment: settings.deployment,
      tickEveryMs: settings.tickEveryMs,
      alertTopic: alerts.topic,
      tickQueue: queue.queue,
      capabilities: { Tick: tick, CompareVariants: compare, WeeklyReport: report, Rollback: rollback },
    });
    if (config.serve !== null) this.createEndpoint(foundation, config.serve);
    this.createOutputs({
      AssignmentReaderPolicyArn: readers.policy.managedPolicyArn,
      AlarmTopicArn: rollback.alarmTopic.topicArn,
      RollbackFunctionName: rollback.function.functionName,
      WeeklyReportFunctionName: report.function.functionName,
    });
    this.createVariables(foundation);
  }

  private createEndpoint(foundation: Foundation, serve: NonNullable<DeploymentConfig['serve']>): void {
    const { url, keys } = new Ofrep(this, 'Ofrep', { foundation, serve });
    this.createOutputs({ ServeUrl: url.url, ServeKeysSecretName: keys.secretName });
  }

  /** What a person and the serving apps need to find the deployment. */
  private createOutputs(values: Record<string, string>): CfnOutput[] {
    return Object.entries(values).map(([name, value]) => new CfnOutput(this, name, { value }));
  }

  /** What the command line reads from the environment to reach this deployment. */
  private createVariables(foundation: Foundation): CfnOutput[] {
    const { configFile: _, ...variables } = ENVIRONMENT;
    const values = environmentOf(foundation);
    return Object.entries(variables).map(([key, name]) => {
      const id = `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
      return new CfnOutput(this, id, {
        value: values[key as keyof typeof variables],
        description: `For rampart: ${name}`,
      });
    });
  }
}
