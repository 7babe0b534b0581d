import { createLangfuseData } from '../../../src/local/langfuse/data';
import { inMemoryLangfuse } from '../../../src/local/langfuse/in-memory';
import { bucketsBetween, granularityOf } from '../../../src/local/langfuse/metrics/time-buckets';

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

test('two projects that are filled alike are alike, ids included', () => {
  const [first, second] = [createLangfuseData(), createLangfuseData()].map((data) => {
    data.createPrompt({ name: 'a', labels: ['production'] }, NOW_MS);
    data.createPrompt({ name: 'a' }, NOW_MS + 1);
    data.setLabel('a', 2, 'production', NOW_MS + 2);
    return data.prompts.versions('a');
  });
  expect(first).toEqual(second);
  expect(first!.map(({ labels, updatedMs }) => [labels, updatedMs])).toEqual([
    [[], NOW_MS + 2],
    [['production', 'latest'], NOW_MS + 2],
  ]);
});

test('what cannot be inserted is refused', () => {
  const data = createLangfuseData();
  data.createPrompt({ name: 'a', type: 'text' }, NOW_MS);
  expect(() => data.createPrompt({ name: 'a', type: 'chat' }, NOW_MS)).toThrow(
    'expected type text as before, got chat',
  );
  expect(() => data.createPrompt({ name: 'a', version: 1 }, NOW_MS)).toThrow('version 1 exists');
  expect(() => data.setLabel('a', 2, 'x', NOW_MS)).toThrow('prompt a has no version 2');
});

test('without HTTP, rows appear when the virtual clock says so, and moves take their time from it', async () => {
  const data = createLangfuseData();
  let nowMs = NOW_MS;
  const langfuse = inMemoryLangfuse(data, () => nowMs);
  data.createPrompt({ name: 'a' }, NOW_MS);
  const row = { id: 'o', traceId: 't', type: 'GENERATION', promptName: 'a', promptVersion: 1, startMs: NOW_MS };
  data.addObservation({ ...row, visibleFromMs: NOW_MS + 1000 });
  const seen = async () => {
    const window = { prompt: 'a', fromMs: NOW_MS, toMs: NOW_MS + 1 };
    const { rows } = await langfuse.listObservations({ ...window, cursor: null, limit: 10 });
    return [rows.length, (await langfuse.countByVersion(window)).get(1) ?? 0];
  };
  expect(await seen()).toEqual([0, 0]);
  nowMs += 1000;
  expect(await seen()).toEqual([1, 1]);
  await langfuse.moveLabel('a', 1, 'candidate');
  expect(data.prompts.byVersion('a', 1)).toMatchObject({ labels: ['candidate', 'latest'], updatedMs: nowMs });
});

test("pages without HTTP are no larger than Langfuse's, and a row without a version is named", async () => {
  const data = createLangfuseData();
  const langfuse = inMemoryLangfuse(data, () => NOW_MS);
  for (let i = 0; i < 1001; i++) {
    const of = { type: 'GENERATION', promptName: 'a', promptVersion: i === 1000 ? null : 1 };
    data.addObservation({ id: `o${i}`, traceId: `t${i}`, startMs: NOW_MS + i, ...of });
  }
  const query = { prompt: 'a', fromMs: NOW_MS, toMs: NOW_MS + 2000, limit: 5000 };
  const first = await langfuse.listObservations({ ...query, cursor: null });
  expect([first.rows.length, first.malformed.map(({ id }) => id)]).toEqual([999, ['o1000']]);
  const second = await langfuse.listObservations({ ...query, cursor: first.cursor });
  expect([second.rows.map(({ id }) => id), second.cursor]).toEqual([['o0'], null]);
  await expect(langfuse.listObservations({ ...query, cursor: 'garbage' })).rejects.toMatchObject({ code: 'bad_input' });
  const many = Array.from({ length: 51 }, (_, i) => `t${i}`);
  await expect(langfuse.rootsOfTraces(many)).rejects.toMatchObject({ code: 'bad_input' });
});

test.each([
  [50 * 60_000, 'minute'],
  [50 * 3_600_000, 'hour'],
  [50 * 86_400_000, 'day'],
  [300 * 86_400_000, 'week'],
  [700 * 86_400_000, 'month'],
] as const)('auto over %d ms means buckets of a %s, about fifty at most', (rangeMs, granularity) => {
  expect(granularityOf('auto', rangeMs)).toBe(granularity);
  expect(bucketsBetween(NOW_MS - rangeMs, NOW_MS, granularity).length).toBeLessThanOrEqual(52);
});
