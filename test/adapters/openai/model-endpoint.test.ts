import { openAiEndpoint } from '../../../src/adapters/openai/model-endpoint';
import type { EndpointOptions } from '../../../src/adapters/openai/post';
import type { ModelEndpoint } from '../../../src/core/model-endpoint';
import { startModelStandIn, type ModelStandIn } from '../../../src/local/model/server';

let model: ModelStandIn;
let waits: number[];

beforeEach(async () => {
  model = await startModelStandIn({ answers: [{ answer: ['Hello.'] }] });
  waits = [];
});
afterEach(() => model.close());

function endpoint(options: Partial<EndpointOptions> = {}): ModelEndpoint {
  return openAiEndpoint({
    baseUrl: model.baseUrl,
    apiKey: 'sk-test',
    timeoutMs: 5000,
    tries: 3,
    maxWaitMs: 60_000,
    now: () => performance.now(),
    wait: async (ms) => void waits.push(ms),
    random: () => 0.5,
    ...options,
  });
}

const REQUEST = { model: 'small', messages: [{ role: 'user', content: 'Hi.' }], parameters: { temperature: 0 } };
const CHAT = /completions$/u;

test('a completion: what is sent, and what comes back', async () => {
  const answer = await endpoint({ baseUrl: `${model.baseUrl}/` }).complete(REQUEST);
  expect(answer).toEqual({ text: 'Hello.', promptTokens: 1, completionTokens: 2, latencyMs: expect.any(Number) });
  expect(model.requests).toEqual([
    {
      path: '/v1/chat/completions',
      authorization: 'Bearer sk-test',
      body: { model: 'small', messages: REQUEST.messages, temperature: 0 },
    },
  ]);
});

test('without a key no authorization is sent', async () => {
  await endpoint({ apiKey: null }).complete(REQUEST);
  expect(model.requests[0]!.authorization).toBeNull();
});

test('embeddings come in the order of the texts', async () => {
  const [a, b, again] = await endpoint().embed('e', ['one', 'two', 'ONE']);
  expect(again).toEqual(a);
  expect(b).not.toEqual(a);
});

test.each([
  ['a limit, after the time it names', { kind: 'rate_limited', retryAfterSeconds: 7 }, [7000]],
  ['a failure of the server, after a growing time', { kind: 'status', status: 503 }, [500]],
  ['a proxy’s page', { kind: 'html', status: 502 }, [500]],
  ['a connection that is closed', { kind: 'dropped' }, [500]],
  ['an answer that is cut off', { kind: 'truncated' }, [500]],
  ['a server that names ms in a date', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, [0]],
] as const)('tried again: %s', async (_, fault, expected) => {
  model.faults.next({ path: CHAT }, fault);
  expect((await endpoint().complete(REQUEST)).text).toBe('Hello.');
  expect(waits).toEqual(expected);
  expect(model.requests).toHaveLength(2);
});

test('tried again: no answer in time; the latency is that of the answer', async () => {
  model.faults.next({ path: CHAT }, { kind: 'delay', delayMs: 60_000 });
  const times = [1000, 5000, 5120];
  const { latencyMs } = await endpoint({ timeoutMs: 1000, now: () => times.shift()! }).complete(REQUEST);
  expect(waits).toEqual([500]);
  expect(latencyMs).toBe(120);
});

test('waits grow, and end with the tries', async () => {
  model.faults.next(
    { path: CHAT, times: 5 },
    { kind: 'status', status: 500, body: { error: { message: 'Out of order' } } },
  );
  await expect(endpoint({ tries: 4 }).complete(REQUEST)).rejects.toMatchObject({
    code: 'provider_unavailable',
    message: 'model endpoint: expected an answer, got 500: Out of order',
  });
  expect(waits).toEqual([500, 1000, 2000]);
});

test.each([
  [
    { kind: 'rate_limited', retryAfterSeconds: 3600 },
    'provider_rate_limited',
    'model endpoint: expected an answer, got 429: Rate limit reached',
  ],
  [
    { kind: 'status', status: 401, body: { error: { message: 'Wrong key' } } },
    'provider_auth',
    'model endpoint: expected an answer, got 401: Wrong key',
  ],
  [
    { kind: 'status', status: 400, body: { error: { message: 'No such model' } } },
    'refused',
    'model endpoint: expected an answer, got 400: No such model',
  ],
  [
    { kind: 'status', status: 200, body: { choices: [] } },
    'provider_bad_response',
    expect.stringContaining("model endpoint, completion: expected one of OpenAI's form, got at choices"),
  ],
] as const)('given up at once: %j', async (fault, code, message) => {
  model.faults.next({ path: CHAT, times: 5 }, fault);
  await expect(endpoint().complete(REQUEST)).rejects.toMatchObject({ code, message });
  expect(waits).toEqual([]);
});

test('nobody there', async () => {
  const { baseUrl } = model;
  await model.close();
  await expect(endpoint({ baseUrl }).complete(REQUEST)).rejects.toMatchObject({
    code: 'provider_unavailable',
    message: 'model endpoint: expected an answer, got ECONNREFUSED',
  });
});

test('an interruption ends it', async () => {
  const controller = new AbortController();
  model.faults.next({ path: CHAT }, { kind: 'delay', delayMs: 10_000 });
  const asked = endpoint({ signal: controller.signal }).complete(REQUEST);
  setTimeout(() => controller.abort(), 20);
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
});
