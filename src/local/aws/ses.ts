import type { MailMessage } from '../../core/ports';
import { json, jsonError, type StandInRequest, type StandInResponse } from './exchange';

/** A mail as it was sent. */
export interface SentMail extends MailMessage {
  from: string;
  to: string[];
}

/** The part of SendEmail's input that is understood. */
interface SendEmail {
  FromEmailAddress?: string;
  Destination?: { ToAddresses?: string[] };
  Content?: {
    Simple?: {
      Subject?: { Data?: string };
      Body?: { Html?: { Data?: string }; Text?: { Data?: string } };
      Headers?: { Name?: string; Value?: string }[];
    };
  };
}

/**
 * SES v2 SendEmail with simple content.
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
  const simple = input.Content?.Simple;
  const to = input.Destination?.ToAddresses ?? [];
  if (input.FromEmailAddress === undefined || to.length === 0 || to.length > 50) {
    return jsonError(400, 'BadRequestException', `expected a sender and 1 to 50 receivers, got ${to.length}`);
  }
  if (simple?.Subject?.Data === undefined || simple.Body?.Html?.Data === undefined) {
    return jsonError(400, 'BadRequestException', 'expected simple content with a subject and HTML');
  }
  const id = simple.Headers?.find((header) => header.Name === 'X-Rampart-Message-Id')?.Value ?? '';
  await deliver({
    id: decodeURI(id),
    from: input.FromEmailAddress,
    to,
    subject: simple.Subject.Data,
    html: simple.Body.Html.Data,
    text: simple.Body.Text?.Data ?? '',
  });
  return json({ MessageId: 'stand-in' });
}
