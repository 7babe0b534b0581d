import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handler as rollback } from '../../lambdas/rollback';
import { handler as tick } from '../../lambdas/tick';
import { environmentVariables } from '../../src/core/config/environment';
import { DISPATCH_SUCCEEDED, TICK_SUCCEEDED } from '../../src/core/config/heartbeat';
import { runtimeConfig } from '../../src/core/config/runtime-config';
import { startAwsStandIn, type AwsStandIn } from '../../src/local/aws/aws-stand-in';
import { startDynamoDb } from '../../src/local/aws/dynamodb';
import { startLangfuseStandIn } from '../../src/local/langfuse/server';
import { configWith } from '../lib/config-with';
import { startSecrets } from './secrets-stand-in';

/*
 * The deployed handlers as they are exported, with nothing but the environment that the stack gives them and stand-ins at
 * the other end of every client.
 */

const QUEUE = 'ticks';
let aws: AwsStandIn;
let queueUrl = '';
const open: { close: () => unknown }[] = [];
const written: string[] = [];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-deployed-'));
  aws = await startAwsStandIn();
  const dynamoDb = await startDynamoDb();
  const langfuse = await startLangfuseStandIn({ nowMs: Date.now });
  const { publicKey, secretKey, baseUrl } = langfuse;
  const secrets = await startSecrets({ langfuse: JSON.stringify({ publicKey, secretKey }), hash: '0123456789abcdef' });
  open.push(aws, dynamoDb, langfuse, secrets, { close: () => rmSync(folder, { recursive: true }) });
  const authorization = `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`;
  for (const labels of [['production'], ['candidate']]) {
    const body = JSON.stringify({ name: 'support/answer', type: 'text', prompt: 'Answer.', labels, config: ROLLOUT });
    const headers = { authorization, 'content-type': 'application/json' };
    const made = await fetch(`${baseUrl}/api/public/v2/prompts`, { method: 'POST', headers, body });
    expect(made.ok).toBe(true);
  }
  const config = configWith({ langfuse: { baseUrl, secretName: 'langfuse' }, alarms: { errors: ['support/answer'] } });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(runtimeConfig(config)));
  queueUrl = aws.queueUrl(QUEUE);
  Object.assign(process.env, aws.environment, dynamoDb.environment, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ...environmentVariables({
      configFile: join(folder, 'config.json'),
      table: dynamoDb.tableName,
      bucket: 'state',
      alertTopicArn: 'arn:aws:sns:eu-central-1:123456789012:alerts',
      tickQueueUrl: queueUrl,
      langfuseSecretId: 'langfuse',
      hashKeySecretId: 'hash',
    }),
  });
});

beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});

afterEach(() => jest.restoreAllMocks());

afterAll(async () => {
  for (const each of open) await each.close();
});

const ROLLOUT = {
  rollout: { guardrails: [{ metric: 'error_rate' }, { metric: 'latency' }], allowWithoutScores: true },
};

function events(): string[] {
  return written.splice(0).map((line) => (JSON.parse(line) as { event: string }).event);
}

test('a label becomes a message, the message a rollout, and an alarm rolls it back', async () => {
  await expect(tick({ schedule: 'tick' })).resolves.toEqual({ batchItemFailures: [] });
  expect(aws.waiting(queueUrl)).toEqual(['{"prompt":"support/answer"}']);
  expect(events()).toContain(DISPATCH_SUCCEEDED);

  const [body] = aws.waiting(queueUrl);
  const message = { eventSource: 'aws:sqs', messageId: 'm1', body };
  await expect(tick({ Records: [message] })).resolves.toEqual({ batchItemFailures: [] });
  const [ticked] = written
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === TICK_SUCCEEDED);
  expect(ticked).toMatchObject({ prompt: 'support/answer', outcome: 'started', phase: 'ramping' });

  const change = {
    AlarmName: 'errors',
    NewStateValue: 'ALARM',
    StateChangeTime: new Date(Date.now() + 1000).toISOString().replace('Z', '+0000'),
  };
  const { reports } = await rollback({
    Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(change) } }],
  });
  expect(reports).toMatchObject([{ rolledBack: ['support/answer'] }]);
  expect(aws.alerts.map(({ subject }) => subject).join('\n')).toMatch(/roll/iu);
});
