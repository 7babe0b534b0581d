import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { parseTickEvent } from '../../lambdas/tick-event';
import { readConfigFile } from '../../src/adapters/config/read-config-file';
import { ENVIRONMENT, parseEnvironment } from '../../src/core/config/environment';
import { DISPATCH_SUCCEEDED, TICK_SUCCEEDED } from '../../src/core/config/heartbeat';
import { parseRuntimeConfig, runtimeConfig } from '../../src/core/config/runtime-config';
import { configWith } from './config-with';
import { resource, resources, synthesise } from './synthesised';

const shipped = readConfigFile('rampart.config.yaml');
const { app, template } = synthesise(shipped, { checked: true });
const functions = resources(template, 'AWS::Lambda::Function');

describe('the stack of the shipped configuration', () => {
  test('passes the AWS Solutions checks, every exception with its reason', () => {
    const { pluginReports } = JSON.parse(
      readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'),
    ) as Validation;
    const checks = pluginReports.find(({ pluginName }) => pluginName === 'AwsSolutions');
    expect(checks).toMatchObject({ conclusion: 'success', violations: [] });
    expect(checks?.suppressedViolations.length).toBeGreaterThan(0);
    for (const { reason } of checks?.suppressedViolations ?? []) expect(reason).toMatch(/\S/u);
    for (const { violations } of pluginReports) expect(violations).toEqual([]);
  });

  test('asks AWS for nothing when it is built', () => {
    expect(app.synth().manifest.missing ?? []).toEqual([]);
  });

  test('has four functions of the same make', () => {
    expect(functions).toHaveLength(4);
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    }
  });
});

describe('environment', () => {
  test.each(functions)('%s gets every variable the handlers read, and no other of ours', (_, { Properties }) => {
    const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
    const ours = Object.keys(Variables).filter((name) => name !== 'NODE_OPTIONS');
    expect(ours.toSorted()).toEqual(Object.values(ENVIRONMENT).toSorted());
    const resolved = Object.fromEntries(ours.map((name) => [name, JSON.stringify(Variables[name])]));
    expect(() => parseEnvironment(resolved)).not.toThrow();
  });

  test('the outputs name every variable that the command line needs, and docs/deploy.md says which', () => {
    const outputs = Object.entries(template.findOutputs('*') as Record<string, { Description?: string }>);
    const doc = readFileSync('docs/deploy.md', 'utf8');
    for (const variable of Object.values(ENVIRONMENT).filter((name) => name !== ENVIRONMENT.configFile)) {
      const [output] = outputs.find(([, { Description: text }]) => text === `For rampart: ${variable}`) ?? [];
      expect(doc).toContain(`| \`${output}\` | \`${variable}\` |`);
    }
  });

  test('the configuration layer holds what the handlers parse', () => {
    const layers = resources(template, 'AWS::Lambda::LayerVersion');
    expect(layers).toHaveLength(1);
    const folder = readdirSync(app.outdir).find((name) => name.startsWith('config-'));
    const text = readFileSync(join(app.outdir, folder ?? '', 'rampart.config.json'), 'utf8');
    expect(parseRuntimeConfig(text)).toEqual(runtimeConfig(shipped));
  });
});

describe('state', () => {
  test('the table has the keys and the one index, of assignments only', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        Match.objectLike({
          IndexName: 'assignments',
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['assignment'] },
        }),
      ],
    });
  });

  test('the table can be restored and is not deleted with the stack', () => {
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      }),
    });
  });

  test('the bucket is private, encrypted, kept, and lets only evidence expire', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: Match.anyValue(),
      }),
    });
    const { Rules } = resource(template, 'AWS::S3::Bucket').properties['LifecycleConfiguration'] as {
      Rules: Record<string, unknown>[];
    };
    const expiring = Rules.filter((rule) => 'ExpirationInDays' in rule);
    expect(expiring.map((rule) => [rule['Prefix'], rule['ExpirationInDays']])).toEqual([
      ['evidence/', 400],
      ['snapshot/', 400],
    ]);
  });
});

