import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RequestBudget } from '../../core/ports';
import { BUDGET_KEY } from './dynamodb-table';
import { calling, fromSdk, isNamed } from './sdk-errors';
import { type Bucket, type BudgetLimits, checkLimits, FULL_BUCKET, takeTokens } from './token-bucket';

/*
 * Promises: all functions of a deployment share one bucket and together never take more than is in it. A take is a read
 * and a conditional update; who loses the race eight times in a row is granted nothing and asked to come back.
 */

const ATTEMPTS = 8;
const RETRY_AFTER_RACE_MS = 500;

/** The deployment's budget of Langfuse requests in its DynamoDB table. */
export function dynamoDbRequestBudget(options: {
  client: DynamoDBClient;
  tableName: string;
  limits: BudgetLimits;
}): RequestBudget {
  checkLimits(options.limits);
  const client = DynamoDBDocumentClient.from(options.client);
  return {
    async take(wanted, purpose, nowMs) {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const stored = await readBucket(client, options.tableName);
        const taken = takeTokens(stored?.bucket ?? FULL_BUCKET, options.limits, { wanted, purpose, nowMs });
        const answer = { granted: taken.granted, retryAtMs: taken.retryAtMs };
        if (taken.granted === 0 || options.limits === null) return answer;
        if (await writeBucket(client, options.tableName, taken.bucket, stored?.revision ?? 0)) return answer;
      }
      return { granted: 0, retryAtMs: nowMs + RETRY_AFTER_RACE_MS };
    },
    blockUntil: (untilMs) => block(client, options.tableName, untilMs),
  };
}

interface Stored {
  bucket: Bucket;
  revision: number;
}

async function readBucket(client: DynamoDBDocumentClient, tableName: string): Promise<Stored | null> {
  const { Item: row } = await calling('read the request budget', () =>
    client.send(new GetCommand({ TableName: tableName, Key: BUDGET_KEY, ConsistentRead: true })),
  );
  if (row === undefined) return null;
  return {
    bucket: {
      // A row that holds only a block is of a bucket that was never used: full.
      tokens: Number(row['tokens'] ?? FULL_BUCKET.tokens),
      atMs: Number(row['atMs'] ?? 0),
      blockedUntilMs: Number(row['blockedUntilMs'] ?? 0),
    },
    revision: Number(row['revision']),
  };
}

/** @returns false when another one was faster */
async function writeBucket(
  client: DynamoDBDocumentClient,
  tableName: string,
  bucket: Bucket,
  revision: number,
): Promise<boolean> {
  return update('take from the request budget', client, {
    TableName: tableName,
    Key: BUDGET_KEY,
    UpdateExpression: 'SET #tokens = :tokens, #atMs = :atMs, #revision = :next',
    ConditionExpression: revision === 0 ? 'attribute_not_exists(#revision)' : '#revision = :revision',
    ExpressionAttributeNames: { '#tokens': 'tokens', '#atMs': 'atMs', '#revision': 'revision' },
    ExpressionAttributeValues: {
      ':tokens': bucket.tokens,
      ':atMs': bucket.atMs,
      ':next': revision + 1,
      ...(revision === 0 ? {} : { ':revision': revision }),
    },
  });
}

/** A longer block that is there already stays. */
async function block(client: DynamoDBDocumentClient, tableName: string, untilMs: number): Promise<void> {
  await update('block the request budget', client, {
    TableName: tableName,
    Key: BUDGET_KEY,
    UpdateExpression: 'SET #until = :until ADD #revision :one',
    ConditionExpression: 'attribute_not_exists(#until) OR #until < :until',
    ExpressionAttributeNames: { '#until': 'blockedUntilMs', '#revision': 'revision' },
    ExpressionAttributeValues: { ':until': untilMs, ':one': 1 },
  });
}

async function update(
  what: string,
  client: DynamoDBDocumentClient,
  input: ConstructorParameters<typeof UpdateCommand>[0],
): Promise<boolean> {
  try {
    await client.send(new UpdateCommand(input));
    return true;
  } catch (error) {
    if (isNamed(error, 'ConditionalCheckFailedException')) return false;
    throw fromSdk(what, error);
  }
}
