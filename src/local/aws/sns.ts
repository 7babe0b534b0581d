import type { AlertMessage } from '../../core/ports';
import { escapeXml, type StandInRequest, type StandInResponse, xml } from './exchange';

/** What was published, as a subscriber gets it. */
export interface PublishedAlert extends AlertMessage {
  topicArn: string;
}

/** Error of the query protocol. */
export function snsError(status: number, code: string, message: string): StandInResponse {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return xml(
    status,
    `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>${type}</Type><Code>${code}</Code>` +
      `<Message>${escapeXml(message)}</Message></Error><RequestId>stand-in</RequestId></ErrorResponse>`,
  );
}

/**
 * SNS Publish, with the refusals of the real service that a sender can run into.
 * @param publish carries the message to the topic's subscribers
 */
export async function snsAnswer(
  request: StandInRequest,
  publish: (alert: PublishedAlert) => Promise<void>,
): Promise<StandInResponse> {
  const form = new URLSearchParams(request.body.toString());
  if (form.get('Action') !== 'Publish') {
    return snsError(400, 'InvalidAction', `the stand-in knows Publish, got ${form.get('Action')}`);
  }
  const topicArn = form.get('TopicArn') ?? '';
  const subject = form.get('Subject') ?? '';
  const text = form.get('Message') ?? '';
  const attributes = attributesOf(form);
  if (!topicArn.startsWith('arn:aws:sns:')) return snsError(404, 'NotFound', 'Topic does not exist');
  if (text === '') return snsError(400, 'InvalidParameter', 'Invalid parameter: Empty message');
  if (!/^[\u0021-\u007e][\u0020-\u007e]{0,99}$/u.test(subject)) {
    return snsError(400, 'InvalidParameter', 'Invalid parameter: Subject');
  }
  if (Object.values(attributes).includes('')) {
    return snsError(400, 'ParameterValueInvalid', 'The message attribute value must not be empty');
  }
  const { messageId: id = '', ...rest } = attributes;
  await publish({ topicArn, id, subject, text, attributes: rest });
  return xml(
    200,
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>stand-in</MessageId>' +
      '</PublishResult><ResponseMetadata><RequestId>stand-in</RequestId></ResponseMetadata></PublishResponse>',
  );
}

function attributesOf(form: URLSearchParams): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let index = 1; ; index++) {
    const name = form.get(`MessageAttributes.entry.${index}.Name`);
    if (name === null) return attributes;
    attributes[name] = form.get(`MessageAttributes.entry.${index}.Value.StringValue`) ?? '';
  }
}
