import { installedAssets } from '../../../src/adapters/mail/installed-assets';
import { reportRenderer } from '../../../src/adapters/mail/report-renderer';
import { compareVariants } from '../../../src/app/compare-variants';
import { weeklyReport } from '../../../src/app/weekly-report';
import { RampartError } from '../../../src/core/errors';
import type { PromptWeek } from '../../../src/core/report/prompt-week';
import type { WeeklyReport } from '../../../src/core/report/weekly-report';
import { sampleEvent, sampleRollout, type Hour } from '../../core/report/sample';
import { putPrompt, testController, type TestController } from './controller';

const renderer = reportRenderer(installedAssets);
/** Monday after 2026-W47, 07:00 UTC. */
const NOW_MS = Date.parse('2026-11-23T07:00:00Z');

const HOURS: readonly Hour[] = [
  {
    hour: '2026-11-10T09:00:00Z',
    version: 3,
    values: { error_rate: [0, 0, 1, 0], latency: [900, 1000, 1100], 'score:clarity': [3, 4, 3, 4] },
  },
  {
    hour: '2026-11-17T10:00:00Z',
    version: 3,
    values: { error_rate: [0, 0, 0], latency: [700, 800], 'score:clarity': [4, 5] },
  },
  {
    hour: '2026-11-22T23:00:00Z',
    version: 4,
    values: { error_rate: [0, 1, 0], latency: [300, 600, 600], 'score:clarity': [5, 5] },
  },
  { hour: '2026-11-23T00:00:00Z', version: 4, values: { error_rate: [1, 1, 1] } },
];

async function report(controller: TestController, options = {}): Promise<WeeklyReport> {
  return (await weeklyReport(controller, renderer, NOW_MS, options)).json as WeeklyReport;
}

function only({ prompts }: WeeklyReport): PromptWeek {
  expect(prompts).toHaveLength(1);
  return prompts[0]!;
}

