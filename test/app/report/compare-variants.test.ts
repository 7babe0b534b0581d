import { compareVariants } from '../../../src/app/compare-variants';
import { RampartError } from '../../../src/core/errors';
import type { ObservedComparison } from '../../../src/core/report/observed-comparison';
import { sampleItem, sampleRollout, type Hour } from '../../core/report/sample';
import { putPrompt, testController, type TestController } from './controller';

/** Nothing has ended here. */
const renderer = { render: () => Promise.reject(new Error('not asked')) };
const NOW_MS = Date.parse('2026-11-22T23:30:00Z');

const HOURS: readonly Hour[] = [
  { hour: '2026-11-15T22:00:00Z', version: 2, values: { error_rate: [1, 1] } },
  { hour: '2026-11-16T00:00:00Z', version: 3, values: { error_rate: [0, 1], 'score:clarity': [3, 4, 3, 4] } },
  { hour: '2026-11-22T20:00:00Z', version: 4, values: { error_rate: [0, 0, 0], 'score:clarity': [4, 5, 5, 5] } },
];

async function stored(controller: TestController, name: string): Promise<ObservedComparison> {
  const text = await controller.documents.getDocument(name);
  expect(text).not.toBeNull();
  return JSON.parse(text!) as ObservedComparison;
}

test('every version of the last seven days is set against the one in production, as an observation', async () => {
  const controller = testController();
  await putPrompt(controller, 'team/greeting', HOURS);
  expect(await compareVariants(controller, renderer, NOW_MS)).toEqual({ compared: 1, reported: 0 });
  const comparison = await stored(controller, 'comparisons/team/greeting/2026-11-22.json');
  expect(comparison).toMatchObject({ kind: 'observational', prompt: 'team/greeting', production: 3, toMs: NOW_MS });
  expect(comparison.note).toMatch(/^Observational: .*Nothing is decided by these numbers\.$/u);
  expect(comparison.versions.map(({ version, generations }) => [version, generations])).toEqual([
    [4, 3],
    [3, 2],
  ]);
  const clarity = comparison.versions[0]!.changes.find(({ id }) => id === 'score:clarity')!;
  expect(clarity).toMatchObject({ now: { value: 4.75, n: 4 }, before: { value: 3.5, n: 4 } });
  // scipy 1.17.1: ttest_ind([4,5,5,5], [3,4,3,4], equal_var=False).confidence_interval(0.95)
  expect(clarity.difference!.low).toBeCloseTo(0.3109279591309059, 8);
  expect(clarity.difference!.high).toBeCloseTo(2.1890720408690942, 8);
  expect(comparison.versions[1]!.changes.every(({ difference }) => difference === null)).toBe(true);
});

test("the date is the one in the deployment's zone; a later run of the day replaces it", async () => {
  const controller = testController({ timeZone: 'Europe/Berlin' });
  await putPrompt(controller, 'greeting', HOURS);
  await compareVariants(controller, renderer, NOW_MS);
  await compareVariants(controller, renderer, NOW_MS + 60_000);
  expect((await stored(controller, 'comparisons/greeting/2026-11-23.json')).madeAtMs).toBe(NOW_MS + 60_000);
});

test('a prompt with one version, or with none, has nothing to compare', async () => {
  const controller = testController();
  await putPrompt(controller, 'one', HOURS.slice(0, 2));
  await putPrompt(controller, 'none', []);
  expect(await compareVariants(controller, renderer, NOW_MS)).toEqual({ compared: 0, reported: 0 });
  expect(await controller.documents.getDocument('comparisons/one/2026-11-22.json')).toBeNull();
});

test('without the production version there are no differences, and the note says why', async () => {
  const controller = testController();
  const { assignment } = sampleItem('greeting');
  await putPrompt(controller, 'greeting', HOURS, { item: { assignment: { ...assignment, stable: 9 } } });
  await compareVariants(controller, renderer, NOW_MS);
  const comparison = await stored(controller, 'comparisons/greeting/2026-11-22.json');
  expect(comparison.note).toContain('Version 9, to be compared with, was not seen');
  expect(comparison.versions.flatMap(({ changes }) => changes).every(({ difference }) => difference === null)).toBe(
    true,
  );
});

test('while a promotion is watched, production is the candidate', async () => {
  const controller = testController();
  await putPrompt(controller, 'greeting', HOURS, {
    item: { rollout: sampleRollout('greeting', { phase: 'watching' }) },
  });
  await compareVariants(controller, renderer, NOW_MS);
  expect((await stored(controller, 'comparisons/greeting/2026-11-22.json')).production).toBe(4);
});

test('prompts of every page are compared, and nothing is sent', async () => {
  const controller = testController();
  for (const prompt of ['a', 'b', 'c', 'd', 'e']) await putPrompt(controller, prompt, HOURS);
  expect(await compareVariants(controller, renderer, NOW_MS)).toEqual({ compared: 5, reported: 0 });
  expect([...controller.sentMails, ...controller.sentAlerts]).toEqual([]);
});

test('a damaged item stops no other one, and fails loudly afterwards', async () => {
  const controller = testController();
  for (const prompt of ['a', 'b', 'c']) await putPrompt(controller, prompt, HOURS);
  const torn = new RampartError('bad_input', 'items/b: expected JSON, got 9 characters');
  const read = (prompt: string) => (prompt === 'b' ? Promise.reject(torn) : controller.store.read(prompt));
  const run = compareVariants({ ...controller, store: { ...controller.store, read } }, renderer, NOW_MS);
  await expect(run).rejects.toBe(torn);
  await stored(controller, 'comparisons/a/2026-11-22.json');
  await stored(controller, 'comparisons/c/2026-11-22.json');
});
