import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { dynamoDbPromptStore } from '../../src/adapters/aws/dynamodb-prompt-store';
import { s3ObjectStore } from '../../src/adapters/aws/s3-object-store';
import { environmentVariables } from '../../src/core/config/environment';
import { runtimeConfig } from '../../src/core/config/runtime-config';
import { startAwsStandIn } from '../../src/local/aws/aws-stand-in';
import { startDynamoDb } from '../../src/local/aws/dynamodb';
import { startLangfuseStandIn } from '../../src/local/langfuse/server';
import { clientConfig } from '../adapters/aws/clients';
import { startSecrets } from '../lambdas/secrets-stand-in';
import { configWith } from './config-with';

const BUCKET = 'state';

/** Everything that a deployed function reaches, on loopback, with the environment that the stack would give it. */
export async function startReportWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-report-'));
  const aws = await startAwsStandIn();
  const dynamoDb = await startDynamoDb();
  const langfuse = await startLangfuseStandIn({ nowMs: Date.now });
  const { publicKey, secretKey, baseUrl } = langfuse;
  const secrets = await startSecrets({ langfuse: JSON.stringify({ publicKey, secretKey }), hash: '0123456789abcdef' });
  const report = { from: 'rampart@example.com', to: ['team@example.com'] };
  const config = configWith({ langfuse: { baseUrl, secretName: 'langfuse' }, report });
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify(runtimeConfig(config)));
  const table = new DynamoDBClient(clientConfig(dynamoDb.url));
  const bucket = new S3Client({ ...clientConfig(aws.url), forcePathStyle: true });
  return {
    aws,
    langfuse,
    store: dynamoDbPromptStore({ client: table, tableName: dynamoDb.tableName }),
    objects: s3ObjectStore({ client: bucket, bucket: BUCKET }),
    environment: {
      ...aws.environment,
      ...dynamoDb.environment,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      ...environmentVariables({
        configFile,
        table: dynamoDb.tableName,
        bucket: BUCKET,
        alertTopicArn: 'arn:aws:sns:eu-central-1:123456789012:alerts',
        tickQueueUrl: aws.queueUrl('ticks'),
        langfuseSecretId: 'langfuse',
        hashKeySecretId: 'hash',
      }),
    },
    async close() {
      table.destroy();
      bucket.destroy();
      for (const each of [aws, dynamoDb, langfuse, secrets]) await each.close();
      rmSync(folder, { recursive: true });
    },
  };
}
