import * as z from 'zod';
import { show } from '../core/policy/problem';
import { duration, number, object, oneOf, table, text, wholeNumber } from '../core/policy/shape';

/*
 * The shape of a prompt as people write it: the front matter of a Markdown file, or the argument of `definePrompt`. The
 * form that everything after loading works on is `definition.ts`; rules that need more than one value are in `rules/`.
 */

/** Longest text of a prompt, in characters. */
export const LONGEST_TEXT = 900_000;

/** Longest description: it has to fit into a commit message beside the version and its hash. */
export const LONGEST_DESCRIPTION = 300;

function content(description: string) {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `expected text of 1 to ${LONGEST_TEXT} characters, got ${show(input)}`;
  return z
    .string({ error })
    .refine((value) => value.length <= LONGEST_TEXT && /\S/u.test(value), { error })
    .describe(description);
}

function anyText(description: string) {
  const error = ({ input }: { readonly input?: unknown }): string => `expected text, got ${show(input)}`;
  return z.string({ error }).describe(description);
}

function listOf<Item extends z.ZodType>(description: string, item: Item, most: number) {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `expected a list of 0 to ${most} items, got ${show(input)}`;
  return z.array(item, { error }).max(most, { error }).describe(description);
}

const record = (description: string) => table(description, z.unknown());

/** `1.2.0`, no leading zeros. */
export const SEMVER = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/u;

function semver(description: string) {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `expected a version MAJOR.MINOR.PATCH such as '1.2.0', got ${show(input)}`;
  return z.string({ error }).regex(SEMVER, { error }).describe(description);
}

const writtenMessage = object('A message with its role, or a placeholder for messages.', {
  role: text('Who speaks: `system`, `user`, `assistant`, …', 64).exactOptional(),
  content: anyText('What is said.').exactOptional(),
  placeholder: text('Name of the messages that the app puts here.', 64).exactOptional(),
}).refine((message) => (message.placeholder === undefined ? hasBoth(message) : Object.keys(message).length === 1), {
  error: 'expected role and content, or placeholder alone',
});

function hasBoth(message: { role?: string; content?: string }): boolean {
  return message.role !== undefined && message.content !== undefined;
}

const pattern = z
  .union(
    [
      z.string(),
      object('A pattern.', { pattern: anyText('The expression.'), flags: anyText('Its flags.').exactOptional() }),
    ],
    { error: ({ input }) => `expected a pattern, or an object with pattern and flags, got ${show(input)}` },
  )
  .describe('A regular expression that the answer matches: text, or `{ pattern, flags }`.');

const jsonSchema = z
  .union([z.literal('response_format'), z.record(z.string(), z.unknown())], {
    error: ({ input }) => `expected a JSON Schema, or 'response_format', got ${show(input)}`,
  })
  .describe('A JSON Schema that the answer conforms to; `response_format`: the one of the config.');

const writtenSimilar = object('Like a reference answer.', {
  to: content('The reference answer.'),
  atLeast: number('Least similarity.', { atLeast: 0, atMost: 1 }),
  by: oneOf('`words`: overlap of words; `embedding`: cosine of the endpoint’s embeddings. Default `words`.', [
    'words',
    'embedding',
  ]).exactOptional(),
});

const writtenJudge = object('A model that judges the answer from 0 to 1.', {
  prompt: content('Name of a prompt of this folder, or a text with `{{output}}` (and `{{input}}`).'),
  atLeast: number('Least judgement.', { atLeast: 0, atMost: 1 }),
});

/** One assertion: one key. */
export const writtenAssertion = object('What is asserted of every answer; each item has one key.', {
  startsWith: content('The answer starts with this.').exactOptional(),
  contains: content('The answer contains this.').exactOptional(),
  notContains: content('The answer does not contain this.').exactOptional(),
  matches: pattern.exactOptional(),
  jsonSchema: jsonSchema.exactOptional(),
  maxCharacters: wholeNumber('Longest answer, in characters.', 1, 10_000_000).exactOptional(),
  maxTokens: wholeNumber('Longest answer, in tokens as the endpoint counts them.', 1, 10_000_000).exactOptional(),
  maxLatency: duration('Longest time from request to answer.', { positive: true }).exactOptional(),
  maxCostUsd: number('Highest cost of one answer, from the `prices` of the config.', { above: 0 }).exactOptional(),
  similar: writtenSimilar.exactOptional(),
  judge: writtenJudge.exactOptional(),
}).refine((assertion) => Object.keys(assertion).length === 1, {
  error: ({ input }) =>
    `expected one assertion an item, got ${Object.keys(input as object).join(' and ') || 'an empty object'}`,
});

const writtenTestMessage = object('A message.', {
  role: text('Who speaks.', 64),
  content: anyText('What is said.'),
});

