import { type Client, NOW_MS, startClient, walk } from './client';

let client: Client;
beforeEach(async () => {
  client = await startClient();
});
afterEach(() => client.standIn.close());

const post = (body: object) => client.send('POST', '/scores', { traceId: 't', name: 'quality', value: 1, ...body });
const list = (query: Record<string, string | number> = {}) => client.get('/v3/scores', query);
const ids = async (query: Record<string, string | number> = {}) =>
  (await list(query)).body.data.map((score) => score['id']);

test('a score is listed with the time it was posted, whatever its body says', async () => {
  await post({ id: 'a', timestamp: '2020-01-01T00:00:00Z', comment: 'well' });
  expect((await list({ fields: 'subject,details' })).body.data).toEqual([
    {
      id: 'a',
      projectId: 'proj-test',
      name: 'quality',
      source: 'API',
      timestamp: new Date(NOW_MS).toISOString(),
      environment: 'default',
      createdAt: new Date(NOW_MS).toISOString(),
      updatedAt: new Date(NOW_MS).toISOString(),
      comment: 'well',
      configId: null,
      metadata: {},
      subject: { kind: 'trace', id: 't' },
      dataType: 'NUMERIC',
      value: 1,
    },
  ]);
});

test('the same id edits: the timestamp stays and updatedAt moves', async () => {
  await post({ id: 'a', value: 0.1 });
  client.clock.nowMs += 5000;
  await post({ id: 'a', value: 0.9 });
  expect((await list()).body.data).toMatchObject([
    { value: 0.9, timestamp: new Date(NOW_MS).toISOString(), updatedAt: new Date(NOW_MS + 5000).toISOString() },
  ]);
});

test('the value is a number, a boolean or a text by its data type', async () => {
  await post({ id: 'a', value: 0.5 });
  await post({ id: 'b', value: 0, dataType: 'BOOLEAN' });
  await post({ id: 'c', value: 'warm' });
  await post({ id: 'd', value: 'long', dataType: 'TEXT' });
  const shown = (await list()).body.data.map(({ id, dataType, value }) => [id, dataType, value]);
  expect(shown).toEqual([
    ['d', 'TEXT', 'long'],
    ['c', 'CATEGORICAL', 'warm'],
    ['b', 'BOOLEAN', false],
    ['a', 'NUMERIC', 0.5],
  ]);
});

test.each([
  ['a boolean that is 2', { value: 2, dataType: 'BOOLEAN' }],
  ['a boolean that is true', { value: true, dataType: 'BOOLEAN' }],
  ['no value', { value: undefined }],
  ['no target', { traceId: undefined }],
  ['two targets', { sessionId: 's' }],
  ['an observation without its trace', { traceId: undefined, observationId: 'o' }],
])('%s is refused', async (_what, body) => {
  expect(await post(body)).toMatchObject({ status: 400, body: { message: 'Invalid request data' } });
  expect(await ids()).toEqual([]);
});

test('subjects are traces, observations, sessions and experiments', async () => {
  await post({ observationId: 'o' });
  await post({ traceId: undefined, sessionId: 's' });
  await post({ traceId: undefined, datasetRunId: 'r' });
  expect((await list({ fields: 'subject' })).body.data.map((score) => score['subject'])).toEqual([
    { kind: 'experiment', id: 'r' },
    { kind: 'session', id: 's' },
    { kind: 'observation', id: 'o', traceId: 't' },
  ]);
  expect((await list()).body.data[0]).not.toHaveProperty('subject');
});

test('filters: names are several, case-sensitive and separated by commas; types and values may be given', async () => {
  await post({ id: 'a', value: 0.2 });
  await post({ id: 'b', name: 'tone', value: 'warm', environment: 'staging' });
  await post({ id: 'c', name: 'ok', value: 1, dataType: 'BOOLEAN', observationId: 'o' });
  expect(await ids({ name: 'quality,tone' })).toEqual(['b', 'a']);
  expect(await ids({ name: 'QUALITY' })).toEqual([]);
  expect(await ids({ dataType: 'numeric', valueMin: 0.2, valueMax: 0.2 })).toEqual(['a']);
  expect(await ids({ dataType: 'BOOLEAN', value: 'true' })).toEqual(['c']);
  expect(await ids({ environment: 'staging' })).toEqual(['b']);
  expect(await ids({ traceId: 't', observationId: 'o' })).toEqual(['c']);
  expect(await ids({ id: 'a,c', source: 'api' })).toEqual(['c', 'a']);
});

test('fromTimestamp is inclusive, toTimestamp exclusive', async () => {
  await post({ id: 'a' });
  const at = (ms: number) => new Date(ms).toISOString();
  expect(await ids({ fromTimestamp: at(NOW_MS) })).toEqual(['a']);
  expect(await ids({ fromTimestamp: at(NOW_MS + 1) })).toEqual([]);
  expect(await ids({ toTimestamp: at(NOW_MS) })).toEqual([]);
  expect(await ids({ toTimestamp: at(NOW_MS + 1) })).toEqual(['a']);
});

test.each([
  { limit: 101 },
  { limit: 0 },
  { page: 1 },
  { userId: 'u' },
  { traceTags: 't' },
  { nope: 1 },
  { fields: 'nope' },
  { cursor: 'garbage' },
  { fromTimestamp: 'garbage' },
  { observationId: 'o' },
  { traceId: 't', sessionId: 's' },
  { value: '1' },
  { valueMin: 1, dataType: 'BOOLEAN' },
])('%j is refused', async (query: Record<string, string | number>) => {
  expect((await list(query)).status).toBe(400);
});

test('pages are stable while rows arrive, and the last has no cursor', async () => {
  for (let i = 0; i < 7; i++) await post({ id: `s${i}` });
  const first = await list({ limit: 3 });
  expect(first.body.meta).toMatchObject({ limit: 3, cursor: expect.any(String) });
  client.clock.nowMs += 1000;
  await post({ id: 'late' });
  const second = await list({ limit: 4, cursor: first.body.meta.cursor! });
  const seen = [...first.body.data, ...second.body.data].map((score) => score['id']);
  expect(seen).toEqual(['s6', 's5', 's4', 's3', 's2', 's1', 's0']);
  expect(second.body.meta).toEqual({ limit: 4 });
  expect(await walk(client, '/v3/scores', { limit: 2 })).toHaveLength(8);
});

test('a score that becomes visible later is late data', async () => {
  client.standIn.data.addScore({
    id: 'late',
    name: 'quality',
    dataType: 'NUMERIC',
    value: 1,
    subject: { kind: 'trace', traceId: 't' },
    timestampMs: NOW_MS - 60_000,
    visibleFromMs: NOW_MS + 1,
  });
  expect(await ids()).toEqual([]);
  client.clock.nowMs += 1;
  expect(await ids()).toEqual(['late']);
});

test('scores can come through ingestion, with the time of their event; spans cannot', async () => {
  const timestamp = new Date(NOW_MS - 86_400_000).toISOString();
  const body = { id: 'a', traceId: 't', name: 'quality', value: 1 };
  const answer = await client.send('POST', '/ingestion', {
    batch: [
      { id: '1', type: 'score-create', timestamp, body },
      { id: '2', type: 'score-create', timestamp, body: { name: 'bad' } },
      { id: '3', type: 'trace-create', timestamp, body: {} },
    ],
  });
  expect(answer).toMatchObject({
    status: 207,
    body: {
      successes: [{ id: '1', status: 201 }],
      errors: [{ id: '2' }, { id: '3', message: 'Event type not accepted' }],
    },
  });
  expect((await list()).body.data).toMatchObject([{ id: 'a', timestamp }]);
});
