import type { MailMessage } from '../../../src/core/ports';

/** Reads a mail as a mail program does; enough of RFC 5322, 2045 and 2047 for what is written here. */
export function readEml(eml: string): MailMessage {
  const { headers, body } = split(eml);
  const boundary = /boundary="(.+)"/u.exec(headers.get('content-type') ?? '')?.[1] ?? 'none';
  const parts = body.split(`--${boundary}`).map((part) => split(part.trimStart()));
  const content = (type: string) => {
    const found = parts.find((part) => part.headers.get('content-type')?.startsWith(type));
    return Buffer.from(found?.body ?? '', 'base64').toString();
  };
  return {
    id: decodeURI(headers.get('x-rampart-message-id') ?? ''),
    subject: decodeWords(headers.get('subject') ?? ''),
    html: content('text/html'),
    text: content('text/plain'),
  };
}

function split(text: string): { headers: Map<string, string>; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const lines = text
    .slice(0, end)
    .replaceAll(/\r\n[ \t]/gu, ' ')
    .split('\r\n');
  const headers = new Map(lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.slice(line.indexOf(':') + 2)]));
  return { headers, body: text.slice(end + 4) };
}

function decodeWords(text: string): string {
  return text
    .replaceAll('?= =?', '?==?')
    .replaceAll(/=\?utf-8\?B\?([^?]*)\?=/gu, (_, base64: string) => Buffer.from(base64, 'base64').toString());
}
