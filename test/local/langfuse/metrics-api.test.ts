import type { NewObservation, NewScore } from '../../../src/local/langfuse/rows';
import { type Client, NOW_MS, startClient } from './client';

let client: Client;
beforeEach(async () => {
  client = await startClient();
});
afterEach(() => client.standIn.close());

const COUNT = { measure: 'count', aggregation: 'count' };
const BY_VERSION = [{ field: 'promptVersion' }];

function query(view: string, more: object = {}) {
  const range = { fromTimestamp: iso(NOW_MS - 3_600_000), toTimestamp: iso(NOW_MS) };
  return client.get('/v2/metrics', { query: JSON.stringify({ view, metrics: [COUNT], ...range, ...more }) });
}

async function rows(view: string, more: object = {}) {
  const answer = await query(view, more);
  expect(answer.status).toBe(200);
  return answer.body.data;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function generation(id: string, more: Partial<NewObservation> = {}): void {
  const startMs = more.startMs ?? NOW_MS - 60_000;
  client.standIn.data.addObservation({
    id,
    traceId: `t-${id}`,
    type: 'GENERATION',
    promptName: 'answer',
    promptVersion: 1,
    startMs,
    endMs: startMs + 1000,
    usage: { input: 10, output: 5, total: 15 },
    cost: { total: 0.5 },
    ...more,
  });
}

function score(id: string, of: string | null, more: Partial<NewScore> = {}): void {
  client.standIn.data.addScore({
    id,
    name: 'quality',
    dataType: 'NUMERIC',
    value: 0.5,
    subject:
      of === null
        ? { kind: 'trace', traceId: `t-${id}` }
        : { kind: 'observation', observationId: of, traceId: `t-${of}` },
    timestampMs: NOW_MS - 1000,
    ...more,
  });
}

test('groups of generations by version, largest first, with latency in milliseconds', async () => {
  generation('a');
  generation('b', { endMs: NOW_MS - 60_000 + 3000 });
  generation('c', { promptVersion: 2 });
  generation('d', { promptName: null, promptVersion: null, type: 'SPAN' });
  const metrics = [
    COUNT,
    ...['avg', 'p50', 'p90', 'min', 'max', 'sum'].map((aggregation) => ({ measure: 'latency', aggregation })),
  ];
  const filters = [{ column: 'promptName', operator: '=', value: 'answer', type: 'string' }];
  expect(await rows('observations', { dimensions: BY_VERSION, metrics, filters })).toEqual([
    {
      promptVersion: 1,
      count_count: 2,
      avg_latency: 2000,
      p50_latency: 2000,
      p90_latency: 2800,
      min_latency: 1000,
      max_latency: 3000,
      sum_latency: 4000,
    },
    expect.objectContaining({ promptVersion: 2, count_count: 1, p90_latency: 1000 }),
  ]);
  expect(await rows('observations', { dimensions: [{ field: 'promptName' }] })).toEqual([
    { promptName: 'answer', count_count: 3 },
    { promptName: null, count_count: 1 },
  ]);
});

test('promptVersion is a text in filters', async () => {
  generation('a');
  generation('b', { promptVersion: 2 });
  const filter = { column: 'promptVersion', operator: '=' };
  expect(await rows('observations', { filters: [{ ...filter, type: 'string', value: '2' }] })).toEqual([
    { count_count: 1 },
  ]);
  const refused = await query('observations', { filters: [{ ...filter, type: 'number', value: 2 }] });
  expect(refused).toMatchObject({ status: 400, body: { error: 'InvalidRequestError' } });
});

test('both ends of the range are inclusive', async () => {
  generation('from', { startMs: NOW_MS - 3_600_000 });
  generation('to', { startMs: NOW_MS });
  generation('before', { startMs: NOW_MS - 3_600_001 });
  generation('after', { startMs: NOW_MS + 1 });
  expect(await rows('observations')).toEqual([{ count_count: 2 }]);
});

test('no rows: a zero without dimensions, nothing with them', async () => {
  const metrics = [COUNT, { measure: 'latency', aggregation: 'avg' }];
  expect(await rows('observations', { metrics })).toEqual([{ count_count: 0, avg_latency: null }]);
  expect(await rows('observations', { metrics, dimensions: BY_VERSION })).toEqual([]);
  expect(await rows('observations', { metrics: [] })).toEqual([{ count: 0 }]);
});

test('a span sent twice is counted twice', async () => {
  generation('a');
  generation('a');
  const metrics = [COUNT, { measure: 'totalCost', aggregation: 'sum' }];
  expect(await rows('observations', { metrics })).toEqual([{ count_count: 2, sum_totalCost: 1 }]);
});

test('countScores beside sums of tokens and cost inflates them, and not latency', async () => {
  generation('a');
  for (const id of ['1', '2', '3']) score(id, 'a');
  const sums = ['totalTokens', 'totalCost', 'latency'].map((measure) => ({ measure, aggregation: 'sum' }));
  const right = { count_count: 1, sum_totalTokens: 15, sum_totalCost: 0.5, sum_latency: 1000 };
  expect(await rows('observations', { metrics: [COUNT, ...sums] })).toEqual([right]);
  const withScores = [COUNT, ...sums, { measure: 'countScores', aggregation: 'sum' }];
  expect(await rows('observations', { metrics: withScores })).toEqual([
    { ...right, sum_totalTokens: 45, sum_totalCost: 1.5, sum_countScores: 3 },
  ]);
});

test('rows without a value come last in both directions', async () => {
  generation('a', { promptVersion: null });
  generation('b', { promptVersion: 2 });
  generation('c', { promptVersion: 1 });
  generation('d', { promptVersion: null, promptName: 'other' });
  const versions = async (direction: string) => {
    const orderBy = [{ field: 'promptVersion', direction }];
    return (await rows('observations', { dimensions: BY_VERSION, orderBy })).map((row) => row['promptVersion']);
  };
  expect(await versions('asc')).toEqual([1, 2, null]);
  expect(await versions('desc')).toEqual([2, 1, null]);
});

test('row_limit cuts without a word; default 100, at most 1000', async () => {
  for (let version = 1; version <= 120; version++) generation(`v${version}`, { promptVersion: version });
  expect(await rows('observations', { dimensions: BY_VERSION })).toHaveLength(100);
  expect(await rows('observations', { dimensions: BY_VERSION, config: { row_limit: 7 } })).toHaveLength(7);
  expect((await query('observations', { config: { row_limit: 1001 } })).status).toBe(400);
});

test('with a time dimension empty buckets are rows of zero counts', async () => {
  generation('a', { startMs: NOW_MS - 30 * 60_000 });
  const metrics = [COUNT, { measure: 'latency', aggregation: 'p95' }];
  const fromTimestamp = iso(NOW_MS - 31 * 60_000);
  const toTimestamp = iso(NOW_MS - 29 * 60_000);
  const bucket = (minutes: number) => `${iso(NOW_MS - minutes * 60_000).slice(0, 19)}Z`;
  const byMinute = { timeDimension: { granularity: 'minute' }, dimensions: BY_VERSION };
  expect(await rows('observations', { metrics, ...byMinute, fromTimestamp, toTimestamp })).toEqual([
    { promptVersion: null, time_dimension: bucket(31), count_count: 0, p95_latency: null },
    { promptVersion: 1, time_dimension: bucket(30), count_count: 1, p95_latency: 1000 },
    { promptVersion: null, time_dimension: bucket(29), count_count: 0, p95_latency: null },
  ]);
});

test.each([
  ['week', '2026-11-16'],
  ['month', '2026-11-01'],
  ['day', '2026-11-22'],
  ['hour', '2026-11-22T11:00:00Z'],
])('a bucket of a %s is named by its start', async (granularity, name) => {
  generation('a');
  const ordered = { orderBy: [{ field: 'count_count', direction: 'desc' }] };
  expect(await rows('observations', { timeDimension: { granularity }, ...ordered })).toEqual([
    { time_dimension: name, count_count: 1 },
  ]);
});

test('scores by value give the distribution, for scores on observations only when grouped by prompt', async () => {
  generation('a');
  generation('b', { promptVersion: 2 });
  score('1', 'a', { value: 0.5 });
  score('2', 'b', { value: 1 });
  score('3', 'b', { value: 1 });
  score('4', null, { value: 0 });
  score('5', 'a', { dataType: 'BOOLEAN', value: true });
  const dimensions = [{ field: 'observationPromptVersion' }, { field: 'value' }];
  expect(await rows('scores-numeric', { dimensions })).toEqual([
    { observationPromptVersion: 2, value: 1, count_count: 2 },
    { observationPromptVersion: 1, value: 0.5, count_count: 1 },
    { observationPromptVersion: 1, value: 1, count_count: 1 },
  ]);
  expect(await rows('scores-numeric')).toEqual([{ count_count: 5 }]);
});

test("a score's observation must start inside the same range", async () => {
  generation('old', { startMs: NOW_MS - 7_200_000 });
  score('1', 'old');
  expect(await rows('scores-numeric', { dimensions: [{ field: 'name' }] })).toHaveLength(1);
  expect(await rows('scores-numeric', { dimensions: [{ field: 'observationPromptName' }] })).toEqual([]);
});

test('an edited score counts once', async () => {
  score('1', null, { value: 0.1 });
  score('1', null, { value: 0.9 });
  const metrics = [COUNT, { measure: 'value', aggregation: 'avg' }];
  expect(await rows('scores-numeric', { metrics })).toEqual([{ count_count: 1, avg_value: 0.9 }]);
});

test('categories and booleans have views of their own', async () => {
  score('1', null, { name: 'tone', dataType: 'CATEGORICAL', value: 'warm' });
  score('2', null, { name: 'ok', dataType: 'BOOLEAN', value: false });
  const stringValue = { dimensions: [{ field: 'name' }, { field: 'stringValue' }] };
  expect(await rows('scores-categorical', stringValue)).toEqual([
    { name: 'tone', stringValue: 'warm', count_count: 1 },
  ]);
  expect(await rows('scores-boolean', { dimensions: [{ field: 'booleanValue' }] })).toEqual([
    { booleanValue: false, count_count: 1 },
  ]);
});

test('high-cardinality dimensions need a limit and an order', async () => {
  generation('a');
  const dimensions = [{ field: 'traceId' }];
  expect((await query('observations', { dimensions })).status).toBe(400);
  const limited = { config: { row_limit: 10 }, orderBy: [{ field: 'count_count', direction: 'desc' }] };
  expect(await rows('observations', { dimensions, ...limited })).toEqual([{ traceId: 't-a', count_count: 1 }]);
});

test.each([
  ['a view that does not exist', 'traces', {}],
  ['a dimension that does not exist', 'observations', { dimensions: [{ field: 'nope' }] }],
  ['a dimension of another view', 'scores-numeric', { dimensions: [{ field: 'promptName' }] }],
  ['a measure that does not exist', 'observations', { metrics: [{ measure: 'nope', aggregation: 'count' }] }],
  ['no variance', 'observations', { metrics: [{ measure: 'latency', aggregation: 'stddev' }] }],
  [
    'a filter that does not exist',
    'observations',
    { filters: [{ column: 'nope', operator: '=', value: 'x', type: 'string' }] },
  ],
  ['an order that does not exist', 'observations', { orderBy: [{ field: 'nope', direction: 'asc' }] }],
  ['from after to', 'observations', { fromTimestamp: iso(NOW_MS + 1) }],
  ['a date without a time', 'observations', { fromTimestamp: '2026-01-01' }],
])('%s is refused', async (_what, view, more) => {
  expect((await query(view, more)).status).toBe(400);
});

test('a query that is missing or no JSON is refused', async () => {
  expect((await client.get('/v2/metrics')).status).toBe(400);
  expect((await client.get('/v2/metrics', { query: '{bad' })).body['message']).toBe('Invalid JSON in query parameter');
});
