import { assert, oneof, property, record, string, constantFrom } from 'fast-check';
import { html, isolated, plainText } from '../../../src/core/report/markup';
import { timeWriter } from '../../../src/core/report/local-time';
import { promptWeek, type PromptWeek } from '../../../src/core/report/prompt-week';
import { sumHours } from '../../../src/core/report/numbers';
import { MAX_HTML_BYTES, renderHtml } from '../../../src/core/report/render-html';
import { MAX_TEXT_BYTES, renderText } from '../../../src/core/report/render-text';
import { parseWeek, periodOf, weekBefore } from '../../../src/core/report/week';
import { byUrgency, headline, type WeeklyReport } from '../../../src/core/report/weekly-report';
import { dayPages, sampleEvent, sampleItem, sampleRollout, type Hour } from './sample';

const ZONE = 'Europe/Berlin';
const WEEK = parseWeek('2026-W47');
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '</bdi></p></table>',
  '&lt;b&gt; &amp;',
  'שלום עולם',
  'مرحبا <b>x</b>',
  '👩🏽‍🚀🎉',
  '\u202egnp.exe',
  'two\nlines\r\n== fake prompt ==',
  '\u0000\u0007',
  '\ud800',
];

function hours(names: { score: string; category: string }): Hour[] {
  const values = {
    error_rate: [0, 1, 0],
    latency: [100, 200, 300],
    cost: [0.1, 0.2, 0.3],
    tokens: [5, 6, 7],
    [`score:${names.score}`]: [1, 2, 3],
    [`score:tone=${names.category}`]: [1, 1],
  };
  return [
    { hour: '2026-11-10T09:00:00Z', version: 3, values },
    { hour: '2026-11-17T09:00:00Z', version: 3, values },
    { hour: '2026-11-18T09:00:00Z', version: 4, values },
  ];
}

function hostileWeek(text: string): PromptWeek {
  const pages = [...dayPages(hours({ score: text.replaceAll('=', ''), category: text })).values()];
  const pause = { by: text, because: text, atMs: 0 };
  return promptWeek({
    item: sampleItem(text, { rollout: sampleRollout(text, { pause }) }),
    week: periodOf(WEEK, ZONE),
    now: sumHours(pages, periodOf(WEEK, ZONE)),
    before: sumHours(pages, periodOf(weekBefore(WEEK), ZONE)),
    audit: [sampleEvent(text, 1, '2026-11-18T09:00:00Z', 'rolled_back', { reason: text, by: text })],
    readThroughMs: null,
    problem: null,
    when: timeWriter(ZONE),
  });
}

function reportOf(prompts: PromptWeek[], deployment = 'acme'): WeeklyReport {
  const { fromMs, toMs } = periodOf(WEEK, ZONE);
  return { schema: 1, deployment, week: WEEK.text, timeZone: ZONE, fromMs, toMs, madeAtMs: toMs, prompts };
}

