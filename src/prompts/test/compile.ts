import mustache from 'mustache';
import type { ModelMessage, ModelRequest } from '../../core/model-endpoint';
import type { PromptBody, PromptDefinition } from '../definition';

/** What of a version's config an endpoint is sent. */
const PARAMETERS = [
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'response_format',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning_effort',
  'verbosity',
] as const;

/** What can be compiled and sent: a definition, or a version of Langfuse. */
export interface Sendable {
  body: PromptBody;
  config: Readonly<Record<string, unknown>>;
}

/** Values for the variables and messages for the placeholders. */
export interface Inputs {
  variables: Readonly<Record<string, string>>;
  placeholders: Readonly<Record<string, readonly ModelMessage[]>>;
}

const REFERENCE = /@@@langfusePrompt:name=([^|=]+)\|(?:label=([^|=@]+)|version=\d+)@@@/gu;

/**
 * The conversation that a prompt makes: references filled in from the folder, then variables as Langfuse's clients do. A text
 * prompt is one message of the user.
 * @throws Error when it refers to a prompt that lives in Langfuse only
 */
export function compile(
  body: PromptBody,
  { variables, placeholders }: Inputs,
  definitions: readonly PromptDefinition[],
): ModelMessage[] {
  const render = (text: string): string =>
    mustache.render(withReferences(text, definitions), variables, {}, { escape: (value) => String(value) });
  if (body.type === 'text') return [{ role: 'user', content: render(body.text) }];
  return body.messages.flatMap((message): ModelMessage[] => {
    if ('placeholder' in message) {
      return (placeholders[message.placeholder] ?? []).map(({ role, content }) => ({ role, content: render(content) }));
    }
    return [{ role: message.role, content: render(message.content) }];
  });
}

/** By label the variant of that name, else the base; a version is taken to be what the folder holds now. */
function withReferences(text: string, definitions: readonly PromptDefinition[]): string {
  return text.replaceAll(REFERENCE, (_, name: string, label: string | undefined) => {
    const named = definitions.filter((definition) => definition.name === name);
    const target =
      named.find(({ variant }) => variant !== null && variant === label) ??
      named.find(({ variant }) => variant === null);
    if (target?.body.type !== 'text')
      throw new Error(`expected a text prompt of this folder, got a reference to '${name}'`);
    return withReferences(target.body.text, definitions);
  });
}

/**
 * The request for a compiled prompt.
 * @throws Error when its config names no model
 */
export function requestFor(
  { config }: Sendable,
  messages: readonly ModelMessage[],
  model: string | null,
): ModelRequest {
  const named = model ?? config['model'];
  if (typeof named !== 'string' || named === '') throw new Error('expected config.model, got none; --model names one');
  const given = PARAMETERS.filter((key) => config[key] !== undefined && config[key] !== null);
  return { model: named, messages, parameters: Object.fromEntries(given.map((key) => [key, config[key]])) };
}
