import type { ServerResponse } from 'node:http';

import type { LangfuseOptions } from '../../../src/adapters/langfuse/call';
import { createLangfuse } from '../../../src/adapters/langfuse/create-langfuse';
import { RampartError } from '../../../src/core/errors';
import type { Langfuse } from '../../../src/core/ports';
import { sendHtml } from './fake-langfuse';
import { sendJson, startServer, type TestServer } from './http-server';

const WINDOW = { fromMs: 0, toMs: 1000, cursor: null, limit: 100 };

/** Every method of the port, for faults that can meet any of them. */
const CALLS: [string, (langfuse: Langfuse) => Promise<unknown>][] = [
  ['promptsWithLabel', (langfuse) => langfuse.promptsWithLabel('candidate')],
  ['versionByLabel', (langfuse) => langfuse.versionByLabel('a/b', 'production')],
  ['versionsWithLabel', (langfuse) => langfuse.versionsWithLabel('a/b', 'production')],
  ['version', (langfuse) => langfuse.version('a/b', 1)],
  ['moveLabel', (langfuse) => langfuse.moveLabel('a/b', 1, 'production')],
  ['listObservations', (langfuse) => langfuse.listObservations({ ...WINDOW, prompt: 'a/b' })],
  ['listScores', (langfuse) => langfuse.listScores({ ...WINDOW, names: [] })],
  ['observationsOfTraces', (langfuse) => langfuse.observationsOfTraces('a/b', ['t'])],
  ['rootsOfTraces', (langfuse) => langfuse.rootsOfTraces(['t'])],
  ['countByPrompt', (langfuse) => langfuse.countByPrompt(WINDOW)],
  ['countByVersion', (langfuse) => langfuse.countByVersion({ ...WINDOW, prompt: 'a/b' })],
];
const OVER_NEW_ENDPOINTS = CALLS.slice(5);

let server: TestServer | null = null;
afterEach(() => server?.close());

