import { emlText } from '../../../src/adapters/local/eml';
import { readEml } from './read-eml';

const ENVELOPE = { from: 'Rampart <a@example.com>', to: ['b@example.com', 'c@example.com'], dateMs: 0 };

test('a long subject with signs beyond ASCII is folded into words that a mail program joins again', () => {
  const subject = 'größer 🎉 '.repeat(20).trim();
  const eml = emlText({ id: 'a', subject, html: '<p>x</p>', text: 'x' }, ENVELOPE);
  expect(readEml(eml).subject).toBe(subject);
  expect(eml.split('\r\n').every((line) => line.length <= 90)).toBe(true);
});

test('a subject cannot add a header', () => {
  const eml = emlText({ id: 'a', subject: 'x\r\nBcc: d@example.com', html: '', text: '' }, ENVELOPE);
  expect(eml).not.toMatch(/^Bcc:/mu);
  expect(eml).toContain('Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n');
  expect(eml).toContain('To: b@example.com,\r\n c@example.com\r\n');
});
