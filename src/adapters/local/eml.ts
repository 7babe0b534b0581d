import { createHash } from 'node:crypto';
import type { MailMessage } from '../../core/ports';

/** Who a mail is from, to whom, and when it was sent (ms since 1970). */
export interface Envelope {
  from: string;
  to: readonly string[];
  dateMs: number;
}

/** A mail in the form that mail programs open: RFC 5322, multipart/alternative, both parts UTF-8 in base64. */
export function emlText(message: MailMessage, envelope: Envelope): string {
  const boundary = `=_${createHash('sha256').update(message.id).digest('hex').slice(0, 32)}`;
  const lines = [
    `From: ${oneLine(envelope.from)}`,
    `To: ${envelope.to.map(oneLine).join(',\r\n ')}`,
    `Subject: ${encodedWords(message.subject)}`,
    `Date: ${new Date(envelope.dateMs).toUTCString().replace('GMT', '+0000')}`,
    `X-Rampart-Message-Id: ${encodeURI(message.id)}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part(boundary, 'text/plain', message.text),
    ...part(boundary, 'text/html', message.html),
    `--${boundary}--`,
    '',
  ];
  return lines.join('\r\n');
}

function part(boundary: string, contentType: string, text: string): string[] {
  const base64 = Buffer.from(text).toString('base64');
  return [
    `--${boundary}`,
    `Content-Type: ${contentType}; charset=utf-8`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(base64.match(/.{1,76}/gu) ?? []),
  ];
}

/** A header's text; anything but printable ASCII as RFC 2047 words of at most 75 characters. */
function encodedWords(text: string): string {
  const line = oneLine(text);
  if (/^[\u0020-\u007e]*$/u.test(line)) return line;
  const words: string[] = [];
  let word = '';
  for (const character of line) {
    if (Buffer.byteLength(word + character) > 45) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${Buffer.from(each).toString('base64')}?=`).join('\r\n ');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
