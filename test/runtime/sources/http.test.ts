import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRouter, httpSource } from '../../../src/runtime';
import { atRest, PROMPT } from '../assignments';
import { listOf, read, until } from './reading';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Answer = { status?: number; headers?: Record<string, string>; body?: string; waitMs?: number; isCut?: boolean };

async function endpoint(answerTo: (request: IncomingMessage, count: number) => Answer) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const answer = answerTo(request, requests.length);
    setTimeout(() => send(response, answer), answer.waitMs ?? 0).unref();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/assignments`, requests };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '', isCut = false }: Answer): void {
  if (isCut) headers = { ...headers, 'content-length': String(body.length + 10) };
  response.writeHead(status, headers);
  if (isCut) response.write(body, () => response.destroy());
  else response.end(body);
}

test('reads the list with the key, and again only when it changed', async () => {
  const { url, requests } = await endpoint((request) =>
    request.headers['if-none-match'] === '"1"'
      ? { status: 304, headers: { age: '7' } }
      : { headers: { etag: '"1"' }, body: listOf(atRest(1)) },
  );
  const source = httpSource({ url, apiKey: 'secret-key', headers: { 'x-app': 'shop' } });
  expect(await read(source)).toEqual({ documents: [atRest(1)], maxAgeMs: null, ageMs: 0 });
  expect(await read(source)).toEqual({ documents: [atRest(1)], maxAgeMs: null, ageMs: 7000 });
  expect(requests.map(({ headers }) => [headers['x-api-key'], headers['x-app']])).toEqual([
    ['secret-key', 'shop'],
    ['secret-key', 'shop'],
  ]);
});

test('takes over the deployment’s maximum age', async () => {
  const { url } = await endpoint(() => ({ body: '{"schema":1,"assignments":[],"maxAgeMs":5000}' }));
  expect(await read(httpSource({ url }))).toMatchObject({ maxAgeMs: 5000 });
});

test.each<[string, Answer, object]>([
  ['500', { status: 500, body: 'oops' }, { code: 'SOURCE_UNAVAILABLE', retryAfterMs: null }],
  ['429', { status: 429, headers: { 'retry-after': '20' } }, { code: 'SOURCE_UNAVAILABLE', retryAfterMs: 20_000 }],
  [
    '503 with a date',
    { status: 503, headers: { 'retry-after': 'Mon, 23 Nov 2026 12:00:00 GMT' } },
    { code: 'SOURCE_UNAVAILABLE', retryAfterMs: null },
  ],
  ['401', { status: 401 }, { message: expect.stringContaining('got 401; is the key right?') as string }],
  [
    'a redirect, which would take the key elsewhere',
    { status: 302, headers: { location: '/other' } },
    { message: expect.stringContaining('got 302') as string },
  ],
  ['304 out of the blue', { status: 304 }, { message: expect.stringContaining('got 304') as string }],
  [
    'a page',
    { body: '<html>' },
    { code: 'DOCUMENT_INVALID', message: expect.stringContaining('expected JSON') as string },
  ],
  ['null', { body: 'null' }, { code: 'DOCUMENT_INVALID' }],
  [
    'a later schema',
    { body: '{"schema":2}' },
    { message: expect.stringContaining('.schema: expected 1, got 2') as string },
  ],
  [
    'no list',
    { body: '{"schema":1}' },
    { message: expect.stringContaining('.assignments: expected a list') as string },
  ],
  ['a wrong age', { body: '{"schema":1,"assignments":[],"maxAgeMs":0}' }, { code: 'DOCUMENT_INVALID' }],
  ['half an answer', { body: '{"schema":1,', isCut: true }, { code: 'SOURCE_UNAVAILABLE' }],
])('%s is an error with a reason', async (_, answer, error) => {
  const { url } = await endpoint(() => answer);
  await expect(read(httpSource({ url }))).rejects.toMatchObject(error);
});

test('an answer that takes 15 s is waited for as long as the router allows, and no request waits', async () => {
  const { url } = await endpoint((_, count) => (count === 1 ? { body: listOf(atRest(1)) } : { waitMs: 15_000 }));
  const problems: string[] = [];
  const router = createRouter({
    source: httpSource({ url }),
    refreshMs: 100,
    timeoutMs: 200,
    maxAgeMs: 600,
    onProblem: ({ message }) => problems.push(message),
  });
  closers.push(() => router.close());
  expect(await router.ready()).toBe(true);
  expect(router.resolve(PROMPT, { unit: 'u' })).toMatchObject({ version: 7, reason: 'STATIC' });
  await until(() => router.resolve(PROMPT, { unit: 'u' }).reason === 'STALE');
  expect(problems[0]).toContain('within 200 ms');
});

test('nobody there is an error with a reason', async () => {
  await expect(read(httpSource({ url: 'http://127.0.0.1:9/assignments' }))).rejects.toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: expect.stringContaining('http://127.0.0.1:9/assignments: ') as string,
  });
});

test.each(['', 'assignments', 'file:///etc/passwd', undefined])('address %j is refused at once', (url) => {
  expect(() => httpSource({ url: url as string })).toThrow('httpSource: url: expected an http or https address');
});
