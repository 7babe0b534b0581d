import { RampartError } from '../../core/errors';
import type { ModelEndpoint, ModelMessage } from '../../core/model-endpoint';
import { show } from '../../core/policy/problem';
import type { PromptDefinition } from '../definition';
import { jsonSchemas } from '../rules/json-schemas';
import type { Judges } from './assertions';
import { compile, requestFor, type Sendable } from './compile';
import { cosine } from './similarity';

/** What judging needs of the outside. */
export interface JudgeOptions {
  endpoint: ModelEndpoint;
  definitions: readonly PromptDefinition[];
  /** Model for all requests; null: each prompt's own. */
  model: string | null;
  embeddingModel: string;
}

/** Makes the judges of one sample. */
export function judgesFor(options: JudgeOptions): (tested: Sendable, input: readonly ModelMessage[]) => Judges {
  const schemas = jsonSchemas();
  return (tested, input) => ({
    schema(schema, value) {
      const validate = schemas.compile(schema);
      if (validate(value)) return null;
      const [error] = validate.errors ?? [];
      return `${error?.instancePath === '' ? 'the whole' : error?.instancePath} ${error?.message ?? 'is wrong'}`;
    },
    async embedding(a, b) {
      const [first = [], second = []] = await options.endpoint.embed(options.embeddingModel, [a, b]);
      return cosine(first, second);
    },
    judge: (prompt, output) => judge(options, tested, prompt, { input: conversation(input), output }),
  });
}

/** A prompt of the folder with its own config, else a text that the tested prompt's model judges by. */
async function judge(
  { endpoint, definitions, model }: JudgeOptions,
  tested: Sendable,
  prompt: string,
  variables: { input: string; output: string },
): Promise<number> {
  const named = definitions.find(({ name, variant }) => name === prompt && variant === null);
  const sendable = named ?? { body: { type: 'text' as const, text: prompt }, config: judgeConfig(tested) };
  const messages = compile(sendable.body, { variables, placeholders: {} }, definitions);
  const { text } = await endpoint.complete(requestFor(sendable, messages, model));
  const judgement = parseJudgement(text);
  if (judgement !== null) return judgement;
  const who = named === undefined ? 'the judge' : `the judge ${show(prompt)}`;
  throw new RampartError(
    'provider_bad_response',
    `${who}: expected a number from 0 to 1 in the last line, got ${show(text)}`,
  );
}

/** Alone, or behind a label such as `Score:`. */
const JUDGEMENT =
  /^(?:[\p{L} ]{1,30}[:=])?\s*(0(?:\.\d+)?|1(?:\.0+)?|\.\d+)\s*(?:(?:\/|(?:out )?of)\s*1(?:\.0+)?)?\.?$/u;

/**
 * The number from 0 to 1 in the last line of a judge's answer. A number somewhere in its words is none: a judge that refuses
 * must not be taken for one that judges.
 */
export function parseJudgement(text: string): number | null {
  const line = text.replaceAll(/[*`]/gu, '').trim().split('\n').at(-1)!.trim();
  const found = JUDGEMENT.exec(line);
  return found === null ? null : Number(found[1]);
}

/** The tested prompt's model, without its output format. */
function judgeConfig({ config }: Sendable): Record<string, unknown> {
  return { model: config['model'], temperature: 0 };
}

function conversation(messages: readonly ModelMessage[]): string {
  const [only] = messages;
  if (messages.length === 1 && only?.role === 'user') return only.content;
  return messages.map(({ role, content }) => `${role}: ${content}`).join('\n\n');
}
