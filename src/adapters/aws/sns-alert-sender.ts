import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { AlertMessage, AlertSender } from '../../core/ports';
import { calling } from './sdk-errors';

/*
 * Promises: one message on the topic per send, at least once; receivers know a repeated one by the attribute
 * `messageId`. A subject that SNS would refuse is made to fit, because an alert that is not sent is worse.
 */

/** Alerts to an SNS topic. */
export function snsAlertSender(options: { client: SNSClient; topicArn: string }): AlertSender {
  return {
    async send(message) {
      await calling(`publish alert ${message.id}`, () =>
        options.client.send(
          new PublishCommand({
            TopicArn: options.topicArn,
            Subject: fittingSubject(message.subject),
            Message: message.text,
            MessageAttributes: attributesOf(message),
          }),
        ),
      );
    },
  };
}

/** At most 100 printable ASCII characters, not empty: what SNS takes as a subject. */
export function fittingSubject(subject: string): string {
  const ascii = subject
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[^\u0020-\u007e]/gu, '?')
    .trim();
  return (ascii.length <= 100 ? ascii : `${ascii.slice(0, 97)}...`) || 'Rampart alert';
}

/** SNS refuses an attribute without a value. */
function attributesOf(message: AlertMessage): Record<string, MessageAttributeValue> {
  const texts = Object.entries({ ...message.attributes, messageId: message.id }).filter(([, text]) => text !== '');
  return Object.fromEntries(texts.map(([name, text]) => [name, { DataType: 'String', StringValue: text }]));
}