/** The page without the text that people wrote, which stands inside `bdi` only. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(/<\/?([a-z0-9]+)/giu)].map((match) => match[1]!);
}

describe('the template', () => {
  test('escapes text and leaves HTML as it is', () => {
    const name = `<b>"it's"</b> & more`;
    const safe = '&lt;b&gt;&quot;it&#39;s&quot;&lt;/b&gt; &amp; more';
    expect(html`<p title="${name}">${isolated(name)}${3}</p>`.markup).toBe(
      `<p title="${safe}"><bdi>${safe}</bdi>3</p>`,
    );
    const items = ['a', '\n  <'].map((text) => html`<b>${text}</b>`);
    expect(html`<p>${items}</p>`.markup).toBe('<p><b>a</b><b>   &lt;</b></p>');
  });

  test('nothing that anybody writes adds a tag or an attribute', () => {
    assert(
      property(oneof(string({ unit: 'binary' }), constantFrom(...HOSTILE)), (text) => {
        expect(html`${text}`.markup).not.toMatch(/[<>"'\p{Cc}\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u);
      }),
    );
  });

  test('plain text stays on its line, and keeps right-to-left words to themselves', () => {
    expect(plainText('two\nlines\r\n== fake ==')).toBe('two lines == fake ==');
    expect(plainText('\u202egnp.exe')).toBe('gnp.exe');
    expect(plainText('שלום')).toBe('\u2068שלום\u2069');
    expect(plainText('👩🏽‍🚀')).toBe('👩🏽‍🚀');
  });
});

describe('the page', () => {
  const clean = tagsOf(renderHtml(reportOf([hostileWeek('clean')])));

  test.each(HOSTILE)('has the same tags whatever things are called: %j', (text) => {
    const page = renderHtml(reportOf([hostileWeek(text)], text));
    expect(tagsOf(page)).toEqual(clean);
    expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>|\u202e/iu);
    expect(page).not.toMatch(/\son\w+=(?!alert|&#39;|')/iu);
  });

  test('shows names as they are, isolated from the direction of the text around', () => {
    const page = renderHtml(reportOf([hostileWeek('مرحبا <b>x</b> 🎉')]));
    expect(page).toContain('<bdi>مرحبا &lt;b&gt;x&lt;/b&gt; 🎉</bdi>');
  });

  test('stands alone and can be read by everyone', () => {
    const page = renderHtml(reportOf([hostileWeek('greeting')]));
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/u);
    expect(page).toContain('<meta name="color-scheme" content="light dark" />');
    expect(page).not.toMatch(/<(script|link|img|iframe|a|form)\b|url\(|https?:/iu);
    const tables = page.match(/<table/gu)?.length;
    expect(page.match(/<caption/gu)).toHaveLength(tables!);
    expect(page.match(/<th(?! scope="(?:col|row)")\b/gu)).toBeNull();
    expect(page).toContain('Needs a person');
    expect(page).toContain('Wed 18 Nov 10:00');
    expect(page).toContain('Mon 16 Nov 00:00 to Mon 23 Nov 00:00, Europe/Berlin');
  });

  test('says where a difference has no interval', () => {
    const pages = [
      ...dayPages([
        { hour: '2026-11-10T09:00:00Z', version: 3, values: { error_rate: [0, 0, 0] } },
        { hour: '2026-11-17T09:00:00Z', version: 3, values: { error_rate: [0, 0] } },
      ]).values(),
    ];
    const week = promptWeek({
      item: sampleItem('greeting'),
      week: periodOf(WEEK, ZONE),
      now: sumHours(pages, periodOf(WEEK, ZONE)),
      before: sumHours(pages, periodOf(weekBefore(WEEK), ZONE)),
      audit: [],
      readThroughMs: Infinity,
      problem: null,
      when: timeWriter(ZONE),
    });
    expect(renderHtml(reportOf([week]))).toContain('no interval: the values do not vary');
    expect(renderText(reportOf([week]))).toContain(
      'error rate: 0.0 % (n 2); week before 0.0 % (n 3); +0.0 points, no interval: the values do not vary',
    );
    expect(week.sentence).toBe('2 generations (-33 %). Nothing changed clearly.');
  });

  test('stays under its size however much there is to say, and says what it leaves out', () => {
    const sizes = record({
      prompts: constantFrom(1, 40, 400),
      length: constantFrom(10, 2000),
      needs: constantFrom(0, 3),
    });
    assert(
      property(sizes, ({ prompts, length, needs }) => {
        const week = hostileWeek('🎉<'.repeat(length / 10));
        const weeks = Array.from({ length: prompts }, () => ({
          ...week,
          needs: Array.from({ length: needs }, () => 'x'.repeat(300)),
        }));
        const report = reportOf(weeks);
        const bytes = (text: string): number => new TextEncoder().encode(text).length;
        expect(bytes(renderHtml(report))).toBeLessThan(MAX_HTML_BYTES);
        expect(bytes(renderText(report))).toBeLessThanOrEqual(MAX_TEXT_BYTES);
      }),
      { numRuns: 12 },
    );
  });
});

test('the text cannot be made to show a prompt that is not there', () => {
  const text = renderText(reportOf([hostileWeek('two\nlines\n== fake prompt ==')]));
  expect(text.split('\n').filter((line) => line.startsWith('=='))).toEqual(['== two lines == fake prompt == ==']);
});

test('the headline counts what happened and who waits', () => {
  const week = hostileWeek('greeting');
  expect(headline(reportOf([]))).toBe('no prompts yet');
  expect(headline(reportOf([{ ...week, needs: [], events: [] }]))).toBe('a quiet week');
  const event = week.events[0]!;
  const events = [event, { ...event, kind: 'started' }, { ...event, kind: 'promoted' }];
  expect(headline(reportOf([{ ...week, events }, week]))).toBe(
    '2 prompts need a person, 2 rolled back, 1 promoted and 1 started',
  );
});

test('who waits for a person comes first, then where something happened, then by volume', () => {
  const week = hostileWeek('greeting');
  const quiet = { ...week, needs: [], events: [] };
  const small = {
    ...quiet,
    prompt: 'small',
    changes: quiet.changes.map((change) => ({ ...change, now: { value: 1, n: 1 } })),
  };
  const order = byUrgency([
    small,
    { ...quiet, prompt: 'large' },
    { ...week, prompt: 'eventful', needs: [] },
    { ...week, prompt: 'waiting' },
  ]);
  expect(order.map(({ prompt }) => prompt)).toEqual(['waiting', 'eventful', 'large', 'small']);
});
