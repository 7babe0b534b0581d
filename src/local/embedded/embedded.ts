import { mkdir } from 'node:fs/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient, type Message } from '@aws-sdk/client-sqs';
import { makeHandler as makeCompareVariants } from '../../../lambdas/compare-variants';
import { hashUnitWith, sha256 } from '../../../lambdas/hashing';
import { makeHandler as makeTick } from '../../../lambdas/tick';
import { makeHandler as makeWeeklyReport } from '../../../lambdas/weekly-report';
import { dynamoDbPromptStore } from '../../adapters/aws/dynamodb-prompt-store';
import { dynamoDbRequestBudget } from '../../adapters/aws/dynamodb-request-budget';
import { s3DocumentStore } from '../../adapters/aws/s3-document-store';
import { s3ObjectStore } from '../../adapters/aws/s3-object-store';
import { sesMailSender } from '../../adapters/aws/ses-mail-sender';
import { snsAlertSender } from '../../adapters/aws/sns-alert-sender';
import { sqsTickQueue } from '../../adapters/aws/sqs-tick-queue';
import { installedAssets } from '../../adapters/mail/installed-assets';
import { comparisonRenderer } from '../../adapters/mail/comparison-renderer';
import { reportRenderer } from '../../adapters/mail/report-renderer';
import { createLangfuse } from '../../adapters/langfuse/create-langfuse';
import type { Controller, LogEvent, Settings } from '../../app/controller';
import { pageCache } from '../../app/evidence/page-cache';
import type { Clock } from '../../core/ports';
import { startAwsStandIn, type AwsStandIn } from '../aws/aws-stand-in';
import { startDynamoDb } from '../aws/dynamodb';
import { startLangfuseStandIn, type StandIn } from '../langfuse/server';

/** A whole deployment on loopback: stand-ins for Langfuse and AWS, the real adapters, the real handlers, one clock. */
export interface Embedded {
  controller: Controller;
  langfuse: StandIn;
  aws: AwsStandIn;
  /** What the schedule and the queue do on AWS: one schedule event, then one event per queued message. */
  tick(): Promise<void>;
  compareVariants(): Promise<unknown>;
  weeklyReport(options: { week?: string; force?: boolean }): Promise<{ week: string; sent: boolean }>;
  close(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const HASH_KEY = 'the embedded mode keeps nothing';
const BUCKET = 'rampart';
const QUEUE = 'ticks';
const TOPIC_ARN = 'arn:aws:sns:local:000000000000:alerts';

/**
 * Starts everything on free loopback ports.
 * @param options `outboxDir`: where alerts and mails are written; `now`: the clock of every part; `log`: the handlers' log
 */
export async function startEmbedded(options: {
  outboxDir: string;
  now: Clock;
  settings: Settings;
  log: (event: LogEvent) => void;
}): Promise<Embedded> {
  await mkdir(options.outboxDir, { recursive: true });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const langfuse = await startLangfuseStandIn({ nowMs: options.now });
    closers.push(() => langfuse.close());
    const dynamoDb = await startDynamoDb();
    closers.push(() => dynamoDb.close());
    const aws = await startAwsStandIn({ outboxDir: options.outboxDir, now: options.now });
    closers.push(() => aws.close());
    const clients = awsClients(dynamoDb.url, aws.url);
    closers.push(async () => Object.values(clients).forEach((client) => client.destroy()));
    const queueUrl = aws.queueUrl(QUEUE);
    const table = { client: clients.dynamoDb, tableName: dynamoDb.tableName };
    const bucket = { client: clients.s3, bucket: BUCKET };
    const { baseUrl, publicKey, secretKey } = langfuse;
    const controller: Controller = {
      langfuse: createLangfuse({ baseUrl, publicKey, secretKey, timeoutMs: 10_000 }),
      store: dynamoDbPromptStore(table),
      objects: s3ObjectStore(bucket),
      documents: s3DocumentStore(bucket),
      budget: dynamoDbRequestBudget({ ...table, limits: null }),
      alerts: snsAlertSender({ client: clients.sns, topicArn: TOPIC_ARN }),
      mail: sesMailSender({
        client: clients.ses,
        from: 'rampart@example.com',
        to: ['team@example.com'],
        now: options.now,
      }),
      queue: sqsTickQueue({ client: clients.sqs, queueUrl }),
      hashUnit: hashUnitWith(HASH_KEY),
      sha256,
      cache: pageCache(32 * 1024 * 1024),
      settings: options.settings,
      log: options.log,
    };
    const deps = { controller: async () => controller, now: options.now };
    const tick = makeTick(deps);
    const weeklyReport = makeWeeklyReport(deps, reportRenderer(installedAssets));
    const compareVariants = makeCompareVariants(deps, comparisonRenderer(installedAssets));
    return {
      controller,
      langfuse,
      aws,
      async tick() {
        await tick({ schedule: 'tick' });
        await drain(clients.sqs, queueUrl, tick);
      },
      compareVariants: () => compareVariants({ schedule: 'compare-variants' }),
      async weeklyReport(event) {
        const made = await weeklyReport(event);
        if (!('sent' in made)) throw new Error('a report was asked for and a rebuild answered');
        return made;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function awsClients(dynamoDbUrl: string, awsUrl: string) {
  const to = (endpoint: string) => ({ endpoint, region: 'local', credentials: CREDENTIALS });
  return {
    dynamoDb: new DynamoDBClient(to(dynamoDbUrl)),
    s3: new S3Client({ ...to(awsUrl), forcePathStyle: true }),
    sns: new SNSClient(to(awsUrl)),
    ses: new SESv2Client(to(awsUrl)),
    sqs: new SQSClient(to(awsUrl)),
  };
}

/** What Lambda's poller does: hands the messages over one by one and deletes those that did not fail. */
async function drain(
  client: SQSClient,
  queueUrl: string,
  tick: (event: unknown) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>,
): Promise<void> {
  for (;;) {
    const { Messages: messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (messages.length === 0) return;
    for (const message of messages) {
      const { batchItemFailures } = await tick({ Records: [recordOf(message)] });
      if (batchItemFailures.length > 0) continue;
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
}

function recordOf(message: Message): Record<string, unknown> {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    eventSource: 'aws:sqs',
  };
}
