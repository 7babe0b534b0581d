import { createLangfuse } from '../../../src/adapters/langfuse/create-langfuse';
import type { Langfuse } from '../../../src/core/ports';
import { sendJson, startServer, type TestServer } from './http-server';

const WINDOW = { prompt: 'answer', fromMs: 0, toMs: 2e12, cursor: null, limit: 1000 };

let server: TestServer | null = null;
afterEach(() => server?.close());

/** A server that answers by what was asked: `[status, body]`. */
async function langfuseAnswering(answer: (query: URLSearchParams) => [number, unknown]): Promise<Langfuse> {
  const started = await startServer((_, response, url) => {
    const [status, body] = answer(url.searchParams);
    sendJson(response, status, body);
  });
  server = started;
  return createLangfuse({ baseUrl: started.baseUrl, publicKey: 'pk', secretKey: 'sk', timeoutMs: 2000 });
}

function row(id: string, different: object = {}): Record<string, unknown> {
  return {
    id,
    traceId: `t-${id}`,
    startTime: '2026-11-22T12:00:00.000Z',
    level: 'DEFAULT',
    environment: 'production',
    latency: 1,
    parentObservationId: 'p',
    isRootObservation: false,
    promptName: 'answer',
    promptVersion: 1,
    ...different,
  };
}

test('rows that cannot be read are told apart from the rest of their page', async () => {
  const langfuse = await langfuseAnswering(() => [
    200,
    { data: [row('a'), row('b', { latency: 'slow' }), null, row('c', { promptName: 'other' }), row('d')], meta: {} },
  ]);
  const page = await langfuse.listObservations(WINDOW);
  expect(page.rows.map(({ id }) => id)).toEqual(['a', 'd']);
  expect(page.malformed.map(({ id }) => id)).toEqual(['b', 'row 2', 'c']);
  const outside = await langfuse.listObservations({ ...WINDOW, toMs: 1000 });
  expect([outside.rows.length, outside.malformed.length]).toEqual([0, 5]);
});

test('limits above what Langfuse takes are lowered, and no field group with texts is asked for', async () => {
  const asked: URLSearchParams[] = [];
  const langfuse = await langfuseAnswering((query) => {
    asked.push(query);
    return [200, { data: [], meta: {} }];
  });
  await langfuse.listObservations({ ...WINDOW, limit: 5000 });
  await langfuse.listScores({ ...WINDOW, names: [], limit: 5000 });
  expect(asked.map((query) => query.get('limit'))).toEqual(['1000', '100']);
  expect(asked.map((query) => query.get('fields'))).toEqual(['core,basic,usage,prompt,metrics,metadata', 'subject']);
});

test('what the filter replaces is in the filter', async () => {
  const filters: unknown[] = [];
  const langfuse = await langfuseAnswering((query) => {
    filters.push(JSON.parse(query.get('filter') ?? ''));
    expect([...query.keys()].sort()).toEqual(['fields', 'filter', 'limit']);
    return [200, { data: [], meta: {} }];
  });
  await langfuse.listObservations({ ...WINDOW, toMs: 1000 });
  await langfuse.observationsOfTraces('answer', ['x', 'y']);
  await langfuse.rootsOfTraces(['x']);
  const ofPrompt = [
    { type: 'string', column: 'promptName', operator: '=', value: 'answer' },
    { type: 'string', column: 'type', operator: '=', value: 'GENERATION' },
  ];
  const ofTraces = { type: 'stringOptions', column: 'traceId', operator: 'any of' };
  expect(filters).toEqual([
    [
      ...ofPrompt,
      { type: 'datetime', column: 'startTime', operator: '>=', value: '1970-01-01T00:00:00.000Z' },
      { type: 'datetime', column: 'startTime', operator: '<', value: '1970-01-01T00:00:01.000Z' },
    ],
    [...ofPrompt, { ...ofTraces, value: ['x', 'y'] }],
    [
      { type: 'boolean', column: 'isRootObservation', operator: '=', value: true },
      { ...ofTraces, value: ['x'] },
    ],
  ]);
});

test('a list that names all versions of a prompt does not make them holders of the label', async () => {
  const version = { name: 'answer', config: {}, createdAt: '2026-11-22T12:00:00.000Z' };
  const langfuse = await langfuseAnswering((query) => {
    const labels = query.get('version') === '2' ? ['candidate'] : [];
    if (query.has('version')) return [200, { ...version, labels, version: Number(query.get('version')) }];
    return [200, { data: [{ name: 'answer', versions: [1, 2, 3], labels: ['candidate'] }], meta: { totalPages: 1 } }];
  });
  expect(await langfuse.versionsWithLabel('answer', 'candidate')).toEqual([2]);
});

test('a second page that fails fails the look-up as a whole', async () => {
  const langfuse = await langfuseAnswering((query) =>
    query.has('cursor') ? [500, { message: 'down' }] : [200, { data: [row('a')], meta: { cursor: 'next' } }],
  );
  await expect(langfuse.observationsOfTraces('answer', ['t-a'])).rejects.toMatchObject({
    code: 'provider_unavailable',
  });
  expect((await langfuse.listObservations(WINDOW)).cursor).toBe('next');
  await expect(langfuse.listObservations({ ...WINDOW, cursor: 'next' })).rejects.toMatchObject({
    code: 'provider_unavailable',
  });
});

