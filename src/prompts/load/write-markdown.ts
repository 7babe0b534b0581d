import { stringify } from 'yaml';
import type { PromptDefinition } from '../definition';
import { isChatHeading, writeChatMarkdown } from './chat-markdown';

/** What a Markdown file is written from: a base; its config holds everything that was inherited. */
export type WritableDefinition = Pick<
  PromptDefinition,
  'name' | 'semver' | 'body' | 'config' | 'labels' | 'tags' | 'description' | 'variables' | 'external'
>;

/**
 * The Markdown file of a prompt without test cases and variants; `loadPrompts` reads the same definition from it.
 * A body that Markdown cannot hold (white space at its ends, a strange role) is written into the front matter.
 */
export function writeMarkdown(definition: WritableDefinition): string {
  const { body, config, description, labels, tags, variables, external = [] } = definition;
  const { rollout, ...model } = config;
  const below = bodyText(body);
  const front = {
    name: definition.name,
    version: definition.semver,
    ...(body.type === 'chat' ? { type: 'chat' } : {}),
    ...(description === null ? {} : { description }),
    ...(Object.keys(model).length === 0 ? {} : { config: model }),
    ...(rollout === undefined ? {} : { rollout }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(variables.length === 0 ? {} : { variables }),
    ...(external.length === 0 ? {} : { external }),
    ...(below === null ? bodyKeys(body) : {}),
  };
  const yaml = stringify(front, { lineWidth: 0, doubleQuotedMinMultiLineLength: 1e9, aliasDuplicateObjects: false });
  return `---\n${yaml}---\n${below === null ? '' : `\n${below}\n`}`;
}

function bodyKeys(body: PromptDefinition['body']): object {
  return body.type === 'text' ? { text: body.text } : { messages: body.messages };
}

function bodyText(body: PromptDefinition['body']): string | null {
  if (body.type === 'chat') return writeChatMarkdown(body.messages);
  const { text } = body;
  const lines = text.split('\n');
  const isWhole = lines[0]!.trim() !== '' && lines.at(-1)!.trim() !== '' && !text.includes('\r');
  return isWhole && !isChatHeading(lines[0]!) ? text : null;
}
