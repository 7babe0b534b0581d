import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { makeHandler } from '../../lambdas/ofrep';
import { dynamoDbPromptStore } from '../../src/adapters/aws/dynamodb-prompt-store';
import { runtimeConfig } from '../../src/core/config/runtime-config';
import { serveVariables } from '../../src/core/config/serve-environment';
import { type LocalDynamoDb, startDynamoDb } from '../../src/local/aws/dynamodb';
import { clientConfig } from '../adapters/aws/clients';
import { sampleItem } from '../contracts/sample-item';
import { configWith } from '../lib/config-with';
import { startSecrets } from './secrets-stand-in';

/* The function as it is exported, with the environment that the stack gives it, on the embedded DynamoDB. */

const KEY = '0123456789abcdef';
const FLAGS = '/ofrep/v1/evaluate/flags';
const folder = mkdtempSync(join(tmpdir(), 'rampart-ofrep-'));
const KEYS = JSON.stringify({ web: KEY, python: 'fedcba9876543210' });
const secretTexts: Record<string, string> = {};
const written: string[] = [];
let nowMs = 0;
let dynamoDb: LocalDynamoDb;
let secrets: Awaited<ReturnType<typeof startSecrets>>;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  secrets = await startSecrets(secretTexts);
  client = new DynamoDBClient(clientConfig(dynamoDb.url));
  const store = dynamoDbPromptStore({ client, tableName: dynamoDb.tableName });
  for (const prompt of ['support/answer', 'greeting']) await store.write(sampleItem(prompt, 1));
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify(runtimeConfig(configWith({ assignmentMaxAge: '30s' }))));
  Object.assign(process.env, dynamoDb.environment, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ...serveVariables({ configFile, table: dynamoDb.tableName, keysSecretId: 'keys' }),
  });
});

afterAll(async () => {
  client.destroy();
  await secrets.close();
  await dynamoDb.close().catch(() => {});
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  written.length = 0;
  secretTexts['keys'] = KEYS;
  nowMs = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});

afterEach(() => jest.restoreAllMocks());

type Handle = ReturnType<typeof makeHandler>;

/** A container that was just started. */
function coldStart(): Handle {
  let handler: Handle | null = null;
  jest.isolateModules(() => ({ handler } = require('../../lambdas/ofrep') as { handler: Handle }));
  return handler!;
}

function event(request: { method?: string; path?: string; body?: string; headers?: Record<string, string> }) {
  const { method = 'POST', path = FLAGS, headers = { 'x-api-key': KEY } } = request;
  const body = request.body ?? JSON.stringify({ context: { targetingKey: 'u' } });
  return {
    version: '2.0',
    rawPath: path,
    headers: { 'content-type': 'application/json', ...headers },
    requestContext: { http: { method, path } },
    body,
    isBase64Encoded: false,
  };
}

function events(): string[] {
  return written.map((line) => (JSON.parse(line) as { event: string }).event);
}

test('answers the requests of a function URL with both keys, and nobody without', async () => {
  const handler = coldStart();
  const one = await handler(event({ path: `${FLAGS}/support%2Fanswer` }));
  expect(one).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
  expect(JSON.parse(one.body)).toMatchObject({ key: 'support/answer', value: { version: 4 }, variant: 'candidate' });
  const bearer = event({ headers: { Authorization: 'Bearer fedcba9876543210' } });
  expect((await handler(bearer)).statusCode).toBe(200);
  expect((await handler(event({ headers: {} }))).statusCode).toBe(401);
  expect((await handler(event({ headers: { 'x-api-key': 'python' } }))).statusCode).toBe(401);
  expect(events()).toEqual([]);
});

test('an HTTP API, which decodes paths, and a body in base64 are understood', async () => {
  const handler = coldStart();
  const encoded = { ...event({ path: `${FLAGS}/support/answer` }), isBase64Encoded: true };
  encoded.body = Buffer.from(encoded.body).toString('base64');
  expect((await handler(encoded)).statusCode).toBe(200);
});

test('the tag of a bulk answer saves the next one, and the documents are listed', async () => {
  const handler = coldStart();
  const first = await handler(event({}));
  const headers = { 'x-api-key': KEY, 'if-none-match': first.headers['etag'] ?? '' };
  expect(await handler(event({ headers }))).toMatchObject({ statusCode: 304, body: '' });
  const documents = await handler(event({ method: 'GET', path: '/assignments', body: '' }));
  expect(JSON.parse(documents.body)).toMatchObject({ schema: 1, assignments: [{ prompt: 'greeting' }, {}] });
});

test('a body above the limit is 413, and an event that is no request fails without showing it', async () => {
  const handler = coldStart();
  expect((await handler(event({ body: 'ü'.repeat(40_000) }))).statusCode).toBe(413);
  await expect(handler({ headers: { 'x-api-key': KEY } })).rejects.toThrow(
    'event: expected a request of payload format 2.0 with rawPath and requestContext.http.method, came "object"',
  );
});

test('a damaged item is told of and hides no other', async () => {
  const table = DynamoDBDocumentClient.from(client);
  const key = { pk: 'prompt#broken', sk: 'item' };
  const damaged = { ...key, listed: 'prompt', assignment: '{' };
  await table.send(new PutCommand({ TableName: dynamoDb.tableName, Item: damaged }));
  const handler = coldStart();
  expect((await handler(event({ path: `${FLAGS}/greeting` }))).statusCode).toBe(200);
  expect((await handler(event({ path: `${FLAGS}/broken` }))).statusCode).toBe(500);
  expect(events()).toEqual(['assignment_damaged']);
  await table.send(new DeleteCommand({ TableName: dynamoDb.tableName, Key: key }));
});

test('a changed key is seen, and while the secret cannot be read the last keys hold', async () => {
  const handler = coldStart();
  expect((await handler(event({}))).statusCode).toBe(200);
  nowMs += 6 * 60_000;
  secretTexts['keys'] = 'not JSON';
  expect((await handler(event({}))).statusCode).toBe(200);
  expect(events()).toEqual(['keys_not_read']);
  secretTexts['keys'] = JSON.stringify({ web: 'another-key-of-16' });
  nowMs += 6 * 60_000;
  expect((await handler(event({}))).statusCode).toBe(401);
});

test('without its secret it fails loudly and never shows what is in it', async () => {
  secretTexts['keys'] = JSON.stringify({ web: 'too-short' });
  await expect(coldStart()(event({}))).rejects.toThrow('secret keys[0]: expected a key of at least 16 visible ASCII');
  expect(events()).toEqual(['keys_not_read', 'start_failed']);
  expect(written.join()).not.toContain('too-short');
});

test('while the table is away the last documents are served until they are too old, then 503', async () => {
  const handler = coldStart();
  expect((await handler(event({}))).statusCode).toBe(200);
  await dynamoDb.close();
  nowMs += 20_000;
  expect((await handler(event({}))).statusCode).toBe(200);
  nowMs += 11_000;
  expect(await handler(event({ path: `${FLAGS}/greeting` }))).toMatchObject({
    statusCode: 503,
    headers: { 'retry-after': '5' },
    body: expect.stringContaining('"key":"greeting","errorCode":"GENERAL"') as string,
  });
  expect(events()).toEqual(['assignments_not_read']);
});
