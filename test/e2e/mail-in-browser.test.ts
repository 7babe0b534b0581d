import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { installedAssets } from '../../src/adapters/mail/installed-assets';
import { reportRenderer } from '../../src/adapters/mail/report-renderer';
import { embedImages } from '../../src/core/report/embed-images';
import { contrast } from '../adapters/mail/contrast';
import { HOSTILE } from '../core/report/hostile';
import { busyHours, hostileWeek, reportOf, weekOf } from '../core/report/sample-report';

/*
 * The mail in a real browser. RAMPART_BROWSER names an executable of Chromium; without it these tests are not run.
 * RAMPART_SCREENSHOTS names a folder for pictures of what the browser showed.
 */

const executablePath = process.env['RAMPART_BROWSER'];
const screenshots = process.env['RAMPART_SCREENSHOTS'];
const inBrowser = executablePath === undefined ? describe.skip : describe;

const NAME = `${HOSTILE.join(' ')} a-name-without-any-space-that-is-much-wider-than-a-telephone-and-still-has-to-wrap`;

/** Every piece of text with its colour and the ground it stands on, both as `rgb(…)`. */
const READ_COLOURS = `(() => {
  const ground = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const { backgroundColor } = getComputedStyle(each);
      if (!backgroundColor.endsWith(', 0)')) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const isShown = walker.currentNode.textContent.trim() !== '' && element.getClientRects().length > 0;
    if (isShown) found.push({ text: walker.currentNode.textContent, colour: getComputedStyle(element).color, ground: ground(element) });
  }
  return found;
})()`;

inBrowser('the mail in a browser', () => {
  let browser: Browser;
  let page = '';

  beforeAll(async () => {
    const names = { score: 'clarity', category: 'rude' };
    const report = reportOf(
      [
        weekOf('support/answer', busyHours(names)),
        hostileWeek(NAME),
        weekOf('new', busyHours(names, 1)),
        weekOf('silent', []),
      ],
      NAME,
    );
    const { html, images } = await reportRenderer(installedAssets).render(report);
    page = embedImages(html, images);
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    if (screenshots !== undefined) mkdirSync(screenshots, { recursive: true });
  });

  afterAll(() => browser?.close());

  async function open(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await opened.route('**/*', (route) => route.abort());
    await opened.setContent(page);
    if (screenshots !== undefined) {
      await opened.screenshot({ path: join(screenshots, `report-${width}-${colorScheme}.png`), fullPage: true });
    }
    return opened;
  }

  test.each([
    [375, 'light'],
    [375, 'dark'],
    [700, 'light'],
    [700, 'dark'],
  ] as const)('at %i pixels, %s: all of it is there, inside its width, and can be read', async (width, scheme) => {
    const opened = await open(width, scheme);
    expect(await opened.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const widths = await opened.evaluate('[...document.images].map((image) => [image.naturalWidth, image.width])');
    expect(widths).toEqual(Array.from({ length: 8 }, () => [624, 312]));
    const texts = (await opened.evaluate(READ_COLOURS)) as { text: string; colour: string; ground: string }[];
    const words = texts.map(({ text }) => text).join(' ');
    for (const part of [
      '<script>alert(1)</script>',
      'שלום עולם',
      '👩🏽‍🚀🎉',
      'Needs a person',
      'no numbers of the week before',
    ]) {
      expect(words).toContain(part);
    }
    expect(await opened.locator('script, [onerror], [onmouseover]').count()).toBe(0);
    const grounds = new Set(texts.map(({ ground }) => ground));
    expect(grounds).toContain(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(21, 24, 29)');
    for (const { text, colour, ground } of texts) {
      expect([text, contrast(hex(colour), hex(ground)) >= 4.5]).toEqual([text, true]);
    }
    await opened.close();
  });

  test('two charts stand side by side where there is room, and below each other on a telephone', async () => {
    const tops = async (width: number): Promise<number> => {
      const opened = await open(width, 'light');
      const found = await opened.evaluate('[...document.images].map((image) => image.getBoundingClientRect().left)');
      await opened.close();
      return new Set(found as number[]).size;
    };
    expect([await tops(700), await tops(375)]).toEqual([2, 1]);
  });
});

function hex(rgb: string): string {
  const parts = rgb.match(/\d+/gu)!.slice(0, 3).map(Number);
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
