import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { dynamoDbPromptStore } from '../../../src/adapters/aws/dynamodb-prompt-store';
import { sesMailSender } from '../../../src/adapters/aws/ses-mail-sender';
import { snsAlertSender } from '../../../src/adapters/aws/sns-alert-sender';
import { type AwsStandIn, startAwsStandIn } from '../../../src/local/aws/aws-stand-in';
import { startDynamoDb } from '../../../src/local/aws/dynamodb';
import { clientConfig } from '../../adapters/aws/clients';
import { sampleItem } from '../../contracts/sample-item';

const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:alerts';
let aws: AwsStandIn;
let folder: string;
let nowMs = 0;

beforeEach(async () => {
  nowMs = 1_000_000;
  folder = await mkdtemp(join(tmpdir(), 'rampart-test-'));
  aws = await startAwsStandIn({ outboxDir: folder, now: () => nowMs });
});

afterEach(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

test('a client that knows only the environment reaches it', async () => {
  const engine = await startDynamoDb();
  const before = { ...process.env };
  Object.assign(process.env, aws.environment, engine.environment);
  try {
    await new SNSClient({}).send(new PublishCommand({ TopicArn: TOPIC, Subject: 's', Message: 'm' }));
    await new S3Client({}).send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x' }));
    await sesMailSender({
      client: new SESv2Client({}),
      from: 'a@example.com',
      to: ['b@example.com'],
      now: () => 0,
    }).send({
      id: 'm',
      subject: 's',
      html: 'h',
      text: 't',
    });
    await new SQSClient({}).send(
      new SendMessageBatchCommand({ QueueUrl: aws.queueUrl('q'), Entries: [{ Id: '0', MessageBody: 'x' }] }),
    );
    const client = new DynamoDBClient({});
    await dynamoDbPromptStore({ client, tableName: engine.tableName }).write(sampleItem('greeting', 1));
    client.destroy();
  } finally {
    process.env = before;
    await engine.close();
  }
  expect([aws.alerts.length, aws.mails.length, aws.waiting(aws.queueUrl('q')).length]).toEqual([1, 1, 1]);
  expect(aws.objectKeys()).toEqual(['b/k']);
});

test('alerts and mails land in the outbox', async () => {
  const sns = new SNSClient(clientConfig(aws.url));
  const ses = new SESv2Client(clientConfig(aws.url));
  await snsAlertSender({ client: sns, topicArn: TOPIC }).send({
    id: 'greeting#7#0',
    subject: 'Rolled back',
    text: 'Worse.',
    attributes: { prompt: 'greeting' },
  });
  await sesMailSender({ client: ses, from: 'a@example.com', to: ['b@example.com'], now: () => 0 }).send({
    id: 'report/2026-W12',
    subject: 'Week 12',
    html: '<p>größer</p>',
    text: 'größer',
  });
  expect((await readdir(join(folder, 'alerts'))).sort()).toEqual(['greeting%237%230.json', 'greeting%237%230.txt']);
  const mails = await readdir(join(folder, 'mails'));
  const html = mails.find((name) => name.endsWith('.html')) ?? '';
  expect(await readFile(join(folder, 'mails', html), 'utf8')).toBe('<p>größer</p>');
  expect(aws.mails[0]).toMatchObject({ from: 'a@example.com', to: ['b@example.com'], subject: 'Week 12' });
  sns.destroy();
  ses.destroy();
});

test('a message that was received and not deleted comes back after its time-out', async () => {
  const sqs = new SQSClient(clientConfig(aws.url));
  const queue = { QueueUrl: aws.queueUrl('ticks') };
  const receive = async () =>
    (await sqs.send(new ReceiveMessageCommand({ ...queue, MaxNumberOfMessages: 10, VisibilityTimeout: 60 })))
      .Messages ?? [];
  const entries = ['a', 'b'].map((body) => ({ Id: body, MessageBody: body }));
  await sqs.send(new SendMessageBatchCommand({ ...queue, Entries: entries }));
  const first = await receive();
  expect(first.map((message) => message.Body)).toEqual(['a', 'b']);
  expect(await receive()).toEqual([]);
  await sqs.send(new DeleteMessageCommand({ ...queue, ReceiptHandle: first[0]!.ReceiptHandle! }));
  nowMs += 60_000;
  expect((await receive()).map((message) => message.Body)).toEqual(['b']);
  expect(aws.waiting(aws.queueUrl('other'))).toEqual([]);
  sqs.destroy();
});

test('the SDK tries three times: two failures are not seen, three are', async () => {
  const sns = new SNSClient({ ...clientConfig(aws.url), maxAttempts: 3 });
  const publish = () => sns.send(new PublishCommand({ TopicArn: TOPIC, Subject: 's', Message: 'm' }));
  aws.failNext('sns', 2);
  await publish();
  aws.failNext('sns', 3);
  await expect(publish()).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  expect(aws.alerts).toHaveLength(1);
  sns.destroy();
});

test('refuses what the services refuse, and what it does not know', async () => {
  const config = clientConfig(aws.url);
  const clients = {
    sns: new SNSClient(config),
    ses: new SESv2Client(config),
    sqs: new SQSClient(config),
    s3: new S3Client(config),
  };
  const publish = (input: object) =>
    clients.sns.send(new PublishCommand({ TopicArn: TOPIC, Subject: 's', Message: 'm', ...input }));
  await expect(publish({ Subject: 'ä' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(publish({ Subject: 'x'.repeat(101) })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(publish({ Message: '' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(publish({ MessageAttributes: { a: { DataType: 'String', StringValue: '' } } })).rejects.toThrow('empty');
  await expect(clients.sns.send(new CreateTopicCommand({ Name: 'a' }))).rejects.toMatchObject({
    name: 'InvalidAction',
  });
  await expect(clients.ses.send(new SendEmailCommand({ Content: {} }))).rejects.toMatchObject({
    name: 'BadRequestException',
  });
  const eleven = Array.from({ length: 11 }, (_, index) => ({ Id: String(index), MessageBody: 'x' }));
  await expect(
    clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: aws.queueUrl('q'), Entries: eleven })),
  ).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
  await expect(clients.s3.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toThrow();
  await expect(clients.s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
  for (const client of Object.values(clients)) client.destroy();
});

test('the embedded DynamoDB keeps its data in a folder when it is given one', async () => {
  const write = await startDynamoDb({ folder: join(folder, 'dynamodb') });
  const first = new DynamoDBClient(clientConfig(write.url));
  await dynamoDbPromptStore({ client: first, tableName: write.tableName }).write(sampleItem('greeting', 1));
  first.destroy();
  await write.close();
  const read = await startDynamoDb({ folder: join(folder, 'dynamodb') });
  const second = new DynamoDBClient(clientConfig(read.url));
  const item = await dynamoDbPromptStore({ client: second, tableName: read.tableName }).read('greeting');
  expect(item).toEqual(sampleItem('greeting', 1));
  second.destroy();
  await read.close();
});
