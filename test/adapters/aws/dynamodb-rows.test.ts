import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoDbPromptStore } from '../../../src/adapters/aws/dynamodb-prompt-store';
import { dynamoDbRequestBudget } from '../../../src/adapters/aws/dynamodb-request-budget';
import type { PromptStore } from '../../../src/core/ports';
import { createTable, type LocalDynamoDb, startDynamoDb } from '../../../src/local/aws/dynamodb';
import { sampleAssignment, sampleItem } from '../../contracts/sample-item';
import { clientConfig } from './clients';

let engine: LocalDynamoDb;
let client: DynamoDBClient;
let documents: DynamoDBDocumentClient;
let tableName: string;
let store: PromptStore;
let tables = 0;

beforeAll(async () => {
  engine = await startDynamoDb();
  client = new DynamoDBClient(clientConfig(engine.url));
  documents = DynamoDBDocumentClient.from(client);
});

afterAll(async () => {
  client.destroy();
  await engine.close();
});

beforeEach(async () => {
  tableName = `rows-${tables++}`;
  await createTable(engine.url, tableName);
  store = dynamoDbPromptStore({ client, tableName });
  await store.write(sampleItem('greeting', 1));
});

const KEY = { pk: 'prompt#greeting', sk: 'item' };

async function change(attribute: string, value: unknown): Promise<void> {
  await documents.send(
    new UpdateCommand({
      TableName: tableName,
      Key: KEY,
      UpdateExpression: 'SET #attribute = :value',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

test('the assignment is an attribute of its own under 1 KB, with the keys the runtime reads it by', async () => {
  const { Item: row } = await documents.send(new GetCommand({ TableName: tableName, Key: KEY }));
  const assignment = String(row?.['assignment']);
  expect(JSON.parse(assignment)).toEqual(sampleAssignment('greeting', 1));
  expect(assignment.length).toBeLessThan(1024);
  expect(Object.keys(row ?? {}).sort()).toEqual(['assignment', 'body', 'listed', 'pk', 'revision', 'schema', 'sk']);
});

test('the index holds the assignment and nothing else of the item, and no history', async () => {
  await store.appendHistory('greeting', sampleItem('greeting', 1).audit);
  const { Items: rows } = await documents.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: 'assignments',
      KeyConditionExpression: '#listed = :listed',
      ExpressionAttributeNames: { '#listed': 'listed' },
      ExpressionAttributeValues: { ':listed': 'prompt' },
    }),
  );
  expect(rows?.map((row) => Object.keys(row).sort())).toEqual([['assignment', 'listed', 'pk', 'sk']]);
});

test.each([
  ['schema', 2, 'item of prompt "greeting".schema: expected 1, got 2'],
  ['body', '{', 'item of prompt "greeting".body: expected JSON, got 1 characters that are none'],
  ['body', '{}', 'item of prompt "greeting".usedVersions: expected a list, got nothing'],
  ['body', '"text"', 'item of prompt "greeting".usedVersions: expected a list, got nothing'],
  ['assignment', '{"schema":7}', 'item of prompt "greeting".assignment.schema: expected 1, got 7'],
  ['revision', 'one', 'item of prompt "greeting".revision: expected a positive integer, got "one"'],
])('an item with a damaged %s (%j) is an error that says where', async (attribute, value, message) => {
  await change(attribute, value);
  await expect(store.read('greeting')).rejects.toMatchObject({ code: 'bad_input', message });
});

test('a damaged assignment is an error for runtimes too, never an assignment, and hides no other', async () => {
  await change('assignment', JSON.stringify({ ...sampleAssignment('greeting'), arms: [{ name: 'candidate' }] }));
  const says = {
    code: 'bad_input',
    message: expect.stringContaining('.arms[0].version: expected an integer') as string,
  };
  await expect(store.readAssignment('greeting')).rejects.toMatchObject(says);
  await store.write(sampleItem('other', 1));
  expect(await store.listAssignments(null)).toEqual({
    assignments: [sampleAssignment('other')],
    damaged: [{ prompt: 'greeting', problem: expect.objectContaining(says) as unknown }],
    cursor: null,
  });
});

test('a table that is not there, and an engine that is not there, are two different things', async () => {
  const noTable = { client, tableName: 'missing' };
  await expect(dynamoDbPromptStore(noTable).read('a')).rejects.toMatchObject({ code: 'provider_not_found' });
  await expect(dynamoDbPromptStore(noTable).write(sampleItem('a', 1))).rejects.toMatchObject({
    code: 'provider_not_found',
  });
  const gone = await startDynamoDb();
  await gone.close();
  const unreachable = new DynamoDBClient(clientConfig(gone.url));
  const there = { client: unreachable, tableName };
  const limits = { perMinute: 10, burst: 10 };
  await expect(dynamoDbPromptStore(there).read('a')).rejects.toMatchObject({ code: 'provider_unavailable' });
  await expect(dynamoDbPromptStore(there).write(sampleItem('a', 1))).rejects.toMatchObject({
    code: 'provider_unavailable',
  });
  await expect(dynamoDbRequestBudget({ ...there, limits }).take(1, 'read', 0)).rejects.toMatchObject({
    code: 'provider_unavailable',
  });
  unreachable.destroy();
});
