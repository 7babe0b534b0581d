import type { ModelAnswer } from '../../core/model-endpoint';
import { show } from '../../core/policy/problem';
import type { Assertion, TokenPrices } from '../definition';
import { wordSimilarity } from './similarity';

/** How an assertion came out. */
export interface Asserted {
  kind: Assertion['kind'];
  passed: boolean;
  /** What was expected and what came; '' when it passed. */
  said: string;
}

/** What cannot be told from the answer alone. */
export interface Judges {
  /** What is wrong with a JSON value by a schema; null = nothing. */
  schema: (schema: Readonly<Record<string, unknown>>, value: unknown) => string | null;
  /** Likeness of the meanings of two texts, 0..1. */
  embedding: (a: string, b: string) => Promise<number>;
  /** What a judge prompt makes of the answer, 0..1. */
  judge: (prompt: string, output: string) => Promise<number>;
}

/** Cost of an answer in USD; null where tokens or prices are not known. */
export function costUsd(
  { promptTokens, completionTokens }: ModelAnswer,
  prices: TokenPrices | undefined,
): number | null {
  if (prices === undefined || promptTokens === null || completionTokens === null) return null;
  return (promptTokens * prices.input + completionTokens * prices.output) / 1_000_000;
}

/** Judges an answer by one assertion. Errors of the judges are thrown: they are no judgement of the answer. */
export async function assertAnswer(
  assertion: Assertion,
  answer: ModelAnswer,
  prices: TokenPrices | undefined,
  judges: Judges,
): Promise<Asserted> {
  const said = await complaint(assertion, answer, prices, judges);
  return { kind: assertion.kind, passed: said === null, said: said ?? '' };
}

async function complaint(
  assertion: Assertion,
  answer: ModelAnswer,
  prices: TokenPrices | undefined,
  judges: Judges,
): Promise<string | null> {
  const { text } = answer;
  switch (assertion.kind) {
    case 'starts_with':
      return unless(
        text.startsWith(assertion.value),
        `expected an answer that starts with ${show(assertion.value)}`,
        text,
      );
    case 'contains':
      return unless(text.includes(assertion.value), `expected an answer that contains ${show(assertion.value)}`, text);
    case 'not_contains':
      return unless(!text.includes(assertion.value), `expected an answer without ${show(assertion.value)}`, text);
    case 'matches':
      return unless(
        new RegExp(assertion.pattern, assertion.flags).test(text),
        `expected an answer that matches /${assertion.pattern}/${assertion.flags}`,
        text,
      );
    case 'json_schema':
      return schemaComplaint(assertion.schema, text, judges);
    case 'max_characters':
      return atMost(Array.from(text).length, assertion.value, 'characters');
    case 'max_tokens':
      return atMost(answer.completionTokens, assertion.value, 'tokens');
    case 'max_latency_ms':
      return atMost(Math.round(answer.latencyMs), assertion.value, 'ms');
    case 'max_cost_usd':
      return atMost(costUsd(answer, prices), assertion.value, 'USD');
    case 'similar': {
      const { to, by } = assertion;
      const measured = by === 'words' ? wordSimilarity(text, to) : await judges.embedding(text, to);
      return atLeast(measured, assertion.atLeast, by === 'words' ? 'a similarity of words' : 'a similarity of meaning');
    }
    case 'judge':
      return atLeast(await judges.judge(assertion.prompt, text), assertion.atLeast, 'a judgement');
  }
}

function unless(isRight: boolean, expected: string, text: string): string | null {
  return isRight ? null : `${expected}, got ${show(text)}`;
}

function atMost(measured: number | null, most: number, unit: string): string | null {
  if (measured === null) return `expected at most ${most} ${unit}, got an endpoint that does not count them`;
  return measured <= most ? null : `expected at most ${most} ${unit}, got ${Number(measured.toPrecision(6))}`;
}

function atLeast(measured: number, least: number, what: string): string | null {
  return measured >= least ? null : `expected ${what} of at least ${least}, got ${Number(measured.toFixed(3))}`;
}

function schemaComplaint(schema: Readonly<Record<string, unknown>>, text: string, judges: Judges): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `expected JSON, got ${show(text)}`;
  }
  const wrong = judges.schema(schema, value);
  return wrong === null ? null : `expected JSON by the schema, got: ${wrong}`;
}
