import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { Clock, MailSender } from '../../core/ports';
import { composeMail } from '../mail/compose-mail';
import { calling } from './sdk-errors';

/*
 * Promises: one mail with HTML, text and pictures per send, at least once; the header X-Rampart-Message-Id tells a repeated one.
 */

export interface SesMailSenderOptions {
  client: SESv2Client;
  /** An address of a verified identity. */
  from: string;
  /** At most 50 addresses (a limit of SES). */
  to: readonly string[];
  /** SES counts bounces and complaints by it; absent = it does not. */
  configurationSet?: string;
  now: Clock;
}

/** Mails through Amazon SES. */
export function sesMailSender({ client, from, to, configurationSet, now }: SesMailSenderOptions): MailSender {
  return {
    async send(message) {
      const raw = await composeMail(message, { from, to, dateMs: now() });
      await calling(`send mail ${message.id}`, () =>
        client.send(
          new SendEmailCommand({
            FromEmailAddress: from,
            Destination: { ToAddresses: [...to] },
            Content: { Raw: { Data: raw } },
            ConfigurationSetName: configurationSet,
          }),
        ),
      );
    },
  };
}
