import type { NewObservation } from '../../../src/local/langfuse/rows';
import { type Client, NOW_MS, startClient, walk } from './client';

let client: Client;
beforeEach(async () => {
  client = await startClient();
});
afterEach(() => client.standIn.close());

const add = (id: string, more: Partial<NewObservation> = {}) =>
  client.standIn.data.addObservation({
    id,
    traceId: 't',
    parentObservationId: 'root',
    type: 'GENERATION',
    name: 'llm-call',
    startMs: NOW_MS,
    endMs: NOW_MS + 1650,
    promptName: 'answer',
    promptVersion: 2,
    ...more,
  });
const list = (query: Record<string, string | number> = {}) => client.get('/v2/observations', query);
const ids = async (query: Record<string, string | number> = {}) =>
  (await list(query)).body.data.map((row) => row['id']);
const filtered = (...conditions: object[]) => ids({ filter: JSON.stringify(conditions) });

test('latency is in seconds, missing texts are empty, prices are absent without the model group', async () => {
  add('a');
  expect((await list()).body).toEqual({
    data: [
      {
        id: 'a',
        traceId: 't',
        startTime: new Date(NOW_MS).toISOString(),
        endTime: new Date(NOW_MS + 1650).toISOString(),
        projectId: 'proj-test',
        parentObservationId: 'root',
        type: 'GENERATION',
        name: 'llm-call',
        level: 'DEFAULT',
        statusMessage: '',
        version: '',
        environment: 'default',
        userId: '',
        sessionId: '',
        isRootObservation: false,
        bookmarked: false,
        public: false,
        latency: 1.65,
        timeToFirstToken: null,
        modelId: null,
        inputPrice: null,
        outputPrice: null,
        totalPrice: null,
      },
    ],
    meta: {},
  });
});

test('field groups are added as asked; core always comes, a group that is not known is ignored', async () => {
  const created = client.standIn.data.createPrompt({ name: 'answer', version: 2 }, NOW_MS);
  add('a', {
    model: 'gpt-4o-mini',
    usage: { input: 10, output: 5, total: 15 },
    cost: { total: 0.003 },
    completionStartMs: NOW_MS + 100,
    metadata: { note: 'n'.repeat(300), key: 'k'.repeat(300) },
  });
  const { body } = await list({ fields: 'usage,prompt,metrics,model,metadata', expandMetadata: 'key' });
  expect(body.data[0]).toMatchObject({
    totalUsage: 15,
    totalCost: 0.003,
    inputCost: null,
    promptId: created.id,
    promptName: 'answer',
    promptVersion: 2,
    timeToFirstToken: 0.1,
    inputPrice: '1.5e-7',
    metadata: { note: 'n'.repeat(200), key: 'k'.repeat(300) },
  });
  expect(body.data[0]).not.toHaveProperty('name');
  expect((await list({ fields: 'nope' })).body.data[0]).toMatchObject({ id: 'a', latency: 1.65 });
});

test('a linked prompt that does not exist keeps its name and version; an unlinked one has no name', async () => {
  add('ghost', { promptName: 'ghost', promptVersion: 9 });
  add('none', { promptName: null, promptVersion: null, endMs: null });
  expect((await list({ fields: 'prompt' })).body.data).toMatchObject([
    { promptId: '', promptName: '', promptVersion: null, latency: null },
    { promptId: '', promptName: 'ghost', promptVersion: 9 },
  ]);
});

test('plain parameters choose; promptName and unknown ones are ignored', async () => {
  add('a', { level: 'ERROR', environment: 'staging' });
  add('b', { traceId: 'u', userId: 'user-1' });
  add('root', { parentObservationId: null, type: 'SPAN', promptName: null, promptVersion: null });
  expect(await ids({ promptName: 'other', bogus: 1 })).toHaveLength(3);
  expect(await ids({ level: 'ERROR' })).toEqual(['a']);
  expect(await ids({ environment: 'staging' })).toEqual(['a']);
  expect(await ids({ traceId: 'u' })).toEqual(['b']);
  expect(await ids({ userId: 'user-1', type: 'GENERATION', name: 'llm-call' })).toEqual(['b']);
  expect(await ids({ isRootObservation: 'true' })).toEqual(['root']);
  expect(await ids({ parentObservationId: '' })).toEqual(['root']);
});

