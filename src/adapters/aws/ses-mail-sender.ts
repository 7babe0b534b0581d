import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { MailSender } from '../../core/ports';
import { calling } from './sdk-errors';

/*
 * Promises: one mail with HTML and text per send, at least once; the header X-Rampart-Message-Id tells a repeated one.
 */

export interface SesMailSenderOptions {
  client: SESv2Client;
  /** An address of a verified identity. */
  from: string;
  /** At most 50 addresses (a limit of SES). */
  to: readonly string[];
}

/** Mails through Amazon SES. */
export function sesMailSender(options: SesMailSenderOptions): MailSender {
  return {
    async send(message) {
      const content = (data: string) => ({ Data: data, Charset: 'UTF-8' });
      await calling(`send mail ${message.id}`, () =>
        options.client.send(
          new SendEmailCommand({
            FromEmailAddress: options.from,
            Destination: { ToAddresses: [...options.to] },
            Content: {
              Simple: {
                Subject: content(message.subject),
                Body: { Html: content(message.html), Text: content(message.text) },
                Headers: [{ Name: 'X-Rampart-Message-Id', Value: encodeURI(message.id) }],
              },
            },
          }),
        ),
      );
    },
  };
}
