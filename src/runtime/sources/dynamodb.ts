import type { AttributeValue, DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { ASSIGNMENTS_INDEX, LISTED } from '../../core/assignment/assignments-index';
import { parseJson } from './assignment-list';
import { SourceError, type AssignmentSource, type InvalidDocument } from './source';

/** The part of `DynamoDBClient` of `@aws-sdk/client-dynamodb` 3 that is used. */
export interface DynamoDbClient {
  send(command: never, options: { abortSignal: AbortSignal }): Promise<unknown>;
}

export interface DynamoDbSourceOptions {
  /** Rampart's table. */
  tableName: string;
  /** Default: one made at the first read, with the environment's region and credentials. */
  client?: DynamoDbClient;
  /** Assignments per page; default: as many as DynamoDB gives, 1 MB. */
  pageSize?: number;
}

type Row = Record<string, AttributeValue>;

/**
 * Assignments from Rampart's DynamoDB table: the index that holds nothing else, page by page. The index follows a write
 * within a moment, usually well below a second. Needs the package `@aws-sdk/client-dynamodb` and `dynamodb:Query` on the
 * index.
 */
export function dynamoDbSource(options: DynamoDbSourceOptions): AssignmentSource {
  if (typeof options?.tableName !== 'string' || options.tableName === '') {
    throw new TypeError('dynamoDbSource: tableName: expected the name of a table');
  }
  let client = options.client as DynamoDBClient | undefined;
  return {
    async read(signal) {
      const documents: unknown[] = [];
      const invalid: InvalidDocument[] = [];
      const { DynamoDBClient, QueryCommand } = await sdk();
      client ??= new DynamoDBClient({});
      let startKey: Row | undefined;
      do {
        const query = new QueryCommand(queryOf(options, startKey));
        const page = await reach(options.tableName, () => client!.send(query, { abortSignal: signal }));
        for (const row of page.Items ?? []) readRow(row, documents, invalid);
        startKey = page.LastEvaluatedKey;
      } while (startKey !== undefined);
      return { documents, invalid, maxAgeMs: null, ageMs: 0 };
    },
  };
}

function queryOf({ tableName, pageSize }: DynamoDbSourceOptions, startKey: Row | undefined) {
  return {
    TableName: tableName,
    IndexName: ASSIGNMENTS_INDEX.name,
    KeyConditionExpression: '#listed = :listed',
    ExpressionAttributeNames: { '#listed': ASSIGNMENTS_INDEX.partition },
    ExpressionAttributeValues: { ':listed': { S: LISTED } },
    ...(pageSize === undefined ? {} : { Limit: pageSize }),
    ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
  };
}

/** Only apps that read from DynamoDB need its package. */
async function sdk(): Promise<typeof import('@aws-sdk/client-dynamodb')> {
  try {
    return await import('@aws-sdk/client-dynamodb');
  } catch (cause) {
    throw new SourceError(
      'SOURCE_UNAVAILABLE',
      'dynamoDbSource: expected the package @aws-sdk/client-dynamodb, got none',
      {
        cause,
      },
    );
  }
}

function readRow(row: Row, documents: unknown[], invalid: InvalidDocument[]): void {
  const key = row[ASSIGNMENTS_INDEX.sort]?.S ?? '';
  try {
    documents.push(parseJson(`row "${key}".assignment`, row[ASSIGNMENTS_INDEX.projected[0]]?.S ?? ''));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    invalid.push({ message: error.message, prompt: key.startsWith('prompt#') ? key.slice('prompt#'.length) : null });
  }
}

async function reach(tableName: string, ask: () => Promise<QueryCommandOutput>): Promise<QueryCommandOutput> {
  try {
    return await ask();
  } catch (cause) {
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new SourceError('SOURCE_UNAVAILABLE', `table ${tableName}: ${why}`, { cause });
  }
}