async function langfuseAnswering(
  answer: (response: ServerResponse, url: URL, index: number) => void,
  options: Partial<LangfuseOptions> = {},
): Promise<Langfuse> {
  let index = 0;
  const started = await startServer((_, response, url) => answer(response, url, index++));
  server = started;
  return createLangfuse({
    baseUrl: started.baseUrl,
    publicKey: 'pk-1',
    secretKey: 'sk-1',
    timeoutMs: 2000,
    ...options,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<RampartError> {
  const error: unknown = await promise.then(
    () => new Error('expected a rejection'),
    (rejected: unknown) => rejected,
  );
  if (!(error instanceof RampartError)) throw error;
  return error;
}

function sendText(response: ServerResponse, status: number, type: string, text: string, headers = {}): void {
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(text);
}

describe.each(CALLS)('%s', (_, call) => {
  test('wrong keys name the keys and the host, and not the secret', async () => {
    const langfuse = await langfuseAnswering((response) =>
      sendJson(response, 401, { message: 'Invalid credentials.' }),
    );
    const error = await failureOf(call(langfuse));
    expect(error.code).toBe('provider_auth');
    expect(error.message).toContain('Invalid credentials.');
    expect(error.hint).toMatch(/LANGFUSE_PUBLIC_KEY \(pk-1\).*LANGFUSE_SECRET_KEY.*127\.0\.0\.1/u);
    expect(error.message + error.hint).not.toContain('sk-1');
  });

  test('an HTML page instead of JSON asks whether the address is right', async () => {
    const langfuse = await langfuseAnswering((response) => sendHtml(response, 200));
    const error = await failureOf(call(langfuse));
    expect(error.code).toBe('provider_bad_response');
    expect(error.message).toContain('HTML');
    expect(error.hint).toContain('LANGFUSE_BASE_URL');
  });

  test('JSON that was cut off is a bad response', async () => {
    const langfuse = await langfuseAnswering((response) =>
      sendText(response, 200, 'application/json', '{"data":[{"id":"a","userId":"somebody'),
    );
    const error = await failureOf(call(langfuse));
    expect(error.code).toBe('provider_bad_response');
    expect(error.message).toContain('not JSON');
    expect(error.message).not.toContain('somebody');
  });

  test.each([{}, [], null, 'text', { data: {} }, { data: null, meta: {} }])('%j is a bad response', async (body) => {
    const langfuse = await langfuseAnswering((response) => sendJson(response, 200, body));
    expect((await failureOf(call(langfuse))).code).toBe('provider_bad_response');
  });

  test('429 says how long to wait, by seconds, by date or in the body, and is not repeated', async () => {
    const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
    const answers: [Record<string, string>, object][] = [
      [{ 'retry-after': '60' }, {}],
      [{ date, 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' }, {}],
      [{ 'x-ratelimit-reset': '1' }, { details: { retryAfterSeconds: 60 } }],
    ];
    for (const [headers, body] of answers) {
      const langfuse = await langfuseAnswering((response) => sendJson(response, 429, body, headers));
      const error = await failureOf(call(langfuse));
      expect([error.code, error.retryAfterMs]).toEqual(['provider_rate_limited', 60_000]);
      expect(server?.requests).toHaveLength(1);
      await server?.close();
    }
  });

  test('500 and 503 are unavailable, JSON or not, and are not repeated', async () => {
    const internal = { message: 'Internal Server Error', error: 'connect ECONNREFUSED' };
    const answers: [retryAfterMs: number | null, answer: (response: ServerResponse) => void][] = [
      [null, (response) => sendJson(response, 500, internal)],
      [7000, (response) => sendText(response, 503, 'text/plain', 'upstream down', { 'retry-after': '7' })],
      [null, (response) => sendText(response, 502, 'application/json', '<html>not what it says</html>')],
      [null, (response) => sendText(response, 500, 'application/json', '')],
    ];
    for (const [retryAfterMs, answer] of answers) {
      const langfuse = await langfuseAnswering(answer);
      const error = await failureOf(call(langfuse));
      expect(error.code).toBe('provider_unavailable');
      expect(error.retryAfterMs).toBe(retryAfterMs);
      expect(server?.requests).toHaveLength(1);
      await server?.close();
    }
  });

  test('no answer, and an answer that stops in the middle, end at the time-out', async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      () => undefined,
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"data":[');
      },
    ];
    for (const answer of answers) {
      const langfuse = await langfuseAnswering(answer, { timeoutMs: 60 });
      const error = await failureOf(call(langfuse));
      expect(error.code).toBe('provider_unavailable');
      expect(error.message).toContain('within 60 ms');
      await server?.close();
    }
  });

  test('a host that hangs up or that nobody listens on is unavailable', async () => {
    const langfuse = await langfuseAnswering((response) => void response.destroy(), { timeoutMs: 200 });
    const hungUp = await failureOf(call(langfuse));
    await server?.close();
    const nobody = await failureOf(call(langfuse));
    for (const error of [hungUp, nobody]) {
      expect(error.code).toBe('provider_unavailable');
      expect(error.hint).toContain('LANGFUSE_BASE_URL');
    }
  });

  test('nothing is sent when the budget says no', async () => {
    const refusal = new RampartError('budget_exhausted', 'no requests left');
    const langfuse = await langfuseAnswering((response) => sendJson(response, 200, {}), {
      onRequest: () => Promise.reject(refusal),
    });
    expect(await failureOf(call(langfuse))).toBe(refusal);
    expect(server?.requests).toEqual([]);
  });
});

describe.each(OVER_NEW_ENDPOINTS)('%s', (_, call) => {
  test.each([
    ['JSON', (response: ServerResponse) => sendJson(response, 404, { message: 'not available' })],
    ['HTML', (response: ServerResponse) => sendHtml(response, 404)],
  ])('404 (%s) says that the server lacks the endpoint and what turns it on', async (_type, answer) => {
    const error = await failureOf(call(await langfuseAnswering(answer)));
    expect(error.code).toBe('provider_not_supported');
    expect(error.message).toMatch(/does not have Langfuse's (?:observations v2|scores v3|metrics v2)/u);
    expect(error.hint).toContain('LANGFUSE_ENABLE_EVENTS_TABLE_V2_APIS=true');
  });

  test('400 carries the message', async () => {
    const body = { message: 'Invalid request data', error: [{ path: ['limit'], message: 'Too big' }] };
    const error = await failureOf(call(await langfuseAnswering((response) => sendJson(response, 400, body))));
    expect([error.code, error.hint]).toEqual(['provider_bad_response', '']);
    expect(error.message).toContain('Invalid request data (Too big)');
  });
});

describe('prompts', () => {
  const VERSION = { name: 'a', version: 1, labels: ['production'], config: {}, createdAt: '2026-11-22T12:00:00.000Z' };

  test('a 404 that is not about the prompt is not taken for its absence', async () => {
    for (const answer of [
      (response: ServerResponse) => sendHtml(response, 404),
      (response: ServerResponse) => sendJson(response, 404, { message: 'no such route' }),
    ]) {
      const langfuse = await langfuseAnswering(answer);
      expect((await failureOf(langfuse.version('a', 1))).code).toBe('provider_bad_response');
      await server?.close();
    }
  });

  test('an answer about something else than what was asked for is a bad response', async () => {
    const langfuse = await langfuseAnswering((response) => sendJson(response, 200, VERSION));
    expect(await langfuse.version('a', 1)).toMatchObject({ version: 1, createdAtMs: Date.UTC(2026, 10, 22, 12) });
    for (const wrong of [
      langfuse.version('b', 1),
      langfuse.version('a', 2),
      langfuse.versionByLabel('a', 'candidate'),
      langfuse.moveLabel('a', 1, 'candidate'),
      langfuse.moveLabel('a', 2, 'production'),
    ]) {
      expect((await failureOf(wrong)).code).toBe('provider_bad_response');
    }
  });

  test('a name in a folder is one piece of the address', async () => {
    const langfuse = await langfuseAnswering((response) => sendJson(response, 200, { ...VERSION, name: 'a/b c' }));
    await langfuse.version('a/b c', 1);
    await langfuse.moveLabel('a/b c', 1, 'production');
    expect(server?.requests).toEqual([
      { method: 'GET', url: '/api/public/v2/prompts/a%2Fb%20c?version=1&resolve=false' },
      { method: 'PATCH', url: '/api/public/v2/prompts/a%2Fb%20c/versions/1' },
    ]);
    expect((await failureOf(langfuse.version('..', 1))).code).toBe('bad_input');
  });
});

test('requests are announced by what they are for', async () => {
  const purposes: string[] = [];
  const langfuse = await langfuseAnswering((response) => sendJson(response, 401, {}), {
    onRequest: async (purpose) => void purposes.push(purpose),
  });
  for (const [, call] of CALLS) await failureOf(call(langfuse));
  expect(purposes).toEqual([...Array(4).fill('prompt'), 'label', ...Array(6).fill('read')]);
});

test.each(['', 'localhost:3000', 'ftp://host'])('%j is refused as an address', (baseUrl) => {
  expect(() => createLangfuse({ baseUrl, publicKey: 'pk', secretKey: 'sk', timeoutMs: 1 })).toThrow(
    /LANGFUSE_BASE_URL: expected an http\(s\) address/u,
  );
});
