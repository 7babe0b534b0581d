import { simpleParser, type ParsedMail } from 'mailparser';
import { composeMail } from '../../../src/adapters/mail/compose-mail';
import { installedAssets } from '../../../src/adapters/mail/installed-assets';
import { reportRenderer } from '../../../src/adapters/mail/report-renderer';
import { renderText } from '../../../src/core/report/render-text';
import type { MailMessage } from '../../../src/core/ports';
import { HOSTILE } from '../../core/report/hostile';
import { hostileWeek, reportOf } from '../../core/report/sample-report';

const ENVELOPE = { from: 'rampart@example.com', to: ['b@example.com', 'c@example.com'], dateMs: 0 };
const MESSAGE: MailMessage = { id: 'report/2026-W12', subject: 'Week 12', html: '<p>größer</p>', text: 'größer' };

const parsed = async (message: MailMessage): Promise<ParsedMail> => simpleParser(await composeMail(message, ENVELOPE));
const raw = async (message: MailMessage): Promise<string> => (await composeMail(message, ENVELOPE)).toString();

test('text stands beside HTML, and the pictures of the HTML with it', async () => {
  const png = new Uint8Array([1, 2, 3]);
  const mail = await raw({ ...MESSAGE, images: [{ contentId: 'a@rampart', png }] });
  const types = [...mail.matchAll(/^Content-Type: ([^;\r]+)/gmu)].map((match) => match[1]);
  expect(types).toEqual(['multipart/alternative', 'text/plain', 'multipart/related', 'text/html', 'image/png']);
  expect(mail).toMatch(/^Content-Id: <a@rampart>\r$/imu);
  expect(mail).toMatch(/Content-Disposition: inline/u);
  expect(mail.split('\r\n').every((line) => line.length <= 200 && !line.includes('\n'))).toBe(true);
});

test('its headers say what it is, to people and to programs', async () => {
  const { headers, messageId, date, from, to } = await parsed(MESSAGE);
  expect(headers.get('x-rampart-message-id')).toBe('report/2026-W12');
  expect(headers.get('auto-submitted')).toBe('auto-generated');
  expect(await raw(MESSAGE)).toMatch(/^List-Id: Rampart <rampart\.example\.com>\r$/imu);
  expect(messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/u);
  expect((await parsed(MESSAGE)).messageId).toBe(messageId);
  expect((await parsed({ ...MESSAGE, id: 'report/2026-W13' })).messageId).not.toBe(messageId);
  expect(date?.getTime()).toBe(0);
  expect(from?.text).toBe('rampart@example.com');
  expect([to].flat().map((each) => each?.text)).toEqual(['b@example.com, c@example.com']);
});

test.each([
  'plain',
  'größer 🎉 than before: רתי',
  `[größe 🎉] Prompts in 2026-W47: ${'3 prompts need a person and '.repeat(6)}`,
])('a subject arrives as it was: %s', async (subject) => {
  const mail = await raw({ ...MESSAGE, subject });
  expect((await simpleParser(mail)).subject).toBe(subject.trim());
  expect(mail.split('\r\n\r\n')[0]).toMatch(/^[\u0020-\u007e\r\n]*$/u);
});

test('no line is longer than a mail may have, whatever the id is', async () => {
  const id = `comparison/${'م'.repeat(300)}/compare/x`;
  const mail = await raw({ ...MESSAGE, id });
  expect(Math.max(...mail.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
  expect((await parsed({ ...MESSAGE, id })).headers.get('x-rampart-message-id')).toMatch(/^[0-9a-f]{32}$/u);
});

test('nothing can add a header', async () => {
  const mail = await raw({ ...MESSAGE, id: 'a\r\nBcc: e@example.com', subject: 'x\r\nBcc: d@example.com' });
  expect(mail).not.toMatch(/^Bcc:/mu);
});

test.each(HOSTILE)('a report in which everything is called %j arrives whole', async (text) => {
  const report = reportOf([hostileWeek(text)], text);
  const { html, images } = await reportRenderer(installedAssets).render(report);
  const mail = await simpleParser(await composeMail({ ...MESSAGE, html, text: renderText(report), images }, ENVELOPE), {
    keepCidLinks: true,
  });
  expect(mail.html).toBe(html);
  expect(mail.text?.trimEnd()).toBe(renderText(report).trimEnd());
  expect(mail.attachments.map(({ cid, related }) => [cid, related])).toEqual(
    images.map(({ contentId }) => [contentId, true]),
  );
  expect(Buffer.from(images[0]!.png).equals(mail.attachments[0]!.content)).toBe(true);
});
