import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDbPromptStore } from '../../../src/adapters/aws/dynamodb-prompt-store';
import { emptyItem } from '../../../src/core/item/next-item';
import { startDynamoDb, type LocalDynamoDb } from '../../../src/local/aws/dynamodb';
import { createRouter, dynamoDbSource } from '../../../src/runtime';
import { read, until } from './reading';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let engine: LocalDynamoDb;
let client: DynamoDBClient;
beforeAll(async () => {
  engine = await startDynamoDb();
  client = new DynamoDBClient({
    endpoint: engine.url,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const store = dynamoDbPromptStore({ client, tableName: engine.tableName });
  for (let i = 0; i < 7; i++) await store.write({ ...emptyItem(`prompt-${i}`, 3, 1000), revision: 1 });
});
afterAll(async () => {
  client.destroy();
  await engine.close();
});

test('all prompts, page by page, from the index that holds nothing else', async () => {
  const source = dynamoDbSource({ tableName: engine.tableName, client, pageSize: 3 });
  const { documents, invalid } = await read(source);
  expect(documents).toHaveLength(7);
  expect(documents).toContainEqual(emptyItem('prompt-5', 3, 1000).assignment);
  expect(invalid).toEqual([]);
});

test('a few prompts by their keys; one that is not there is left out', async () => {
  const source = dynamoDbSource({ tableName: engine.tableName, client, prompts: ['prompt-4', 'none', 'prompt-2'] });
  expect(await read(source)).toEqual({
    documents: [emptyItem('prompt-4', 3, 1000).assignment, emptyItem('prompt-2', 3, 1000).assignment],
    invalid: [],
    maxAgeMs: null,
    ageMs: 0,
  });
});

test('without a client it makes its own, from the environment', async () => {
  const before = { ...process.env };
  Object.assign(process.env, engine.environment);
  try {
    expect((await read(dynamoDbSource({ tableName: engine.tableName }))).documents).toHaveLength(7);
  } finally {
    process.env = before;
  }
});

test('a damaged row names its prompt and spares the others', async () => {
  const Key = { pk: { S: 'prompt#prompt-1' }, sk: { S: 'item' } };
  await client.send(
    new UpdateItemCommand({
      TableName: engine.tableName,
      Key,
      UpdateExpression: 'SET assignment = :text',
      ExpressionAttributeValues: { ':text': { S: '{"schema":' } },
    }),
  );
  const byKey = await read(dynamoDbSource({ tableName: engine.tableName, client, prompts: ['prompt-1'] }));
  expect(byKey.invalid).toEqual([
    { message: 'row "prompt#prompt-1".assignment: expected JSON, got 10 characters that are none', prompt: 'prompt-1' },
  ]);
  const router = createRouter({ source: dynamoDbSource({ tableName: engine.tableName, client }) });
  closers.push(() => router.close());
  await router.ready();
  expect(router.resolve('prompt-1', { unit: 'u', fallback: 2 })).toMatchObject({
    version: 2,
    errorCode: 'DOCUMENT_INVALID',
  });
  expect(router.resolve('prompt-2', { unit: 'u' })).toMatchObject({ version: 3 });
});

test.each([
  ['a table that is not there', 'other', 'table other: ResourceNotFoundException: '],
  ['a name that is none', '?', 'table ?: '],
])('%s is an error with a reason', async (_, tableName, message) => {
  await expect(read(dynamoDbSource({ tableName, client }))).rejects.toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: expect.stringContaining(message) as string,
  });
});

test('nobody there is an error with a reason', async () => {
  const nowhere = new DynamoDBClient({
    endpoint: 'http://127.0.0.1:9',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  closers.push(() => nowhere.destroy());
  await expect(read(dynamoDbSource({ tableName: 'rampart', client: nowhere }))).rejects.toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
  });
});

describe('an API that fails', () => {
  const answers: [string, number, object, number, string][] = [
    ['429', 400, { __type: 'com.amazon.coral.availability#ThrottlingException' }, 0, 'ThrottlingException'],
    ['500', 500, { __type: 'InternalServerError' }, 0, 'InternalServerError'],
    ['15 s', 200, { Items: [] }, 15_000, 'within 200 ms'],
    ['another answer', 200, { Items: [{ pk: { S: 'prompt#a' } }] }, 0, 'row "prompt#a".assignment: expected JSON'],
  ];
  test.each(answers)(
    '%s: the caller has its answer in time, with a reason',
    async (_, status, body, waitMs, message) => {
      const server = createServer((_request, response) => {
        const answer = (): void => {
          response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
          response.end(JSON.stringify(body));
        };
        setTimeout(answer, waitMs).unref();
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      closers.push(() => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      });
      const failing = new DynamoDBClient({
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        region: 'local',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        maxAttempts: 1,
      });
      closers.push(() => failing.destroy());
      const problems: string[] = [];
      const router = createRouter({
        source: dynamoDbSource({ tableName: 'rampart', client: failing }),
        timeoutMs: 200,
        onProblem: (problem) => problems.push(problem.message),
      });
      closers.push(() => router.close());
      await until(() => problems.length > 0);
      expect(problems[0]).toContain(message);
      expect(router.resolve('a', { unit: 'u', fallback: 2 })).toMatchObject({
        version: 2,
        reason: 'DEFAULT',
        errorCode: status === 200 && waitMs === 0 ? 'DOCUMENT_INVALID' : 'SOURCE_UNAVAILABLE',
      });
    },
  );
});

test('no table name is refused at once', () => {
  expect(() => dynamoDbSource({} as never)).toThrow('tableName: expected the name of a table');
});