test('fromStartTime is inclusive, toStartTime exclusive', async () => {
  add('a');
  const at = (ms: number) => new Date(ms).toISOString();
  expect(await ids({ fromStartTime: at(NOW_MS) })).toEqual(['a']);
  expect(await ids({ fromStartTime: at(NOW_MS + 1) })).toEqual([]);
  expect(await ids({ toStartTime: at(NOW_MS) })).toEqual([]);
  expect(await ids({ toStartTime: at(NOW_MS + 1) })).toEqual(['a']);
});

test('a filter replaces the plain parameters, times included', async () => {
  add('a');
  add('b', { promptName: 'other' });
  const filter = JSON.stringify([{ type: 'string', column: 'promptName', operator: '=', value: 'answer' }]);
  expect(await ids({ filter, fromStartTime: new Date(NOW_MS + 1).toISOString(), traceId: 'nope' })).toEqual(['a']);
});

test('conditions of every type', async () => {
  add('a', { tags: ['x', 'y'], metadata: { unit: 'u1', score: 3 }, completionStartMs: NOW_MS + 100 });
  add('b', { traceId: 'u', promptVersion: 3, parentObservationId: null, startMs: NOW_MS + 5 });
  const version = { type: 'number', column: 'promptVersion' };
  expect(await filtered({ ...version, operator: '=', value: 3 })).toEqual(['b']);
  expect(await filtered({ ...version, operator: '<=', value: 2 })).toEqual(['a']);
  const start = { type: 'datetime', column: 'startTime', value: new Date(NOW_MS + 5).toISOString() };
  expect(await filtered({ ...start, operator: '>=' })).toEqual(['b']);
  expect(await filtered({ ...start, operator: '>' })).toEqual([]);
  expect(await filtered({ ...start, operator: '<' })).toEqual(['a']);
  expect(await filtered({ ...start, operator: '<=' })).toEqual(['b', 'a']);
  const traces = { type: 'stringOptions', column: 'traceId' };
  expect(await filtered({ ...traces, operator: 'any of', value: ['u', 'u', 'v'] })).toEqual(['b']);
  expect(await filtered({ ...traces, operator: 'none of', value: ['u'] })).toEqual(['a']);
  expect(await filtered({ type: 'boolean', column: 'isRootObservation', operator: '=', value: true })).toEqual(['b']);
  expect(await filtered({ type: 'null', column: 'timeToFirstToken', operator: 'is null' })).toEqual(['b']);
  expect(await filtered({ type: 'arrayOptions', column: 'tags', operator: 'all of', value: ['x', 'y'] })).toEqual([
    'a',
  ]);
  const unit = { type: 'stringObject', column: 'metadata', key: 'unit' };
  expect(await filtered({ ...unit, operator: 'starts with', value: 'u' })).toEqual(['a']);
  const score = { type: 'numberObject', column: 'metadata', key: 'score' };
  expect(await filtered({ ...score, operator: '>', value: 2 })).toEqual(['a']);
});

test.each([
  [{ filter: '[{"type":"string","column":"nope","operator":"=","value":"x"}]' }],
  [{ filter: '[{"type":"string","column":"promptVersion","operator":"~","value":"x"}]' }],
  [{ filter: '{bad' }],
  [{ limit: 1001 }],
  [{ cursor: 'garbage' }],
  [{ parseIoAsJson: 'true' }],
])('%j is refused', async (query: Record<string, string | number>) => {
  expect((await list(query)).status).toBe(400);
});

test('a span sent twice is listed twice, and pages go from the newest to the oldest', async () => {
  for (let i = 0; i < 9; i++) add(`o${i}`, { startMs: NOW_MS + Math.floor(i / 2), traceId: `t${i}` });
  add('o8', { startMs: NOW_MS + 4, traceId: 't8' });
  const rows = await walk(client, '/v2/observations', { limit: 4 });
  expect(rows.map((row) => row['id'])).toEqual(['o8', 'o8', 'o7', 'o6', 'o5', 'o4', 'o3', 'o2', 'o1', 'o0']);
  expect((await list({ limit: 1000 })).body.meta).toEqual({});
});