test('a page that does not say whether more follows is an error, and so is one that leads back to itself', async () => {
  for (const meta of [undefined, null, { cursor: 7 }, { cursor: 'same' }]) {
    const langfuse = await langfuseAnswering(() => [200, { data: [row('a')], meta }]);
    await expect(langfuse.listObservations({ ...WINDOW, cursor: 'same' })).rejects.toMatchObject({
      code: 'provider_bad_response',
    });
    await server?.close();
  }
});

test('a trace with a generation that cannot be read is left out as a whole', async () => {
  const langfuse = await langfuseAnswering(() => [
    200,
    { data: [row('a', { traceId: 't' }), row('b', { traceId: 't', promptVersion: null }), row('c')], meta: {} },
  ]);
  expect((await langfuse.observationsOfTraces('answer', ['t', 't-c'])).map(({ id }) => id)).toEqual(['c']);
});

describe('a server that refuses filters', () => {
  const root = { promptName: '', parentObservationId: null, isRootObservation: undefined, userId: 'u' };
  const rows = [row('a', { traceId: 'x' }), row('b', { traceId: 'x', ...root }), row('c', { traceId: 'y' })];

  function serverRefusing(refused: RegExp): Promise<Langfuse> {
    return langfuseAnswering((query) => {
      if (refused.test(query.get('filter') ?? '')) return [400, { message: 'Column does not match a mapping.' }];
      const traceId = query.get('traceId');
      return [200, { data: rows.filter((one) => traceId === null || one['traceId'] === traceId), meta: {} }];
    });
  }

  test('is asked for roots without the column that it does not know, from then on at once', async () => {
    const langfuse = await serverRefusing(/isRootObservation/u);
    const roots = [{ traceId: 'x', userId: 'u', sessionId: null }];
    expect(await langfuse.rootsOfTraces(['x', 'y'])).toEqual(roots);
    expect(server?.requests).toHaveLength(2);
    expect(await langfuse.rootsOfTraces(['x', 'y'])).toEqual(roots);
    expect(server?.requests).toHaveLength(3);
    expect((await langfuse.observationsOfTraces('answer', ['x', 'y'])).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(server?.requests).toHaveLength(4);
  });

  test('is asked trace by trace when it does not know that either', async () => {
    const langfuse = await serverRefusing(/traceId/u);
    expect(await langfuse.rootsOfTraces(['x', 'y'])).toEqual([{ traceId: 'x', userId: 'u', sessionId: null }]);
    expect(server?.requests).toHaveLength(4);
    expect((await langfuse.observationsOfTraces('answer', ['x', 'y'])).map(({ id }) => id)).toEqual(['a', 'c']);
    expect((await langfuse.observationsOfTraces('answer', ['y'])).map(({ id }) => id)).toEqual(['c']);
    expect(server?.requests).toHaveLength(8);
  });
});

test('roots that name different users name none', async () => {
  const root = { traceId: 't', parentObservationId: null, sessionId: 's' };
  const langfuse = await langfuseAnswering(() => [
    200,
    { data: [row('a', { ...root, userId: 'u' }), row('b', { ...root, userId: 'v' }), row('c', root)], meta: {} },
  ]);
  expect(await langfuse.rootsOfTraces(['t', 't'])).toEqual([{ traceId: 't', userId: null, sessionId: 's' }]);
});

test('more traces than fit into one request are refused', async () => {
  const langfuse = await langfuseAnswering(() => [200, { data: [], meta: {} }]);
  const ids = Array.from({ length: 51 }, (_, index) => `t-${index}`);
  await expect(langfuse.rootsOfTraces(ids)).rejects.toMatchObject({ code: 'bad_input' });
});

test('counts by prompt: no name is no link, and what cannot be read is an error', async () => {
  let data: unknown[] = [
    { promptName: null, count_count: 3 },
    { promptName: '', count_count: '4' },
    { promptName: 'a', count_count: 5 },
  ];
  const langfuse = await langfuseAnswering(() => [200, { data }]);
  expect(await langfuse.countByPrompt(WINDOW)).toEqual(
    new Map<string | null, number>([
      [null, 7],
      ['a', 5],
    ]),
  );
  for (const row of [{ promptName: 7, count_count: 1 }, { promptName: 'a' }, 2]) {
    data = [row];
    await expect(langfuse.countByPrompt(WINDOW)).rejects.toMatchObject({ code: 'provider_bad_response' });
  }
  data = Array.from({ length: 1000 }, (_, index) => ({ promptName: `p${index}`, count_count: 1 }));
  await expect(langfuse.countByPrompt(WINDOW)).rejects.toMatchObject({ code: 'provider_bad_response' });
});

test('counts: a row without a version is left out, one that cannot be read and a full answer are errors', async () => {
  let data: unknown[] = [
    { promptVersion: null, count_count: 3 },
    { promptVersion: '2', count_count: '9007' },
  ];
  const langfuse = await langfuseAnswering(() => [200, { data }]);
  expect(await langfuse.countByVersion(WINDOW)).toEqual(new Map([[2, 9007]]));
  for (const row of [{ promptVersion: 2, count_count: 'many' }, { promptVersion: 2 }, { count_count: 2 }, 2]) {
    data = [row];
    await expect(langfuse.countByVersion(WINDOW)).rejects.toMatchObject({ code: 'provider_bad_response' });
  }
  data = Array.from({ length: 1000 }, (_, index) => ({ promptVersion: index + 1, count_count: 1 }));
  await expect(langfuse.countByVersion(WINDOW)).rejects.toMatchObject({ code: 'provider_bad_response' });
});
