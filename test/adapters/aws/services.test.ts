import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3DocumentStore } from '../../../src/adapters/aws/s3-document-store';
import { s3ObjectStore } from '../../../src/adapters/aws/s3-object-store';
import { sesMailSender } from '../../../src/adapters/aws/ses-mail-sender';
import { snsAlertSender } from '../../../src/adapters/aws/sns-alert-sender';
import { sqsTickQueue } from '../../../src/adapters/aws/sqs-tick-queue';
import type { TickMessage } from '../../../src/core/ports';
import { type AwsStandIn, startAwsStandIn } from '../../../src/local/aws/aws-stand-in';
import { documentStoreContract } from '../../contracts/document-store';
import { objectStoreContract } from '../../contracts/object-store';
import { alertSenderContract, mailSenderContract, tickQueueContract } from '../../contracts/senders';
import { clientConfig } from './clients';

const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:alerts';
let aws: AwsStandIn;
let clients: ReturnType<typeof connect>;

beforeEach(async () => {
  aws = await startAwsStandIn({ now: () => 0 });
  clients = connect(clientConfig(aws.url));
});

afterEach(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await aws.close();
});

function connect(config: ReturnType<typeof clientConfig>) {
  return {
    s3: new S3Client(config),
    sns: new SNSClient(config),
    ses: new SESv2Client(config),
    sqs: new SQSClient(config),
  };
}

const objects = () => s3ObjectStore({ client: clients.s3, bucket: 'evidence' });
const documents = () => s3DocumentStore({ client: clients.s3, bucket: 'evidence' });
const alerts = () => snsAlertSender({ client: clients.sns, topicArn: TOPIC });
const mails = () =>
  sesMailSender({ client: clients.ses, from: 'rampart@example.com', to: ['a@example.com'], now: () => 0 });
const queue = () => sqsTickQueue({ client: clients.sqs, queueUrl: aws.queueUrl('ticks') });
const waiting = () => aws.waiting(aws.queueUrl('ticks')).map((body) => JSON.parse(body) as TickMessage);

objectStoreContract('S3', async () => objects());
documentStoreContract('S3', async () => documents());
alertSenderContract('SNS', async () => ({
  sender: alerts(),
  arrived: async () => aws.alerts.map(({ id, subject, text, attributes }) => ({ id, subject, text, attributes })),
}));
mailSenderContract('SES', async () => ({
  sender: mails(),
  arrived: async () =>
    aws.mails.map(({ id, subject, html, text, images = [] }) => ({ id, subject, html, text, images })),
}));
tickQueueContract('SQS', async () => ({ queue: queue(), waiting: async () => waiting() }));

describe('what SNS would refuse', () => {
  test('is made to fit', async () => {
    await alerts().send({ id: 'a', subject: ` 🎉 größer\n${'x'.repeat(200)}`, text: 't', attributes: {} });
    const subject = aws.alerts[0]?.subject ?? '';
    expect(subject).toMatch(/^\?+ gr\?+er x+\.\.\.$/u);
    expect(subject).toHaveLength(100);
  });
});

describe('the failure of a service', () => {
  const message = { id: 'a', subject: 's', text: 't', html: 'h', attributes: {} };

  test.each([
    ['sns', () => alerts().send(message)],
    ['ses', () => mails().send(message)],
    ['sqs', () => queue().send([{ prompt: 'a' }])],
    ['s3', () => objects().put('evidence', Buffer.from('a'))],
    ['s3', () => objects().get('evidence/a')],
    ['s3', () => documents().getDocument('a')],
    ['s3', () => documents().putDocument('a', 'b', { contentType: 'text/plain', ifAbsent: true })],
  ] as const)('%s: is said, and the call works again afterwards', async (service, call) => {
    aws.failNext(service, 1);
    await expect(call()).rejects.toMatchObject({ name: 'RampartError', code: 'provider_unavailable' });
    expect(aws.alerts.length + aws.mails.length + waiting().length + aws.objectKeys().length).toBe(0);
  });

  test('a server that is not there is unavailable', async () => {
    const gone = await startAwsStandIn();
    await gone.close();
    const client = new SNSClient(clientConfig(gone.url));
    await expect(snsAlertSender({ client, topicArn: TOPIC }).send(message)).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    client.destroy();
  });

  test('a topic that does not exist is not found', async () => {
    const sender = snsAlertSender({ client: clients.sns, topicArn: 'nonsense' });
    await expect(sender.send(message)).rejects.toMatchObject({ code: 'provider_not_found' });
  });
});

describe('a queue that fails in part', () => {
  const messages = Array.from({ length: 25 }, (_, index) => ({ prompt: `prompt ${index}` }));

  test('sends the rest and names what was left out', async () => {
    aws.failNextEntries(2);
    await expect(queue().send(messages)).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining('got 2 failed ("prompt 0", "prompt 1")') as string,
    });
    expect(waiting()).toEqual(messages.slice(2));
  });

  test('a whole batch that fails does not keep the others', async () => {
    aws.failNext('sqs', 1);
    await expect(queue().send(messages)).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(waiting()).toEqual(messages.slice(10));
  });
});
