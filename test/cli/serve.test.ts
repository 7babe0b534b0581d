import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbPromptStore } from '../../src/adapters/aws/dynamodb-prompt-store';
import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { startDynamoDb } from '../../src/local/aws/dynamodb';
import { clientConfig } from '../adapters/aws/clients';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { sampleItem } from '../contracts/sample-item';
import { startServe, type ServedForTest } from './served';
import { rampart } from './test-io';

const KEY = '0123456789abcdef';
const FLAGS = '/ofrep/v1/evaluate/flags';
const BODY = JSON.stringify({ context: { targetingKey: 'user-1' } });

const newFolder = temporaryFolders();
const running: ServedForTest[] = [];
let folder = '';

beforeEach(async () => {
  folder = await newFolder();
  const store = folderPromptStore({ folder });
  for (const prompt of ['greeting', 'support/answer']) await store.write(sampleItem(prompt, 1));
});

afterEach(async () => {
  for (const each of running.splice(0)) expect(await each.stop()).toBe(130);
});

async function serve(options: { env?: Record<string, string>; now?: () => number } = {}, ...argv: string[]) {
  const served = await startServe({ cwd: '/nonexistent', ...options }, '--state', folder, ...argv);
  running.push(served);
  return served;
}

async function status(url: string, init: RequestInit): Promise<number> {
  return (await fetch(url, init)).status;
}

test('says where it listens, whose assignments, how old they get and who may ask', async () => {
  const { io, url } = await serve();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
  expect(io.written.out).toBe(
    `rampart serve: ${url}, assignments of ${folder}, at most 1m old, no key needed, loopback only\n`,
  );
});

test('takes the maximum age from the configuration that the folder was run with', async () => {
  const configFile = join(folder, 'rampart.config.yaml');
  await writeFile(configFile, 'assignmentMaxAge: 7s\n');
  await writeFile(join(folder, 'run.json'), JSON.stringify({ configFile }));
  expect((await serve()).io.written.out).toContain('at most 7s old');
});

test('a change in the folder is answered when the documents are due', async () => {
  let nowMs = 1_000_000;
  const { url } = await serve({ now: () => nowMs });
  const versionOf = async (): Promise<unknown> => {
    const response = await fetch(`${url}${FLAGS}/greeting`, { method: 'POST', body: BODY });
    return ((await response.json()) as { value: { version: number } }).value.version;
  };
  expect(await versionOf()).toBe(3);
  const changed = sampleItem('greeting', 2);
  await folderPromptStore({ folder }).write({ ...changed, assignment: { ...changed.assignment, stable: 9 } });
  expect(await versionOf()).toBe(3);
  nowMs += 5000;
  expect(await versionOf()).toBe(9);
});

test('with keys, each of them opens and nothing else does', async () => {
  const { url } = await serve({ env: { RAMPART_SERVE_KEYS: `${KEY}, another-long-key-1` } });
  const post = (headers: Record<string, string>) => status(`${url}${FLAGS}`, { method: 'POST', body: BODY, headers });
  expect(await post({ 'x-api-key': KEY })).toBe(200);
  expect(await post({ authorization: 'Bearer another-long-key-1' })).toBe(200);
  expect(await post({ 'x-api-key': `${KEY}, another-long-key-1` })).toBe(401);
  expect(await post({})).toBe(401);
});

test('without keys a web page that resolves its own name to this machine is refused', async () => {
  const { url } = await serve();
  const asked = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const sent = request({ hostname, port, path: '/assignments', headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.once('error', reject).end();
    });
  expect(await asked('evil.example')).toBe(403);
  expect(await asked('localhost.evil.example:80')).toBe(403);
  expect(await asked('localhost:8016')).toBe(200);
  expect(await asked('[::1]')).toBe(200);
});

test('a body above the limit is refused with words, and the next request is served', async () => {
  const { url } = await serve();
  const huge = await fetch(`${url}${FLAGS}`, { method: 'POST', body: 'x'.repeat(200_000) });
  expect(huge.status).toBe(413);
  expect(await huge.json()).toMatchObject({ errorDetails: 'body: expected at most 65536 bytes, got more' });
  expect(await status(`${url}${FLAGS}`, { method: 'POST', body: BODY })).toBe(200);
});

