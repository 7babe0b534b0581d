import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { MailMessage } from '../../core/ports';

/** Who a mail is from, to whom, and when it was sent (ms since 1970). */
export interface Envelope {
  from: string;
  to: readonly string[];
  dateMs: number;
}

/** The header that tells a repeated mail from a new one: Amazon SES puts a Message-ID of its own into every mail. */
export const MESSAGE_ID_HEADER = 'X-Rampart-Message-Id';

/**
 * A mail as it goes over the wire (RFC 5322): text beside HTML, the HTML's pictures with it. The same message in the same
 * envelope has the same ids whenever it is composed.
 */
export async function composeMail(message: MailMessage, { from, to, dateMs }: Envelope): Promise<Buffer> {
  const { id, subject, html, text, images = [] } = message;
  const domain = domainOf(from);
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 32);
  const mail = new MailComposer({
    from,
    to: [...to],
    subject: oneLine(subject),
    date: new Date(dateMs),
    messageId: `<${digest}@${domain}>`,
    text,
    html,
    textEncoding: 'base64',
    attachments: images.map(({ contentId, png }) => ({
      cid: contentId,
      filename: `${contentId.split('@')[0]}.png`,
      content: Buffer.from(png),
      contentType: 'image/png',
      contentDisposition: 'inline' as const,
    })),
    headers: {
      [MESSAGE_ID_HEADER]: headerId(id, digest),
      'List-Id': `Rampart <rampart.${domain}>`,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    baseBoundary: digest,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return mail.compile().build();
}

/** Most characters of a line without its end (RFC 5322, section 2.1.1), which a text without spaces cannot be folded into. */
const LONGEST_LINE = 998;

/** The id where it fits on a line; else its digest, which names it as well. */
function headerId(id: string, digest: string): string {
  const written = encodeURI(id);
  return written.length < LONGEST_LINE ? written : digest;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).replace(/>$/u, '');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
