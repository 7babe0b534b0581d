import type { ModelScript } from './script';

/** A request as the protocol has it, as far as it is looked at. */
export interface ChatRequest {
  messages: readonly { role: string; content: string }[];
  response_format?: unknown;
}

/** What is answered, the same to the same questions in the same order. */
export interface Answerer {
  answer(request: ChatRequest): { text: string; latencyMs: number };
}

/** By the script; where nothing fits, the least value of the asked format, or the last message said back. */
export function createAnswerer(script: ModelScript): Answerer {
  const turns = new Map<number, number>();
  return {
    answer(request) {
      const whole = request.messages.map(({ role, content }) => `${role}: ${content}`).join('\n');
      const index = script.answers.findIndex(({ when }) => when === undefined || when.test(whole));
      const found = script.answers[index];
      if (found === undefined) return { text: unscripted(request), latencyMs: 0 };
      const turn = turns.get(index) ?? 0;
      turns.set(index, turn + 1);
      return { text: found.answer[turn % found.answer.length]!, latencyMs: found.latencyMs ?? 0 };
    },
  };
}

function unscripted({ messages, response_format: format }: ChatRequest): string {
  const last = messages.at(-1)?.content ?? '';
  const schema = record(record(record(format)?.['json_schema'])?.['schema']);
  if (schema !== null) return JSON.stringify(leastValue(schema, last));
  return record(format)?.['type'] === 'json_object' ? '{}' : `You said: ${last}`;
}

/** A small value by a JSON Schema: required keys only, texts that repeat what was said. */
function leastValue(schema: Readonly<Record<string, unknown>>, said: string): unknown {
  if (Array.isArray(schema['enum'])) return (schema['enum'] as unknown[])[0];
  if ('const' in schema) return schema['const'];
  switch (Array.isArray(schema['type']) ? (schema['type'] as unknown[])[0] : schema['type']) {
    case 'object': {
      const properties = record(schema['properties']) ?? {};
      const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
      return Object.fromEntries(required.map((key) => [key, leastValue(record(properties[key]) ?? {}, said)]));
    }
    case 'array':
      return [];
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return `You said: ${said}`;
  }
}

/** Tokens as a rule of thumb counts them: four characters each. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

const DIMENSIONS = 64;

/** A vector of a text: how often its words fall on each dimension. Texts with the same words have the same. */
export function embeddingOf(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 0;
    for (const char of word) hash = (hash * 31 + char.codePointAt(0)!) % 1_000_003;
    vector[hash % DIMENSIONS]! += 1;
  }
  return vector;
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
