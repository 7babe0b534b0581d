import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoDbPromptStore } from '../src/adapters/aws/dynamodb-prompt-store';
import { dynamoDbRequestBudget } from '../src/adapters/aws/dynamodb-request-budget';
import { s3DocumentStore } from '../src/adapters/aws/s3-document-store';
import { s3ObjectStore } from '../src/adapters/aws/s3-object-store';
import { snsAlertSender } from '../src/adapters/aws/sns-alert-sender';
import { sqsTickQueue } from '../src/adapters/aws/sqs-tick-queue';
import { createLangfuse } from '../src/adapters/langfuse/create-langfuse';
import type { Controller, LogEvent } from '../src/app/controller';
import { pageCache } from '../src/app/evidence/page-cache';
import { type Environment, parseEnvironment } from '../src/core/config/environment';
import { parseRuntimeConfig, type RuntimeConfig } from '../src/core/config/runtime-config';
import type { MailSender } from '../src/core/ports';
import { errorFacts, type HandlerDeps } from './handler';
import { hashUnitWith, sha256 } from './hashing';
import { remembering } from './remembering';
import { readHashKey, readLangfuseKeys } from './secrets';
import { writeLog } from './write-log';

/** A changed secret is seen within this time. */
const CONTROLLER_MAX_AGE_MS = 15 * 60_000;

/** No call hangs: left to itself the SDK waits for ever. */
const BOUNDED = {
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
} as const;

/** Pages of snapshots, as long as the container lives. Parsed ones take several times this in memory. */
const cache = pageCache(32 * 1024 * 1024);

/** Makes the mail sender of a deployment that has a sender and recipients. */
type MakeMail = (mail: NonNullable<RuntimeConfig['mail']>) => MailSender;

/**
 * What the deployed handlers run with: nothing is read before the first event.
 * @param makeMail only for the function that mails; the others neither carry the client nor have the permission
 */
export function awsDeps(makeMail?: MakeMail): HandlerDeps {
  const now = Date.now;
  const make = () => controllerOfContainer(makeMail ?? null);
  return { now, controller: remembering(make, { maxAgeMs: CONTROLLER_MAX_AGE_MS, now }) };
}

async function controllerOfContainer(makeMail: MakeMail | null): Promise<Controller> {
  try {
    const environment = parseEnvironment(process.env);
    const config = parseRuntimeConfig(readFileSync(environment.configFile, 'utf8'));
    const mail = makeMail === null || config.mail === null ? null : makeMail(config.mail);
    return await awsController(environment, config, { mail, log: writeLog });
  } catch (error) {
    writeLog({ level: 'error', event: 'start_failed', ...errorFacts(error) });
    throw error;
  }
}

/**
 * A controller over AWS. The SDK's clients take region, credentials and endpoints from the environment.
 * @throws RampartError when a secret cannot be read or has another form
 */
export async function awsController(
  environment: Environment,
  config: RuntimeConfig,
  outputs: { mail: MailSender | null; log: (event: LogEvent) => void },
): Promise<Controller> {
  const secrets = new SecretsManagerClient(BOUNDED);
  const [keys, hashKey] = await Promise.all([
    readLangfuseKeys(secrets, environment.langfuseSecretId),
    readHashKey(secrets, environment.hashKeySecretId),
  ]);
  const { baseUrl, timeoutMs, requestsPerMinute } = config.langfuse;
  const table = { client: new DynamoDBClient(BOUNDED), tableName: environment.table };
  const bucket = { client: new S3Client(BOUNDED), bucket: environment.bucket };
  return {
    langfuse: createLangfuse({ baseUrl, timeoutMs, ...keys }),
    store: dynamoDbPromptStore(table),
    objects: s3ObjectStore(bucket),
    documents: s3DocumentStore(bucket),
    budget: dynamoDbRequestBudget({ ...table, limits: budgetLimits(requestsPerMinute) }),
    alerts: snsAlertSender({ client: new SNSClient(BOUNDED), topicArn: environment.alertTopicArn }),
    queue: sqsTickQueue({ client: new SQSClient(BOUNDED), queueUrl: environment.tickQueueUrl }),
    hashUnit: hashUnitWith(hashKey),
    sha256,
    cache,
    settings: config.settings,
    ...outputs,
  };
}

/** Half a minute's requests may be made at once, so that no minute sees more than one and a half times its share. */
function budgetLimits(perMinute: number | null): { perMinute: number; burst: number } | null {
  return perMinute === null ? null : { perMinute, burst: Math.max(2, Math.ceil(perMinute / 2)) };
}
