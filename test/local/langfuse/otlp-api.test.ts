import { type Client, NOW_MS, startClient } from './client';

let client: Client;
beforeEach(async () => {
  client = await startClient();
});
afterEach(() => client.standIn.close());

const attribute = (key: string, value: object) => ({ key, value });
const text = (key: string, stringValue: string) => attribute(key, { stringValue });
const nanos = (ms: number) => `${ms}000000`;

const root = {
  traceId: 'aa',
  spanId: '01',
  name: 'request',
  startTimeUnixNano: nanos(NOW_MS),
  endTimeUnixNano: nanos(NOW_MS + 2000),
  attributes: [text('user.id', 'user-1'), text('session.id', 's1'), text('langfuse.trace.metadata.variant', 'v1')],
};
const child = {
  traceId: 'aa',
  spanId: '02',
  parentSpanId: '01',
  name: 'llm-call',
  startTimeUnixNano: nanos(NOW_MS + 10),
  endTimeUnixNano: nanos(NOW_MS + 510),
  attributes: [
    text('langfuse.observation.type', 'generation'),
    text('langfuse.observation.prompt.name', 'answer'),
    attribute('langfuse.observation.prompt.version', { intValue: '3' }),
    text('langfuse.observation.model.name', 'gpt-4o-mini'),
    text('langfuse.observation.usage_details', '{"input":100,"output":20,"total":120}'),
    text('langfuse.observation.level', 'ERROR'),
    text('langfuse.observation.metadata.rampart.unit', 'user-1'),
  ],
};

const send = (spans: unknown[], headers: Record<string, string> = {}) =>
  client.send(
    'POST',
    '/otel/v1/traces',
    { resourceSpans: [{ scopeSpans: [{ scope: { name: 's' }, spans }] }] },
    headers,
  );
const list = async () => (await client.get('/v2/observations', { fields: 'basic,prompt,usage,metadata' })).body.data;

test('spans become observations; who and which session stay on the root', async () => {
  expect(await send([root, child])).toMatchObject({ status: 200, body: { name: 'otel-ingestion-job' } });
  expect(await list()).toMatchObject([
    {
      id: '02',
      type: 'GENERATION',
      parentObservationId: '01',
      promptName: 'answer',
      promptVersion: 3,
      level: 'ERROR',
      latency: 0.5,
      totalUsage: 120,
      userId: '',
      sessionId: '',
      metadata: { 'rampart.unit': 'user-1' },
    },
    { id: '01', type: 'SPAN', userId: 'user-1', sessionId: 's1', isRootObservation: true, metadata: { variant: 'v1' } },
  ]);
});

test('a generation without a stated cost costs what its model does', async () => {
  await send([child]);
  expect((await list())[0]).toMatchObject({ costDetails: { input: 0.000015, output: 0.000012, total: 0.000027 } });
});

test('the same spans again are listed again', async () => {
  await send([root, child]);
  await send([root, child]);
  expect((await list()).map((row) => row['id'])).toEqual(['02', '02', '01', '01']);
});

test('one span without ids rejects the whole export', async () => {
  const answer = await send([child, { name: 'x' }]);
  expect(answer.status).toBe(400);
  expect(answer.body['error']).toContain('1 of 2 span(s) cannot be processed (traceId:absent, spanId:absent)');
  expect(await list()).toEqual([]);
});

test('nothing to take in is fine; another content type is not', async () => {
  expect(await client.send('POST', '/otel/v1/traces', {})).toMatchObject({ status: 200, body: {} });
  expect(await send([child], { 'content-type': 'text/plain' })).toMatchObject({
    status: 400,
    body: { error: 'Invalid content type' },
  });
});
