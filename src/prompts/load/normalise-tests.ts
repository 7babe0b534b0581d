import { parseDuration } from '../../core/policy/duration';
import type { Assertion, SourcePlace, TestCase } from '../definition';
import type { WrittenAssertion, WrittenTest } from '../written-definition';

/** Share of samples, and of cases, that must pass where nothing is written. */
export const DEFAULT_PASS_RATE = 0.8;

/** The form of a test case that `rampart test` uses. */
export function normaliseTest(
  written: WrittenTest,
  config: Readonly<Record<string, unknown>>,
  place: SourcePlace,
): TestCase {
  return {
    name: written.name,
    variables: written.variables ?? {},
    placeholders: written.placeholders ?? {},
    assertions: written.assert.map((assertion) => normaliseAssertion(assertion, config)),
    samples: written.samples ?? 1,
    passRate: written.passRate ?? DEFAULT_PASS_RATE,
    place,
  };
}

/** Stands for the schema of a config that has none; a rule refuses it. */
export const MISSING_SCHEMA = { $ref: 'response_format' } as const;

type Written<Key extends keyof WrittenAssertion> = Exclude<WrittenAssertion[Key], undefined>;

const NORMAL: {
  [Key in keyof WrittenAssertion]-?: (value: Written<Key>, config: Readonly<Record<string, unknown>>) => Assertion;
} = {
  startsWith: (value) => ({ kind: 'starts_with', value }),
  contains: (value) => ({ kind: 'contains', value }),
  notContains: (value) => ({ kind: 'not_contains', value }),
  matches: (value) =>
    typeof value === 'string'
      ? { kind: 'matches', pattern: value, flags: '' }
      : { kind: 'matches', pattern: value.pattern, flags: value.flags ?? '' },
  jsonSchema: (value, config) => ({
    kind: 'json_schema',
    schema: typeof value === 'string' ? (responseSchema(config) ?? MISSING_SCHEMA) : value,
  }),
  maxCharacters: (value) => ({ kind: 'max_characters', value }),
  maxTokens: (value) => ({ kind: 'max_tokens', value }),
  maxLatency: (value) => ({ kind: 'max_latency_ms', value: parseDuration(value) ?? 0 }),
  maxCostUsd: (value) => ({ kind: 'max_cost_usd', value }),
  similar: ({ to, atLeast, by }) => ({ kind: 'similar', to, atLeast, by: by ?? 'words' }),
  judge: ({ prompt, atLeast }) => ({ kind: 'judge', prompt, atLeast }),
};

function normaliseAssertion(written: WrittenAssertion, config: Readonly<Record<string, unknown>>): Assertion {
  const [key, value] = Object.entries(written)[0] as [keyof WrittenAssertion, never];
  return NORMAL[key](value, config);
}

/** The schema of a config's `response_format` as OpenAI-compatible endpoints take it; null when it has none. */
export function responseSchema(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null {
  const schema = record(record(record(config['response_format'])?.['json_schema'])?.['schema']);
  return schema;
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
