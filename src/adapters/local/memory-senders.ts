import type { AlertMessage, AlertSender, MailMessage, MailSender, TickMessage, TickQueue } from '../../core/ports';

/* Promises: messages are kept in the order they were sent, repeated ones included, as copies. */

/** Alerts kept in memory. */
export function memoryAlertSender(): AlertSender & { readonly sent: readonly AlertMessage[] } {
  const sent: AlertMessage[] = [];
  return {
    sent,
    async send(message) {
      sent.push(structuredClone(message));
    },
  };
}

/** Mails kept in memory. */
export function memoryMailSender(): MailSender & { readonly sent: readonly MailMessage[] } {
  const sent: MailMessage[] = [];
  return {
    sent,
    async send(message) {
      sent.push(structuredClone(message));
    },
  };
}

/** Tick messages kept in memory until they are received. */
export function memoryTickQueue(): TickQueue & {
  /** Takes everything out of the queue, oldest first. */
  receive(): TickMessage[];
} {
  let waiting: TickMessage[] = [];
  return {
    async send(messages) {
      waiting.push(...structuredClone(messages));
    },
    receive() {
      const received = waiting;
      waiting = [];
      return received;
    },
  };
}
