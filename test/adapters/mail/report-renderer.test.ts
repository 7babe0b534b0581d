import { installedAssets } from '../../../src/adapters/mail/installed-assets';
import { MAX_HTML_BYTES, reportRenderer } from '../../../src/adapters/mail/report-renderer';
import { byteLength } from '../../../src/core/report/plain-text';
import type { WeeklyReport } from '../../../src/core/report/weekly-report';
import { renderText } from '../../../src/core/report/render-text';
import { HOSTILE } from '../../core/report/hostile';
import { busyHours, hostileWeek, reportOf, weekOf } from '../../core/report/sample-report';
import { sizeOfPng } from './png-size';

const render = (report: WeeklyReport) => reportRenderer(installedAssets).render(report);
const NAMES = { score: 'clarity', category: 'rude' };

/** The page without the text that people wrote, which stands inside `bdi` and in alternative texts only. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(/<\/?([a-z0-9]+)/giu)].map((match) => match[1]!);
}

describe('what people write', () => {
  let clean: string[] = [];

  beforeAll(async () => {
    clean = tagsOf((await render(reportOf([hostileWeek('clean')]))).html).sort();
  });

  test.each(HOSTILE)('adds no tag and no attribute: %j', async (text) => {
    const { html } = await render(reportOf([hostileWeek(text)], text));
    expect(tagsOf(html).sort()).toEqual(clean);
    const attributes = [...html.matchAll(/<[^>]+>/gu)].map(([tag]) => tag.replaceAll(/"[^"]*"/gu, '""'));
    expect(attributes.join('')).not.toMatch(/\son\w+=/u);
    expect(html).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
  });

  test('is shown as it is, isolated from the direction of the text around', async () => {
    const { html } = await render(reportOf([hostileWeek('مرحبا <b>x</b> 🎉')]));
    expect(html).toContain('<bdi>مرحبا &lt;b&gt;x&lt;/b&gt; 🎉</bdi>');
    expect(html).toContain('alt="مرحبا &lt;b&gt;x&lt;/b&gt; 🎉 by week, W40 to W47: ');
  });
});

describe('the page', () => {
  test('can be read by everyone', async () => {
    const { html } = await render(reportOf([hostileWeek('greeting'), weekOf('other', busyHours(NAMES))]));
    expect(html).toContain('lang="en"');
    expect(html).toContain('<meta name="color-scheme" content="light dark"/>');
    expect(html).not.toMatch(/<(script|link|iframe|a|form)\b|url\(|src="(?!cid:)|https?:/iu);
    const tables = html.match(/<table class="t"/gu)!.length;
    expect(tables).toBe(5);
    expect(html.match(/<caption/gu)).toHaveLength(tables);
    expect(html.match(/<thead>/gu)).toHaveLength(tables);
    expect(html.match(/<th (?!scope="(?:col|row)")/gu)).toBeNull();
    const layout = html.match(/<table (?!class="t")[^>]*>/gu)!;
    expect(layout.every((table) => table.includes('role="presentation"'))).toBe(true);
    expect(html).toContain('Needs a person');
    expect(html).toContain('Wed 18 Nov 10:00');
    expect(html).toContain('Mon 16 Nov 00:00 to Mon 23 Nov 00:00, Europe/Berlin');
  });

  test('says for every picture what it shows, and has every picture that it shows', async () => {
    const { html, images } = await render(reportOf([weekOf('support/answer', busyHours(NAMES))]));
    const shown = [...html.matchAll(/<img [^>]*src="cid:([^"]+)"[^>]*>/gu)];
    expect(shown.map(([, contentId]) => contentId)).toEqual(images.map(({ contentId }) => contentId));
    const texts = shown.map(([tag]) => /alt="([^"]*)"/u.exec(tag)?.[1]);
    expect(texts).toEqual([
      'clarity by week, W40 to W47: 4.67, 4.67, 4.67, 4.67, 4.67, 4.67, 4.67, 4.35',
      expect.stringMatching(/^satisfied, share of yes by week, W40 to W47: (80\.0 %(, |$)){8}/u) as string,
      expect.stringMatching(/^response time p95 by week, W40 to W47: /u) as string,
      'error rate by week, W40 to W47: 1.5 %, 1.5 %, 1.5 %, 1.5 %, 1.5 %, 1.5 %, 1.5 %, 2.0 %',
    ]);
    for (const { png } of images) expect(sizeOfPng(png)).toEqual({ width: 624, height: 256 });
  });

  test('draws no chart of a prompt that was measured in one week only', async () => {
    const { html, images } = await render(reportOf([weekOf('new', busyHours(NAMES, 1))]));
    expect(images).toEqual([]);
    expect(html).toContain('there are no numbers of the week before');
  });

  test('says where a difference has no interval', async () => {
    const still = (hour: string, n: number) => ({
      hour,
      version: 3,
      values: { error_rate: Array.from({ length: n }, () => 0) },
    });
    const week = weekOf('greeting', [still('2026-11-10T09:00:00Z', 3), still('2026-11-17T09:00:00Z', 2)]);
    expect((await render(reportOf([week]))).html).toContain('no interval: the values do not vary');
  });

  test('shows a comparison with its winner and what was taken out', async () => {
    const { html } = await render(reportOf([hostileWeek('greeting')]));
    expect(html).toContain('All intervals hold together, at every look, with 95 % confidence.');
    expect(html).toContain('<strong class="g">winner</strong><br/>+0.19 (+0.05 to +0.33)');
    expect(html).toContain('<bdi>c was taken out: Greeting.</bdi>');
    const text = renderText(reportOf([hostileWeek('greeting')]));
    expect(text).toContain('greeting (version 4, 33 %): 400 units, mean 4.12; +0.19 (+0.05 to +0.33) WINNER');
  });

  test('says that there is nothing yet', async () => {
    expect((await render(reportOf([]))).html).toContain('No prompt has been seen yet.');
  });
});

test.each([
  { prompts: 1, length: 10, needs: 0 },
  { prompts: 12, length: 2000, needs: 3 },
  { prompts: 300, length: 10, needs: 0 },
  { prompts: 300, length: 200, needs: 3 },
  { prompts: 60, length: 8000, needs: 3 },
])('the page stays under its size however much there is to say, and says what it leaves out: %j', async (size) => {
  const week = hostileWeek('🎉<'.repeat(size.length / 10));
  const weeks = Array.from({ length: size.prompts }, (_, i) => ({
    ...week,
    prompt: `${i} ${week.prompt}`,
    needs: Array.from({ length: size.needs }, () => 'x'.repeat(300)),
  }));
  const { html } = await render(reportOf(weeks));
  expect(byteLength(html)).toBeLessThan(MAX_HTML_BYTES);
  expect(byteLength(html)).toBeGreaterThan(size.prompts === 1 ? 0 : 0.4 * MAX_HTML_BYTES);
  const isWhole = html.match(/<h2><bdi>/gu)?.length === size.prompts;
  expect(html.includes('further prompts are only in the stored JSON')).toBe(!isWhole);
});
