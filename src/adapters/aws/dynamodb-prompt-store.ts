import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  type GetCommandOutput,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Assignment } from '../../core/assignment/assignment';
import type { AuditEvent, PromptItem } from '../../core/item/prompt-item';
import {
  ASSIGNMENTS_INDEX,
  ITEM_SORT_KEY,
  LISTED,
  promptKey,
  promptOfKey,
  TABLE_KEYS,
} from '../../core/assignment/assignment-keys';
import type { AssignmentPage, PromptStore } from '../../core/ports';
import { HISTORY_PREFIX } from './dynamodb-table';
import { readable, split } from './readable-assignments';
import { calling, fromSdk, isNamed } from './sdk-errors';
import { eventKey, readStoredEvent } from './stored-event';
import { conflict, itemToJson, parseStored, readStoredAssignment, readStoredItem } from './stored-item';

/*
 * Promises: one prompt is one row, written as a whole by one conditional PutItem, so the assignment changes with the
 * transition or not at all. Reads by key are strongly consistent; the list of all assignments comes from an index and
 * may be a moment old. `revision_conflict` can also mean that our own write succeeded and its answer was lost: reading
 * again tells. No transactions are used.
 */

export interface DynamoDbPromptStoreOptions {
  client: DynamoDBClient;
  tableName: string;
  /** Assignments per page of the list. */
  pageSize?: number;
}

/** The prompts' items in one DynamoDB table (see `dynamodb-table.ts`). */
export function dynamoDbPromptStore(options: DynamoDbPromptStoreOptions): PromptStore {
  const table: Table = { client: DynamoDBDocumentClient.from(options.client), name: options.tableName };
  return {
    read: (prompt) => read(table, prompt),
    write: (item) => write(table, item),
    readAssignment: (prompt) => readAssignment(table, prompt),
    listAssignments: (cursor) => listAssignments(table, cursor, options.pageSize ?? 100),
    async appendHistory(prompt, events) {
      await Promise.all(events.map((event) => appendEvent(table, prompt, event)));
    },
    readHistory: (prompt, query) => readHistory(table, prompt, query),
  };
}

interface Table {
  client: DynamoDBDocumentClient;
  name: string;
}

/** The prompt's row, or the projected part of it, strongly consistent. */
async function getRow(
  { client, name }: Table,
  prompt: string,
  what: string,
  projection: Partial<GetCommandInput>,
): Promise<GetCommandOutput['Item']> {
  const Key = { pk: promptKey(prompt), sk: ITEM_SORT_KEY };
  const command = new GetCommand({ TableName: name, Key, ConsistentRead: true, ...projection });
  return (await calling(what, () => client.send(command))).Item;
}

async function read(table: Table, prompt: string): Promise<PromptItem | null> {
  const where = `item of prompt "${prompt}"`;
  const row = await getRow(table, prompt, `read the ${where}`, {});
  if (row === undefined) return null;
  return readStoredItem(where, prompt, {
    ...(parseStored(`${where}.body`, String(row['body'])) as object),
    schema: row['schema'],
    prompt,
    revision: row['revision'],
    assignment: parseStored(`${where}.assignment`, String(row['assignment'])),
  });
}

async function write(table: Table, item: PromptItem): Promise<void> {
  itemToJson(item);
  const { schema, prompt, revision, assignment, ...body } = item;
  const put = new PutCommand({
    TableName: table.name,
    Item: {
      pk: promptKey(prompt),
      sk: ITEM_SORT_KEY,
      listed: LISTED,
      schema,
      revision,
      assignment: JSON.stringify(assignment),
      body: JSON.stringify(body),
    },
    ...(revision === 1
      ? { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition } }
      : {
          ConditionExpression: '#revision = :before',
          ExpressionAttributeNames: { '#revision': 'revision' },
          ExpressionAttributeValues: { ':before': revision - 1 },
        }),
  });
  try {
    await table.client.send(put);
  } catch (error) {
    if (!isNamed(error, 'ConditionalCheckFailedException'))
      throw fromSdk(`write the item of prompt "${prompt}"`, error);
    throw conflict(prompt, revision - 1, 'another');
  }
}

async function readAssignment(table: Table, prompt: string): Promise<Assignment | null> {
  const where = `assignment of prompt "${prompt}"`;
  const row = await getRow(table, prompt, `read the ${where}`, {
    ProjectionExpression: '#assignment',
    ExpressionAttributeNames: { '#assignment': 'assignment' },
  });
  return row === undefined ? null : assignmentOf(where, prompt, row);
}

async function listAssignments(table: Table, cursor: string | null, pageSize: number): Promise<AssignmentPage> {
  const page = await calling('list the assignments', () =>
    table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: ASSIGNMENTS_INDEX.name,
        KeyConditionExpression: '#listed = :listed',
        ExpressionAttributeNames: { '#listed': ASSIGNMENTS_INDEX.partition },
        ExpressionAttributeValues: { ':listed': LISTED },
        Limit: pageSize,
        ...(cursor === null ? {} : { ExclusiveStartKey: { listed: LISTED, pk: cursor, sk: ITEM_SORT_KEY } }),
      }),
    ),
  );
  const rows = (page.Items ?? []).map((row) => {
    const key = String(row['pk']);
    return readable(promptOfKey(key), () => assignmentOf(`assignment in row "${key}"`, null, row));
  });
  return { ...split(rows), cursor: keyPart(page.LastEvaluatedKey, TABLE_KEYS.partition) };
}

async function appendEvent(table: Table, prompt: string, event: AuditEvent): Promise<void> {
  const put = new PutCommand({
    TableName: table.name,
    Item: { pk: promptKey(prompt), sk: `${HISTORY_PREFIX}${eventKey(event)}`, event: JSON.stringify(event) },
    ConditionExpression: 'attribute_not_exists(#pk)',
    ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition },
  });
  try {
    await table.client.send(put);
  } catch (error) {
    if (!isNamed(error, 'ConditionalCheckFailedException')) throw fromSdk(`store audit event ${event.id}`, error);
  }
}

async function readHistory(
  table: Table,
  prompt: string,
  query: { limit: number; cursor: string | null },
): Promise<{ events: AuditEvent[]; cursor: string | null }> {
  const page = await calling(`read the history of prompt "${prompt}"`, () =>
    table.client.send(
      new QueryCommand({
        TableName: table.name,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
        ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition, '#sk': TABLE_KEYS.sort },
        ExpressionAttributeValues: { ':pk': promptKey(prompt), ':prefix': HISTORY_PREFIX },
        ScanIndexForward: false,
        Limit: query.limit,
        ...(query.cursor === null ? {} : { ExclusiveStartKey: { pk: promptKey(prompt), sk: query.cursor } }),
      }),
    ),
  );
  const events = (page.Items ?? []).map((row) => {
    const where = `history of prompt "${prompt}", ${String(row['sk'])}`;
    return readStoredEvent(where, parseStored(where, String(row['event'])));
  });
  return { events, cursor: keyPart(page.LastEvaluatedKey, TABLE_KEYS.sort) };
}

function assignmentOf(where: string, prompt: string | null, row: Record<string, unknown>): Assignment {
  return readStoredAssignment(where, prompt, parseStored(where, String(row['assignment'])));
}

function keyPart(key: Record<string, unknown> | undefined, part: string): string | null {
  return key === undefined ? null : String(key[part]);
}
