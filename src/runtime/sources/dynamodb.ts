import type { AttributeValue, GetItemCommandOutput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import {
  ASSIGNMENTS_INDEX,
  ITEM_SORT_KEY,
  LISTED,
  promptKey,
  promptOfKey,
  TABLE_KEYS,
} from '../../core/assignment/assignment-keys';
import { parseJson } from './assignment-list';
import { SourceError, type AssignmentSource, type InvalidDocument, type SourceAnswer } from './source';

const [ASSIGNMENT] = ASSIGNMENTS_INDEX.projected;

/** The part of `DynamoDBClient` of `@aws-sdk/client-dynamodb` 3 that is used. */
export interface DynamoDbClient {
  send(command: never, options: { abortSignal: AbortSignal }): Promise<unknown>;
}

export interface DynamoDbSourceOptions {
  /** Rampart's table. */
  tableName: string;
  /** Default: one made at the first read, with the environment's region and credentials. */
  client?: DynamoDbClient;
  /** Only these, each by its key; for an app with a few of many prompts. Default: all, from the index. */
  prompts?: readonly string[];
  /** Assignments per page of the index; default: as many as DynamoDB gives, 1 MB. */
  pageSize?: number;
}

type Row = Record<string, AttributeValue>;
type Sdk = typeof import('@aws-sdk/client-dynamodb');
/** Sends a command to the table. */
type Send = <Answer>(command: unknown) => Promise<Answer>;

/**
 * Assignments from Rampart's DynamoDB table: those that are named, each by its key and as the last write left it, or all
 * of them from the index that holds nothing else, which follows a write within a moment, usually well below a second. Needs
 * the package `@aws-sdk/client-dynamodb`, and `dynamodb:GetItem` on the table or `dynamodb:Query` on the index.
 */
export function dynamoDbSource(options: DynamoDbSourceOptions): AssignmentSource {
  if (typeof options?.tableName !== 'string' || options.tableName === '') {
    throw new TypeError('dynamoDbSource: tableName: expected the name of a table');
  }
  let client = options.client;
  return {
    async read(signal) {
      const commands = await sdk();
      const used = (client ??= new commands.DynamoDBClient({}));
      const send: Send = (command) =>
        reach(options.tableName, () => used.send(command as never, { abortSignal: signal }));
      const rows =
        options.prompts === undefined ? await listed(commands, send, options) : await named(commands, send, options);
      return readRows(rows);
    },
  };
}

/** All of the index, page by page. */
async function listed(
  { QueryCommand }: Sdk,
  send: Send,
  { tableName, pageSize }: DynamoDbSourceOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  let startKey: Row | undefined;
  do {
    const page: QueryCommandOutput = await send(
      new QueryCommand({
        TableName: tableName,
        IndexName: ASSIGNMENTS_INDEX.name,
        KeyConditionExpression: '#listed = :listed',
        ExpressionAttributeNames: { '#listed': ASSIGNMENTS_INDEX.partition },
        ExpressionAttributeValues: { ':listed': { S: LISTED } },
        ...(pageSize === undefined ? {} : { Limit: pageSize }),
        ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      }),
    );
    rows.push(...(page.Items ?? []));
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
  return rows;
}

/** The items of these prompts; one that is not there is left out. */
async function named(
  { GetItemCommand }: Sdk,
  send: Send,
  { tableName, prompts = [] }: DynamoDbSourceOptions,
): Promise<Row[]> {
  const rows = await Promise.all(
    prompts.map(async (prompt) => {
      const pk = { S: promptKey(prompt) };
      const { Item }: GetItemCommandOutput = await send(
        new GetItemCommand({
          TableName: tableName,
          Key: { [TABLE_KEYS.partition]: pk, [TABLE_KEYS.sort]: { S: ITEM_SORT_KEY } },
          ConsistentRead: true,
          ProjectionExpression: '#assignment',
          ExpressionAttributeNames: { '#assignment': ASSIGNMENT },
        }),
      );
      return Item === undefined ? [] : [{ ...Item, [TABLE_KEYS.partition]: pk }];
    }),
  );
  return rows.flat();
}

/** Only apps that read from DynamoDB need its package. */
async function sdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-dynamodb');
  } catch (cause) {
    const message = 'dynamoDbSource: expected the package @aws-sdk/client-dynamodb, got none';
    throw new SourceError('SOURCE_UNAVAILABLE', message, { cause });
  }
}

function readRows(rows: readonly Row[]): SourceAnswer {
  const documents: unknown[] = [];
  const invalid: InvalidDocument[] = [];
  for (const row of rows) {
    const key = row[TABLE_KEYS.partition]?.S ?? '';
    try {
      documents.push(parseJson(`row "${key}".${ASSIGNMENT}`, row[ASSIGNMENT]?.S ?? ''));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      invalid.push({ message: error.message, prompt: promptOfKey(key) });
    }
  }
  return { documents, invalid, maxAgeMs: null, ageMs: 0 };
}

async function reach<Answer>(tableName: string, ask: () => Promise<unknown>): Promise<Answer> {
  try {
    return (await ask()) as Answer;
  } catch (cause) {
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new SourceError('SOURCE_UNAVAILABLE', `table ${tableName}: ${why}`, { cause });
  }
}