test('Ctrl-C lets a request under way be answered, and keeps no connection', async () => {
  const { url, stop } = await serve();
  const { hostname, port } = new URL(url);
  const answered = new Promise<[number | undefined, string | undefined]>((resolve, reject) => {
    const sent = request({ hostname, port, path: `${FLAGS}/greeting`, method: 'POST' }, (response) => {
      response.resume();
      resolve([response.statusCode, response.headers.connection]);
    });
    sent.once('error', reject);
    sent.write(BODY.slice(0, 10), () => {
      // The server has the request once it answers another one.
      void status(`${url}/assignments`, {}).then(() => {
        void stop();
        sent.end(BODY.slice(10));
      });
    });
  });
  expect(await answered).toEqual([200, 'close']);
  expect(await stop()).toBe(130);
});

test('a deployment’s table is served with the maximum age of its file', async () => {
  const dynamoDb = await startDynamoDb();
  const client = new DynamoDBClient(clientConfig(dynamoDb.url));
  await dynamoDbPromptStore({ client, tableName: dynamoDb.tableName }).write(sampleItem('in-aws', 1));
  const langfuse = { baseUrl: 'https://langfuse.example.com', secretName: 'x' };
  const file = { deployment: 'test', langfuse, assignmentMaxAge: '9s' };
  await writeFile(join(folder, 'rampart.config.yaml'), JSON.stringify(file));
  Object.assign(process.env, dynamoDb.environment);
  const served = await startServe({ cwd: folder, env: { RAMPART_TABLE: dynamoDb.tableName } });
  expect(served.io.written.out).toContain(`assignments of table ${dynamoDb.tableName}, at most 9s old`);
  expect(await status(`${served.url}${FLAGS}/in-aws`, { method: 'POST', body: BODY })).toBe(200);
  expect(await served.stop()).toBe(130);
  client.destroy();
  await dynamoDb.close();
});

test('a damaged item is told once; the others are served', async () => {
  await writeFile(join(folder, 'items', 'greeting.json'), '{');
  const { url, io } = await serve();
  const post = (prompt: string) => status(`${url}${FLAGS}/${prompt}`, { method: 'POST', body: BODY });
  expect([await post('support/answer'), await post('greeting'), await post('greeting')]).toEqual([200, 500, 500]);
  expect(io.written.err).toBe(
    `assignment_damaged greeting ${join(folder, 'items', 'greeting.json')}: expected JSON, got 1 characters that are none\n`,
  );
});

test.each([
  [['--host', '0.0.0.0'], {}, "--host: expected a loopback address without RAMPART_SERVE_KEYS, got '0.0.0.0'"],
  [['--host', 'localhost.example'], {}, "got 'localhost.example'"],
  [
    [],
    { RAMPART_SERVE_KEYS: 'short' },
    'RAMPART_SERVE_KEYS[0]: expected a key of at least 16 visible ASCII characters',
  ],
  [[], { RAMPART_SERVE_KEYS: '' }, 'without a comma, got 0'],
  [[], { RAMPART_SERVE_KEYS: `${KEY},` }, 'RAMPART_SERVE_KEYS[1]'],
])('%j with %j is refused before it listens', async (argv, env, message) => {
  const { exit, out, err } = await rampart({ cwd: '/nonexistent', env }, 'serve', '--state', folder, ...argv);
  expect({ exit, out }).toEqual({ exit: 3, out: '' });
  expect(err).toContain(message);
  for (const key of Object.values(env)) if (key.length > 4) expect(err).not.toContain(key);
});

test('a port that is taken is a problem of the configuration', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const { exit, err } = await rampart({ cwd: '/nonexistent' }, 'serve', '--state', folder, '--port', String(port));
  await new Promise((resolve) => other.close(resolve));
  expect(exit).toBe(3);
  expect(err).toContain(`expected to listen on 127.0.0.1, port ${port}, got EADDRINUSE`);
});
