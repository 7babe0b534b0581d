import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeHandler } from '../../lambdas/tick';
import { deployedController } from '../../src/cli/aws-deployment';
import { environmentVariables } from '../../src/core/config/environment';
import { startAwsStandIn } from '../../src/local/aws/aws-stand-in';
import { startDynamoDb } from '../../src/local/aws/dynamodb';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { rampart, testIo } from '../cli/test-io';
import { startSecrets } from '../lambdas/secrets-stand-in';
import { PROMPT, QUICK_POLICY, seedPrompt } from './served-app';

/* The same commands on a deployment in AWS: no state folder, the environment names the table. */

const newFolder = temporaryFolders();
const open: { close: () => unknown }[] = [];
const before = { ...process.env };
let langfuse: StandIn;
let env: Record<string, string>;
let cwd: string;

beforeAll(async () => {
  cwd = await newFolder();
  const aws = await startAwsStandIn();
  const dynamoDb = await startDynamoDb();
  langfuse = await startLangfuseStandIn({ nowMs: Date.now });
  const { publicKey, secretKey, baseUrl } = langfuse;
  const secrets = await startSecrets({ langfuse: JSON.stringify({ publicKey, secretKey }), hash: '0123456789abcdef' });
  open.push(aws, dynamoDb, langfuse, secrets);
  env = environmentVariables({
    configFile: 'unused',
    table: dynamoDb.tableName,
    bucket: 'state',
    alertTopicArn: 'arn:aws:sns:eu-central-1:123456789012:alerts',
    tickQueueUrl: aws.queueUrl('ticks'),
    langfuseSecretId: 'langfuse',
    hashKeySecretId: 'hash',
  });
  Object.assign(process.env, aws.environment, dynamoDb.environment, { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url });
  const config = { deployment: 'example', langfuse: { baseUrl, secretName: 'langfuse' }, bounds: 'none' };
  await writeFile(join(cwd, 'rampart.config.yaml'), JSON.stringify(config));
  seedPrompt(langfuse.data, QUICK_POLICY, Date.now());
});

afterAll(async () => {
  process.env = before;
  for (const each of open) await each.close();
});

test('commands and status work on what the deployed functions wrote', async () => {
  const controller = await deployedController(undefined, testIo({ cwd, env }), { mails: false });
  const tick = makeHandler({ controller: async () => controller, now: Date.now });
  const body = JSON.stringify({ prompt: PROMPT });
  await tick({ Records: [{ eventSource: 'aws:sqs', messageId: '1', body }] });

  const status = await rampart({ cwd, env }, 'status', '--json');
  expect(JSON.parse(status.out)).toMatchObject({
    prompts: [{ prompt: PROMPT, rollout: { candidate: 2, percent: 30 } }],
  });
  expect(await rampart({ cwd, env }, 'rollback', PROMPT, '--because', 'a bad feeling')).toMatchObject({
    exit: 0,
    out: `${PROMPT}: rolled back to version 1\n`,
  });
  expect((await rampart({ cwd, env }, 'history', PROMPT)).out).toMatch(/rolled back +ada +.*reason: a bad feeling/u);
  expect((await rampart({ cwd, env }, 'doctor')).out).toContain('1 prompt in AWS');
});

test('what was rolled back there is refused by plan, with the table and the keys alone, until it is released', async () => {
  const front = `name: ${PROMPT}\nversion: 1.1.0\nrollout: ${JSON.stringify(QUICK_POLICY)}`;
  await mkdir(join(cwd, 'prompts'));
  await writeFile(join(cwd, 'prompts', 'greeting.md'), `---\n${front}\n---\n\nHi\n`);
  const { publicKey, secretKey } = langfuse;
  const keys = { LANGFUSE_PUBLIC_KEY: publicKey, LANGFUSE_SECRET_KEY: secretKey };
  const planEnv = { RAMPART_TABLE: env['RAMPART_TABLE']!, ...keys };
  expect(await rampart({ cwd, env: planEnv }, 'plan')).toMatchObject({
    exit: 1,
    out: expect.stringContaining(`refused until it is released: rampart release ${PROMPT} 2`),
  });
  await rampart({ cwd, env }, 'release', PROMPT, '2', '--because', 'it was the weather');
  expect(await rampart({ cwd, env: planEnv }, 'plan')).toMatchObject({ exit: 0 });
});

test('what is missing of the environment is named', async () => {
  const { RAMPART_BUCKET: _, RAMPART_TICK_QUEUE_URL: __, ...some } = env;
  expect(await rampart({ cwd, env: some }, 'status')).toMatchObject({
    exit: 3,
    err: expect.stringContaining('RAMPART_BUCKET'),
  });
  expect(await rampart({ cwd, env: some }, 'pause', PROMPT, '--because', 'x')).toMatchObject({
    exit: 3,
    err: expect.stringContaining('expected a value in each of RAMPART_BUCKET, RAMPART_TICK_QUEUE_URL'),
  });
});

test('credentials that AWS refuses are a problem of the credentials', async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...others } = process.env;
  process.env = { ...others, AWS_EC2_METADATA_DISABLED: 'true', AWS_PROFILE: 'nobody' };
  const { exit, err } = await rampart({ cwd, env }, 'status');
  process.env = { ...process.env, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  expect({ exit, err }).toEqual({ exit: 3, err: expect.stringContaining('Credentials') });
});
