import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { parseServeEnvironment, SERVE_ENVIRONMENT } from '../../src/core/config/serve-environment';
import { configWith } from './config-with';
import { resource, resources, synthesise } from './synthesised';

const { app, template } = synthesise(configWith({ serve: { concurrency: 20 } }), { checked: true });
const { id, properties } = resource(template, 'AWS::Lambda::Function', 'Ofrep');

test('with the endpoint the stack passes the AWS Solutions checks too', () => {
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: { violations: unknown[] }[];
  };
  for (const { violations } of pluginReports) expect(violations).toEqual([]);
});

test('the function has exactly the variables that it reads, and the limit of the file', () => {
  const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
  const ours = Object.keys(Variables).filter((name) => name !== 'NODE_OPTIONS');
  expect(ours.toSorted()).toEqual(Object.values(SERVE_ENVIRONMENT).toSorted());
  const resolved = Object.fromEntries(ours.map((name) => [name, JSON.stringify(Variables[name])]));
  expect(() => parseServeEnvironment(resolved)).not.toThrow();
  expect(properties).toMatchObject({ Runtime: 'nodejs24.x', ReservedConcurrentExecutions: 20 });
});

test('it may read the index of assignments, its keys and nothing else', () => {
  const { properties: policy } = resource(template, 'AWS::IAM::Policy', 'Ofrep');
  const { Statement: statements } = policy['PolicyDocument'] as {
    Statement: { Action: string | string[]; Resource: unknown }[];
  };
  const allowed = statements.flatMap(({ Action }) => Action).toSorted();
  expect(allowed).toEqual([
    'dynamodb:Query',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
  ]);
  const query = statements.find(({ Action }) => Action === 'dynamodb:Query');
  expect(JSON.stringify(query?.Resource)).toMatch(/\/index\/assignments"/u);
});

test('its URL is open to everybody, since the function asks for a key', () => {
  template.hasResourceProperties('AWS::Lambda::Url', {
    AuthType: 'NONE',
    TargetFunctionArn: { 'Fn::GetAtt': [id, 'Arn'] },
  });
  template.hasOutput('ServeUrl', {});
  template.hasOutput('ServeKeysSecretName', {});
});

test('the stack makes one key that is long enough, unless the file names a secret', () => {
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    GenerateSecretString: {
      SecretStringTemplate: '{}',
      GenerateStringKey: 'default',
      PasswordLength: 48,
      ExcludePunctuation: true,
    },
  });
  const own = synthesise(configWith({ hashKeySecretName: 'own/hash', serve: { keysSecretName: 'own/keys' } })).template;
  own.resourceCountIs('AWS::SecretsManager::Secret', 0);
});

test('requests that fail for a quarter of an hour are an alarm', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'Url5xxCount',
    Namespace: 'AWS/Lambda',
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    Period: 300,
    EvaluationPeriods: 3,
    AlarmActions: [Match.anyValue()],
  });
});

test('without the setting there is no endpoint', () => {
  const bare = synthesise(configWith()).template;
  bare.resourceCountIs('AWS::Lambda::Url', 0);
  expect(resources(bare, 'AWS::Lambda::Function')).toHaveLength(4);
});
