import { join } from 'node:path';
import type { Clock, AlertSender, MailSender } from '../../core/ports';
import { embedImages } from '../../core/report/embed-images';
import { composeMail } from '../mail/compose-mail';
import { writeAtomically } from './atomic-file';
import { caseSafeFileName } from './file-names';

/*
 * Promises: a message is on the disk when `send` resolves. Its file is named by its id, so one that is sent again
 * replaces itself.
 *
 *   alerts/ID.json, alerts/ID.txt     the alert for programs, and for people
 *   mails/ID.eml, mails/ID.html       the mail as a mail program opens it, and as a browser does
 */

/** Alerts as files. */
export function folderAlertSender(options: { folder: string }): AlertSender {
  return {
    async send(message) {
      const path = join(options.folder, 'alerts', caseSafeFileName(message.id));
      await writeAtomically(`${path}.txt`, `${message.subject}\n\n${message.text}\n`);
      await writeAtomically(`${path}.json`, `${JSON.stringify(message, null, 2)}\n`);
    },
  };
}

/** Mails as files. */
export function folderMailSender(options: {
  folder: string;
  from: string;
  to: readonly string[];
  now: Clock;
}): MailSender {
  return {
    async send(message) {
      const path = join(options.folder, 'mails', caseSafeFileName(message.id));
      await writeAtomically(`${path}.html`, embedImages(message.html, message.images ?? []));
      await writeAtomically(`${path}.eml`, await composeMail(message, { ...options, dateMs: options.now() }));
    },
  };
}