const writtenTest = object('A test case.', {
  name: text('Name of the case, unique in the prompt.', 200),
  variables: table('Values of the variables.', anyText('A value.')).exactOptional(),
  placeholders: table(
    'Messages for the placeholders.',
    listOf('The messages.', writtenTestMessage, 1000),
  ).exactOptional(),
  assert: listOf('What has to hold of an answer.', writtenAssertion, 100),
  samples: wholeNumber('How many answers are asked for. Default 1.', 1, 100).exactOptional(),
  passRate: number('Share of the samples that must pass. Default 0.8.', { above: 0, atMost: 1 }).exactOptional(),
});

const modelKeys = {
  extends: text('Name of a file in `configs/`, without `.yaml`, whose config this one changes.', 100).exactOptional(),
  config: record(
    'Config of the version in Langfuse: `model`, `temperature`, `max_tokens`, … Objects are merged with what is inherited, `null` takes a key away.',
  ).exactOptional(),
  rollout: record('Rollout policy, see docs/policy.md; its keys win over inherited ones.').exactOptional(),
};

const bodyKeys = {
  text: content('The text, where it does not stand below the front matter.').exactOptional(),
  messages: listOf('The messages of a chat prompt, likewise.', writtenMessage, 1000).exactOptional(),
};

const testKeys = {
  tests: listOf('Cases for `rampart test`.', writtenTest, 1000).exactOptional(),
  testThreshold: number('Share of the cases that must pass. Default 0.8.', { above: 0, atMost: 1 }).exactOptional(),
};

const writtenReplacement = object('A change of words.', {
  find: content('Stands once in the base.'),
  with: anyText('Stands there instead.'),
});

const variantKeys = {
  version: semver("Default: the base's.").exactOptional(),
  description: text('What the variant is for.', LONGEST_DESCRIPTION).exactOptional(),
  ...modelKeys,
  labels: listOf('Further labels beside its name.', anyText('A label.'), 100).exactOptional(),
  ...bodyKeys,
  prepend: content('Stands before the text (of a chat: before the first system message).').exactOptional(),
  append: content('Stands after the text (of a chat: after the first system message).').exactOptional(),
  replace: listOf('Words that are changed.', writtenReplacement, 100).exactOptional(),
  ...testKeys,
};

/** A variant below `variants:` of its base. */
export const writtenVariant = object('The base with named changes.', variantKeys);

/** Front matter of a file in a folder `variants/`. */
export const writtenVariantFile = object('A variant in a file of its own; the file’s name is its name.', {
  base: text('Name of the prompt that it varies.', 255),
  ...variantKeys,
});

/** Front matter of a Markdown file, or the argument of `definePrompt`. Keys are in the order of the documentation. */
export const writtenDefinition = object('A prompt.', {
  name: text('Name in Langfuse; `/` makes folders.', 255),
  version: semver('Semantic version, `MAJOR.MINOR.PATCH`.'),
  type: oneOf('`text`, or `chat` for messages. Default `text`; it cannot change under one name.', [
    'text',
    'chat',
  ]).exactOptional(),
  description: text('What the prompt is for.', LONGEST_DESCRIPTION).exactOptional(),
  ...modelKeys,
  labels: listOf('Labels that `rampart deploy` gives to a new version.', anyText('A label.'), 100).exactOptional(),
  tags: listOf('Tags of the name.', anyText('A tag.'), 100).exactOptional(),
  variables: listOf('The variables that the text uses.', anyText('A variable.'), 1000).exactOptional(),
  external: listOf(
    'Prompts that the text refers to and that live in Langfuse only.',
    anyText('Name of a prompt.'),
    100,
  ).exactOptional(),
  ...bodyKeys,
  variants: table('Variants by name.', writtenVariant).exactOptional(),
  ...testKeys,
});

/** A file of `configs/`. */
export const writtenModelConfig = object('A model config that prompts inherit.', {
  description: text('What it is for.', LONGEST_DESCRIPTION).exactOptional(),
  ...modelKeys,
  prices: object('What tokens cost, in USD per million; for `maxCostUsd`.', {
    input: number('Of the prompt.', { atLeast: 0 }),
    output: number('Of the answer.', { atLeast: 0 }),
  }).exactOptional(),
});

export type WrittenDefinition = z.infer<typeof writtenDefinition>;
export type WrittenVariant = z.infer<typeof writtenVariant>;
export type WrittenVariantFile = z.infer<typeof writtenVariantFile>;
export type WrittenModelConfig = z.infer<typeof writtenModelConfig>;
export type WrittenTest = z.infer<typeof writtenTest>;
export type WrittenAssertion = z.infer<typeof writtenAssertion>;
export type WrittenMessage = z.infer<typeof writtenMessage>;
