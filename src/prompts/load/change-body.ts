import { show, type Report } from '../../core/policy/problem';
import type { ChatMessage, PromptBody } from '../definition';
import type { WrittenMessage, WrittenVariant } from '../written-definition';

/** The messages of a written chat prompt. */
export function chatMessages(written: readonly WrittenMessage[]): ChatMessage[] {
  return written.map(({ role, content, placeholder }) =>
    placeholder === undefined ? { role: role ?? '', content: content ?? '' } : { placeholder },
  );
}

/**
 * The body of a variant: its own, or the base's, then its changed words, then what stands before and after.
 * @param report with the path inside the variant
 */
export function changedBody(base: PromptBody, variant: WrittenVariant, report: Report): PromptBody {
  const own = ownBody(base, variant, report);
  const replaced = (variant.replace ?? []).reduce<PromptBody>((body, change, index) => {
    const count = occurrences(body, change.find);
    if (count === 1) return mapTexts(body, (text) => text.replace(change.find, () => change.with));
    report(
      ['replace', index, 'find'],
      `expected words that stand once in the base, got ${show(change.find)} ${count} times`,
    );
    return body;
  }, own);
  return around(replaced, variant, report);
}

function ownBody(base: PromptBody, { text, messages }: WrittenVariant, report: Report): PromptBody {
  if (base.type === 'text' && messages !== undefined)
    report(['messages'], 'expected text as in the base, got messages');
  if (base.type === 'chat' && text !== undefined) report(['text'], 'expected messages as in the base, got text');
  if (base.type === 'text') return text === undefined ? base : { type: 'text', text };
  return messages === undefined ? base : { type: 'chat', messages: chatMessages(messages) };
}

function around(body: PromptBody, { prepend, append }: WrittenVariant, report: Report): PromptBody {
  if (prepend === undefined && append === undefined) return body;
  const wrap = (text: string): string => [prepend, text, append].filter((part) => part !== undefined).join('\n\n');
  if (body.type === 'text') return { type: 'text', text: wrap(body.text) };
  const system = body.messages.findIndex((message) => 'role' in message && message.role === 'system');
  if (system === -1) {
    report([prepend === undefined ? 'append' : 'prepend'], 'expected a system message in the base, got none');
  }
  const messages = body.messages.map((message, index) =>
    index === system && 'role' in message ? { ...message, content: wrap(message.content) } : message,
  );
  return { type: 'chat', messages };
}

function occurrences(body: PromptBody, words: string): number {
  let count = 0;
  mapTexts(body, (text) => {
    count += text.split(words).length - 1;
    return text;
  });
  return count;
}

function mapTexts(body: PromptBody, change: (text: string) => string): PromptBody {
  if (body.type === 'text') return { type: 'text', text: change(body.text) };
  const messages = body.messages.map((message) =>
    'role' in message ? { ...message, content: change(message.content) } : message,
  );
  return { type: 'chat', messages };
}
