import { simpleParser } from 'mailparser';
import type { MailMessage } from '../../core/ports';
import { json, jsonError, type StandInRequest, type StandInResponse } from './exchange';

/** A mail as it was sent, read as a mail program reads it. */
export interface SentMail extends MailMessage {
  from: string;
  to: string[];
  configurationSet: string | null;
  /** As it came over the wire. */
  raw: Buffer;
}

/** The part of SendEmail's input that is understood. */
interface SendEmail {
  FromEmailAddress?: string;
  Destination?: { ToAddresses?: string[] };
  Content?: { Raw?: { Data?: string } };
  ConfigurationSetName?: string;
}

/**
 * SES v2 SendEmail with raw content.
 * @param deliver carries the mail to its receivers
 */
export async function sesAnswer(
  request: StandInRequest,
  deliver: (mail: SentMail) => Promise<void>,
): Promise<StandInResponse> {
  if (request.method !== 'POST' || request.path !== '/v2/email/outbound-emails') {
    return jsonError(404, 'NotFoundException', `the stand-in knows SendEmail, got ${request.method} ${request.path}`);
  }
  const input = JSON.parse(request.body.toString()) as SendEmail;
  const to = input.Destination?.ToAddresses ?? [];
  if (input.FromEmailAddress === undefined || to.length === 0 || to.length > 50) {
    return jsonError(400, 'BadRequestException', `expected a sender and 1 to 50 receivers, got ${to.length}`);
  }
  if (input.Content?.Raw?.Data === undefined) {
    return jsonError(400, 'BadRequestException', 'expected raw content');
  }
  const raw = Buffer.from(input.Content.Raw.Data, 'base64');
  const mail = await readMail(raw);
  if (mail.subject === '' || mail.html === '') {
    return jsonError(400, 'BadRequestException', 'expected a mail with a subject and HTML');
  }
  const configurationSet = input.ConfigurationSetName ?? null;
  await deliver({ ...mail, from: input.FromEmailAddress, to, configurationSet, raw });
  return json({ MessageId: 'stand-in' });
}

/** Reads a mail as a mail program does. What it lacks is ''. */
export async function readMail(raw: Buffer | string): Promise<MailMessage> {
  const { headers, subject, html, text, attachments } = await simpleParser(raw, { keepCidLinks: true });
  const id = headers.get('x-rampart-message-id');
  const images = attachments.flatMap(({ cid, content }) =>
    cid === undefined ? [] : [{ contentId: cid, png: new Uint8Array(content) }],
  );
  return {
    id: typeof id === 'string' ? decodeURI(id) : '',
    subject: subject ?? '',
    html: html === false ? '' : (html ?? ''),
    text: text ?? '',
    ...(images.length === 0 ? {} : { images }),
  };
}