describe('schedules', () => {
  const schedules = resources(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);
  const scheduleOf = (name: string) =>
    schedules.find((schedule) => inputOf(schedule) === JSON.stringify({ schedule: name }));

  test('tick every 15 minutes, compare every hour, report on Monday morning in the configured zone', () => {
    expect(scheduleOf('tick')).toMatchObject({ ScheduleExpression: 'rate(15 minutes)' });
    expect(scheduleOf('compare-variants')).toMatchObject({ ScheduleExpression: 'rate(1 hour)' });
    expect(scheduleOf('weekly-report')).toMatchObject({
      ScheduleExpression: 'cron(0 7 ? * MON *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
  });

  test('every schedule keeps what it cannot deliver', () => {
    expect(schedules).toHaveLength(4);
    for (const schedule of schedules) expect(schedule).toHaveProperty('Target.DeadLetterConfig.Arn');
  });

  test('the tick handler understands what its schedule sends', () => {
    const input = JSON.parse(inputOf(scheduleOf('tick') ?? {}) ?? '') as unknown;
    expect(parseTickEvent(input)).toEqual({ kind: 'schedule' });
  });
});

describe('failures are visible', () => {
  const alarms = resources(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);

  test('no heart beat for three ticks is an alarm, also when nothing at all is measured', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Dispatches',
      Namespace: 'Rampart/example',
      Period: 900,
      EvaluationPeriods: 3,
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test('the heart beats are the lines that the tick function writes', () => {
    const { id: tickLog } = resource(template, 'AWS::Logs::LogGroup', 'Tick');
    const filters = resources(template, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties);
    expect(filters.map((filter) => filter['LogGroupName'])).toEqual([{ Ref: tickLog }, { Ref: tickLog }]);
    expect(filters.map((filter) => String(filter['FilterPattern'])).toSorted()).toEqual(
      [DISPATCH_SUCCEEDED, TICK_SUCCEEDED].map((event) => `{ $.event = "${event}" }`).toSorted(),
    );
  });

  test('every alarm tells the people on the alert topic', () => {
    const { id: topic } = resource(template, 'AWS::SNS::Topic', 'Alerts');
    expect(alarms.length).toBeGreaterThanOrEqual(7);
    for (const alarm of alarms) expect(alarm['AlarmActions']).toEqual([{ Ref: topic }]);
  });

  test('every dead-letter queue has an alarm, and every function and subscription a dead-letter queue', () => {
    const deadLetters = resources(template, 'AWS::SQS::Queue').filter(([id]) => id.includes('DeadLetters'));
    const watched = JSON.stringify(alarms);
    expect(deadLetters).toHaveLength(4);
    for (const [id] of deadLetters) expect(watched).toContain(`"Fn::GetAtt":["${id}","QueueName"]`);
    for (const [, { Properties }] of functions) expect(Properties).toHaveProperty('DeadLetterConfig.TargetArn');
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'lambda', RedrivePolicy: Match.anyValue() });
    template.hasResourceProperties('AWS::SQS::Queue', { RedrivePolicy: Match.objectLike({ maxReceiveCount: 3 }) });
  });

  test('one failing tick stops no other: one message a call, failures reported by message', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  test('CloudWatch of this account may publish to both topics', () => {
    const policies = resources(template, 'AWS::SNS::TopicPolicy').map(([, { Properties }]) =>
      JSON.stringify(Properties),
    );
    expect(policies).toHaveLength(2);
    for (const policy of policies) {
      expect(policy).toContain('"Service":"cloudwatch.amazonaws.com"');
      expect(policy).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
    }
  });
});

describe('permissions', () => {
  const policies = resources(template, 'AWS::IAM::Policy').map(([, { Properties }]) => Properties as unknown as Policy);
  const statements = policies.flatMap((policy) =>
    policy.PolicyDocument.Statement.map((statement) => ({ policy, statement })),
  );
  const policiesWith = (action: string) =>
    statements
      .filter(({ statement }) => [statement.Action].flat().includes(action))
      .map(({ policy }) => policy.PolicyName);

  test('no statement is for all resources, no action for a whole service', () => {
    expect(statements.length).toBeGreaterThan(10);
    for (const { statement } of statements) {
      expect([statement.Resource].flat()).not.toContain('*');
      for (const action of [statement.Action].flat()) expect(action).not.toContain('*');
    }
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 1);
    expect(JSON.stringify(resources(template, 'AWS::IAM::Role'))).not.toContain('service-role');
  });

  test('only the reports send mail, and only from their sender', () => {
    expect(policiesWith('ses:SendEmail')).toEqual([
      expect.stringMatching(/^WeeklyReport/u),
      expect.stringMatching(/^CompareVariants/u),
    ]);
    const mail = statements.find(({ statement }) => [statement.Action].flat().includes('ses:SendEmail'));
    expect(mail?.statement.Action).toEqual(['ses:SendEmail', 'ses:SendRawEmail']);
    expect(JSON.stringify(mail?.statement.Resource)).toContain('configuration-set/Rampart-');
    expect(mail?.statement.Condition).toEqual({ StringEquals: { 'ses:FromAddress': 'rampart@example.com' } });
  });

  test('SES counts what did not arrive, and one alarm tells the people who hear of alerts', () => {
    const { properties } = resource(template, 'AWS::SES::ConfigurationSetEventDestination');
    expect(JSON.stringify(properties)).toContain('"MatchingEventTypes":["bounce","complaint","reject"]');
    const alarm = resource(template, 'AWS::CloudWatch::Alarm', 'WeeklyReportMailNotDelivered').properties;
    const metrics = JSON.stringify(alarm['Metrics']);
    for (const metric of ['Bounce', 'Complaint', 'Reject']) expect(metrics).toContain(`"MetricName":"${metric}"`);
    const topic = resource(template, 'AWS::SNS::Topic', 'AlertsTopic').id;
    expect(alarm['AlarmActions']).toEqual([{ Ref: topic }]);
  });

  test('only the tick function queues ticks and receives them', () => {
    expect(policiesWith('sqs:ReceiveMessage')).toEqual([expect.stringMatching(/^Tick/u)]);
    const [tickQueue] =
      resources(template, 'AWS::SQS::Queue').find(([, queue]) => 'RedrivePolicy' in queue.Properties) ?? [];
    const senders = statements.filter(
      ({ statement }) =>
        [statement.Action].flat().includes('sqs:SendMessage') &&
        JSON.stringify(statement.Resource).includes(`"${tickQueue}"`),
    );
    expect(senders.map(({ policy }) => policy.PolicyName)).toEqual([expect.stringMatching(/^Tick/u)]);
  });

  test('nothing can delete state', () => {
    expect(JSON.stringify(statements)).not.toMatch(/"(dynamodb|s3):Delete/u);
  });

  test('a serving app may read assignments and nothing else of an item', () => {
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({
            Action: 'dynamodb:GetItem',
            Condition: Match.objectLike({
              'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'assignment'] },
            }),
          }),
          Match.objectLike({ Action: 'dynamodb:Query' }),
        ],
      }),
    });
  });
});

describe('other configurations', () => {
  test('without a sender there is no SES at all, and the hash key can be brought along', () => {
    const { template: bare } = synthesise(configWith({ hashKeySecretName: 'own/key', tickEvery: '5m' }));
    expect(JSON.stringify(bare.toJSON())).not.toContain('ses:');
    bare.resourceCountIs('AWS::SecretsManager::Secret', 0);
    bare.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'Dispatches', Period: 300 });
  });

  test('the sender is verified by the stack when the file asks for it', () => {
    const report = { from: 'a@example.com', to: ['b@example.com'], identity: 'create' };
    const { template: withSender } = synthesise(configWith({ report }));
    withSender.hasResourceProperties('AWS::SES::EmailIdentity', { EmailIdentity: 'a@example.com' });
  });
});

interface Validation {
  pluginReports: {
    pluginName: string;
    violations: unknown[];
    suppressedViolations: { reason: string }[];
  }[];
}

interface Policy {
  PolicyName: string;
  PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown; Condition?: unknown }[] };
}

function inputOf(schedule: Record<string, unknown>): string | undefined {
  return (schedule['Target'] as { Input?: string } | undefined)?.Input;
}