describe('the numbers of a week', () => {
  test('equal a count by hand, beside the week before and by version', async () => {
    const controller = testController();
    await putPrompt(controller, 'greeting', HOURS, { item: { rollout: sampleRollout('greeting') } });
    const week = only(await report(controller));
    const line = (id: string): PromptWeek['changes'][number] => week.changes.find((change) => change.id === id)!;
    expect(line('generations')).toMatchObject({ now: { value: 6 }, before: { value: 4 }, difference: { value: 2 } });
    expect(line('error_rate')).toMatchObject({ now: { value: 1 / 6, n: 6 }, before: { value: 1 / 4, n: 4 } });
    expect(line('latency')).toMatchObject({ now: { value: 600, n: 5 }, before: { value: 1000, n: 3 } });
    expect(line('score:clarity')).toMatchObject({ now: { value: 4.75, n: 4 }, before: { value: 3.5, n: 4 } });
    // scipy 1.17.1: ttest_ind([4,5,5,5], [3,4,3,4], equal_var=False).confidence_interval(0.95)
    expect(line('score:clarity').difference!.value).toBeCloseTo(1.25, 12);
    expect(line('score:clarity').difference!.low).toBeCloseTo(0.3109279591309059, 8);
    expect(line('score:clarity').difference!.high).toBeCloseTo(2.1890720408690942, 8);
    expect(week.versions.versions).toEqual([4, 3]);
    const row = (id: string): unknown => week.versions.rows.find((each) => each.id === id)!.values;
    expect(row('generations')).toEqual([
      { value: 3, n: 3, standardError: null },
      { value: 3, n: 3, standardError: null },
    ]);
    expect(row('latency')).toEqual([
      { value: 500, n: 3, standardError: expect.closeTo(100, 9) as number },
      { value: 750, n: 2, standardError: expect.closeTo(50, 9) as number },
    ]);
    expect(week.sentence).toBe(
      '6 generations (+50 %). Better: clarity 4.75 (was 3.50) and mean response time 600 ms (was 1.00 s). Nothing else changed clearly.',
    );
  });

  test('follow the zone: an hour of Sunday in Berlin is one of Monday in Auckland', async () => {
    const at = async (timeZone: string): Promise<number> => {
      const controller = testController({ timeZone });
      await putPrompt(controller, 'greeting', [
        { hour: '2026-11-22T12:00:00Z', version: 3, values: { error_rate: [0, 0] } },
        { hour: '2026-11-20T12:00:00Z', version: 3, values: { error_rate: [0] } },
      ]);
      return only(await report(controller, { week: '2026-W47' })).changes[0]!.now!.value;
    };
    expect(await at('Europe/Berlin')).toBe(3);
    expect(await at('Pacific/Auckland')).toBe(1);
  });

  test('a new prompt, a week without traffic, and no traffic at all read naturally', async () => {
    const controller = testController();
    await putPrompt(controller, 'new', HOURS.slice(1, 2));
    await putPrompt(controller, 'gone', HOURS.slice(0, 1));
    await putPrompt(controller, 'silent', []);
    const { prompts } = await report(controller);
    expect(prompts.map(({ prompt, sentence }) => `${prompt}: ${sentence}`)).toEqual([
      'gone: No traffic in this week; 4 generations the week before.',
      'new: 3 generations; there are no numbers of the week before. Measured: clarity 4.50, error rate 0.0 % and mean response time 750 ms.',
      'silent: No traffic in this week or the week before.',
    ]);
  });

  test('a deployment without prompts gets a report that says so', async () => {
    const controller = testController();
    const { html } = await weeklyReport(controller, renderer, NOW_MS, {});
    expect(html).toContain('No prompt has been seen yet.');
    expect(controller.sentMails[0]?.subject).toBe('[acme] Prompts in 2026-W47: no prompts yet');
  });

  test('every prompt of every page is there, by name', async () => {
    const controller = testController();
    for (const prompt of ['e', 'b', 'a', 'd', 'c']) await putPrompt(controller, prompt, HOURS);
    expect((await report(controller)).prompts.map(({ prompt }) => prompt)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('what Langfuse itself counts is beside them, and a Langfuse that does not answer delays no report', async () => {
    const controller = testController();
    await putPrompt(controller, 'greeting', HOURS);
    const counts = new Map<string | null, number>([
      ['greeting', 60],
      [null, 40],
    ]);
    controller.langfuse = { ...controller.langfuse, countByPrompt: async () => counts };
    const made = await report(controller);
    expect(made.totals).toEqual({ generations: 100, unlinked: 40 });
    expect(only(made).health).toEqual({ facts: {}, listed: 60 });
    expect(controller.sentMails[0]?.html).toContain('Langfuse counts 60 generations of the week, 6 have been read');
    const refused = (): Promise<never> => Promise.reject(new RampartError('provider_unavailable', 'no answer'));
    controller.langfuse = { ...controller.langfuse, countByPrompt: refused };
    expect(await report(controller, { force: true })).toMatchObject({ totals: null });
    expect(controller.logged.map(({ event }) => event)).toContain('totals_not_checked');
  });

  test('a week that is not read to its end says so', async () => {
    const controller = testController();
    await putPrompt(controller, 'greeting', HOURS, { readTo: '2026-11-22T18:30:00Z' });
    const { html } = await weeklyReport(controller, renderer, NOW_MS, {});
    expect(html).toContain('Langfuse has been read up to Sun 22 Nov 18:30 only');
    expect(controller.sentMails[0]?.text).toContain('Langfuse has been read up to Sun 22 Nov 18:30 only');
  });

  test('stored numbers that are gone are said and logged, and hide no other prompt', async () => {
    const controller = testController();
    await putPrompt(controller, 'broken', HOURS, { item: { manifest: `manifest/${'0'.repeat(64)}` } });
    await putPrompt(controller, 'whole', HOURS);
    const [broken, whole] = (await report(controller)).prompts;
    expect(broken!.problem).toContain('expected it in memory, got nothing');
    expect(broken!.needs[0]).toContain('could not be read');
    expect(whole!.changes.length).toBeGreaterThan(0);
    expect(controller.logged.map(({ event }) => event)).toContain('numbers_not_read');
  });

  test('a store that does not answer is an error, not an empty report', async () => {
    const controller = testController();
    await putPrompt(controller, 'greeting', HOURS);
    controller.objects.get = () => Promise.reject(new RampartError('provider_unavailable', 'S3: no answer'));
    await expect(weeklyReport(controller, renderer, NOW_MS, {})).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    expect(controller.sentMails).toEqual([]);
    expect(await controller.documents.getDocument('reports/2026-W47.html')).toBeNull();
  });
});

test('events come from the item and from the history, each once', async () => {
  const controller = testController();
  const started = sampleEvent('greeting', 2, '2026-11-17T09:00:00Z', 'started');
  const advanced = sampleEvent('greeting', 3, '2026-11-18T09:00:00Z', 'advanced', { percent: 50 });
  const back = sampleEvent('greeting', 4, '2026-11-19T09:00:00Z', 'rolled_back', { reason: 'clarity fell' });
  const old = Array.from({ length: 150 }, (_, index) =>
    sampleEvent('greeting', 100 + index, '2026-11-20T09:00:00Z', 'verified'),
  );
  await controller.store.appendHistory('greeting', [started, advanced, ...old]);
  await putPrompt(controller, 'greeting', HOURS, { item: { audit: [advanced, back] } });
  const kinds = only(await report(controller)).events.map(({ kind }) => kind);
  expect(kinds.slice(0, 3)).toEqual(['started', 'advanced', 'rolled_back']);
  expect(kinds).toHaveLength(153);
});

describe('sent once', () => {
  test('a second run sends nothing and gives back what was sent; force sends again under another id', async () => {
    const controller = testController();
    await putPrompt(controller, 'greeting', HOURS);
    const first = await weeklyReport(controller, renderer, NOW_MS, {});
    expect(first).toMatchObject({ week: '2026-W47', sent: true });
    const second = await weeklyReport(controller, renderer, NOW_MS + 60_000, {});
    expect(second).toEqual({ ...first, sent: false });
    const forced = await weeklyReport(controller, renderer, NOW_MS + 120_000, { week: '2026-W47', force: true });
    expect(forced.sent).toBe(true);
    expect(controller.sentMails.map(({ id }) => id)).toEqual([
      'report/2026-W47',
      `report/2026-W47/${NOW_MS + 120_000}`,
    ]);
    expect((await weeklyReport(controller, renderer, NOW_MS + 180_000, {})).sent).toBe(false);
    expect(await controller.documents.getDocument('reports/2026-W47.sent')).toBe(JSON.stringify({ atMs: NOW_MS }));
  });

  test('the mail, the stored page and the stored JSON are the same report', async () => {
    const controller = testController();
    await putPrompt(controller, 'greeting', HOURS);
    const { html, json } = await weeklyReport(controller, renderer, NOW_MS, {});
    const mail = controller.sentMails[0]!;
    expect(mail.html).toContain('src="cid:prompt-0-chart-0@rampart"');
    expect(html).not.toContain('cid:');
    expect(html.replaceAll(/src="data:image\/png;base64,[^"]+"/gu, '')).toBe(
      mail.html.replaceAll(/src="cid:[^"]+"/gu, ''),
    );
    expect(mail.images).toHaveLength(4);
    expect(await controller.documents.getDocument('reports/2026-W47.html')).toBe(html);
    expect(JSON.parse((await controller.documents.getDocument('reports/2026-W47.json'))!)).toEqual(json);
    expect(controller.sentAlerts).toEqual([]);
  });

  test('without a mail its text goes the way of the alerts', async () => {
    const controller = { ...testController({ deployment: 'größe 🎉' }), mail: null };
    await putPrompt(controller, 'greeting', HOURS);
    await weeklyReport(controller, renderer, NOW_MS, {});
    expect(controller.sentAlerts).toHaveLength(1);
    const { id, subject, text } = controller.sentAlerts[0]!;
    expect(id).toBe('report/2026-W47');
    expect(subject).toBe('[größe 🎉] Prompts in 2026-W47: a quiet week');
    expect(text).toContain('== greeting ==');
    expect(text).toContain('6 generations (+50 %).');
  });

  test('a mail that cannot be sent is an error, and the next run sends it', async () => {
    const controller = testController();
    await putPrompt(controller, 'greeting', HOURS);
    const { mail } = controller;
    controller.mail = { send: () => Promise.reject(new RampartError('provider_unavailable', 'SES: no answer')) };
    await expect(weeklyReport(controller, renderer, NOW_MS, {})).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    controller.mail = mail;
    expect((await weeklyReport(controller, renderer, NOW_MS + 1, {})).sent).toBe(true);
    expect(controller.sentMails).toHaveLength(1);
  });

  test('dying at any write of a document loses no mail, and repeats it only under its own id', async () => {
    for (let survives = 0; survives < 3; survives++) {
      const controller = testController();
      await putPrompt(controller, 'greeting', HOURS);
      const { documents } = controller;
      let writes = 0;
      controller.documents = {
        ...documents,
        putDocument: (...document) => {
          if (writes++ === survives) return Promise.reject(new Error('died'));
          return documents.putDocument(...document);
        },
      };
      await expect(weeklyReport(controller, renderer, NOW_MS, {})).rejects.toThrow('died');
      controller.documents = documents;
      expect((await weeklyReport(controller, renderer, NOW_MS + 1, {})).sent).toBe(true);
      expect((await weeklyReport(controller, renderer, NOW_MS + 2, {})).sent).toBe(false);
      const ids = controller.sentMails.map(({ id }) => id);
      expect(ids).toEqual(survives < 2 ? ['report/2026-W47'] : ['report/2026-W47', 'report/2026-W47']);
    }
  });
});

describe('which week', () => {
  test.each([
    ['not-a-week', /expected an ISO week such as '2026-W47', got 'not-a-week'/u],
    ['2026-W48', /expected one that has ended, got 2026-W48, which ends Mon 30 Nov 00:00 \(UTC\)/u],
    ['2027-W20', /expected one that has ended/u],
    ['2026-W35', /still kept \(70 days\), got 2026-W35/u],
  ])('%s is refused, and nothing is sent', async (week, message) => {
    const controller = testController();
    const refused = weeklyReport(controller, renderer, NOW_MS, { week, force: true });
    await expect(refused).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(message) as string,
    });
    expect(controller.sentMails).toEqual([]);
  });

  test('an older week that is still kept can be made', async () => {
    const { week, sent } = await weeklyReport(testController(), renderer, NOW_MS, { week: '2026-W40' });
    expect({ week, sent }).toEqual({ week: '2026-W40', sent: true });
  });
});

test('a report of 200 busy prompts stays under the size of a mail, urgent prompts first', async () => {
  const controller = testController();
  for (let i = 0; i < 200; i++) await putPrompt(controller, `prompt ${i}`, HOURS);
  const pause = { by: 'ada', because: 'lunch', atMs: NOW_MS };
  await putPrompt(controller, 'the paused one', HOURS, {
    item: { rollout: sampleRollout('the paused one', { pause }) },
  });
  const { html } = await weeklyReport(controller, renderer, NOW_MS, {});
  const mail = controller.sentMails[0]!;
  expect(new TextEncoder().encode(mail.html).length).toBeLessThan(100_000);
  expect(html).toMatch(/tables of \d+ prompts and \d+ further prompts are only in the stored JSON/u);
  expect(html.indexOf('the paused one')).toBeLessThan(html.indexOf('prompt 0'));
  const { text } = mail;
  expect(new TextEncoder().encode(text).length).toBeLessThan(100_000);
});

test('compare-variants leaves reports alone', async () => {
  const controller = testController();
  await putPrompt(controller, 'greeting', HOURS);
  await compareVariants(controller, { render: () => Promise.reject(new Error('not asked')) }, NOW_MS);
  expect(controller.sentMails).toEqual([]);
  expect(controller.sentAlerts).toEqual([]);
  expect((await weeklyReport(controller, renderer, NOW_MS, {})).sent).toBe(true);
});

test('a damaged item hides no other: it waits for a person', async () => {
  const controller = testController();
  await putPrompt(controller, 'fine', HOURS);
  await putPrompt(controller, 'torn', HOURS);
  const problem = (path: string) => new RampartError('bad_input', `${path}: expected JSON, got 9 characters`);
  const store: TestController['store'] = {
    ...controller.store,
    async listAssignments(cursor) {
      const page = await controller.store.listAssignments(cursor);
      return { ...page, damaged: cursor === null ? [{ prompt: null, problem: problem('items/x') }] : [] };
    },
    read: (prompt) => (prompt === 'torn' ? Promise.reject(problem('items/torn')) : controller.store.read(prompt)),
  };
  const { prompts } = await report({ ...controller, store });
  expect(prompts.map(({ prompt, needs }) => [prompt, needs])).toEqual([
    ['(a name that cannot be read)', [expect.stringContaining('items/x: expected JSON')]],
    ['fine', []],
    ['torn', [expect.stringContaining('items/torn: expected JSON')]],
  ]);
  expect(controller.sentMails[0]?.html).toContain('items/torn');
  expect(controller.sentMails[0]?.text).toContain('items/torn');
  expect(controller.logged.filter(({ event }) => event === 'prompt_not_read')).toHaveLength(2);
});
