import type { Assertion } from '../../../src/prompts/definition';
import { assertAnswer, type Judges } from '../../../src/prompts/test/assertions';

const judges: Judges = {
  schema: (_, value) => (typeof value === 'number' ? null : 'the whole must be number'),
  embedding: async () => 0.61234,
  judge: async (prompt) => (prompt === 'kind' ? 0.9 : 0.2),
};

async function said(assertion: Assertion, text: string, tokens: number | null = 7): Promise<string> {
  const answer = { text, promptTokens: tokens === null ? null : 100, completionTokens: tokens, latencyMs: 250.4 };
  const asserted = await assertAnswer(assertion, answer, { input: 1, output: 10 }, judges);
  expect(asserted).toMatchObject({ kind: assertion.kind, passed: asserted.said === '' });
  return asserted.said;
}

test.each<[Assertion, string, string]>([
  [{ kind: 'starts_with', value: '{' }, '{"a": 1}', ''],
  [{ kind: 'starts_with', value: '{' }, ' {', "expected an answer that starts with '{', got ' {'"],
  [{ kind: 'contains', value: 'b' }, 'abc', ''],
  [{ kind: 'contains', value: 'B' }, 'abc', "expected an answer that contains 'B', got 'abc'"],
  [{ kind: 'not_contains', value: 'b' }, 'abc', "expected an answer without 'b', got 'abc'"],
  [{ kind: 'not_contains', value: 'B' }, 'abc', ''],
  [{ kind: 'matches', pattern: '^b$', flags: 'm' }, 'a\nb', ''],
  [{ kind: 'matches', pattern: 'B', flags: '' }, 'abc', "expected an answer that matches /B/, got 'abc'"],
  [{ kind: 'matches', pattern: 'a', flags: 'g' }, 'a', ''],
  [{ kind: 'json_schema', schema: {} }, '5', ''],
  [{ kind: 'json_schema', schema: {} }, '"x"', 'expected JSON by the schema, got: the whole must be number'],
  [{ kind: 'json_schema', schema: {} }, '```json\n5\n```', "expected JSON, got '```json\\n5\\n```'"],
  [{ kind: 'max_characters', value: 3 }, 'ab😀', ''],
  [{ kind: 'max_characters', value: 2 }, 'ab😀', 'expected at most 2 characters, got 3'],
  [{ kind: 'max_tokens', value: 7 }, 'x', ''],
  [{ kind: 'max_tokens', value: 6 }, 'x', 'expected at most 6 tokens, got 7'],
  [{ kind: 'max_latency_ms', value: 250 }, 'x', ''],
  [{ kind: 'max_latency_ms', value: 249 }, 'x', 'expected at most 249 ms, got 250'],
  [{ kind: 'max_cost_usd', value: 0.00017 }, 'x', ''],
  [{ kind: 'max_cost_usd', value: 0.00016 }, 'x', 'expected at most 0.00016 USD, got 0.00017'],
  [{ kind: 'similar', to: 'a b', atLeast: 1, by: 'words' }, 'b a', ''],
  [
    { kind: 'similar', to: 'a b', atLeast: 0.6, by: 'words' },
    'a c',
    'expected a similarity of words of at least 0.6, got 0.5',
  ],
  [{ kind: 'similar', to: 'a', atLeast: 0.6, by: 'embedding' }, 'b', ''],
  [
    { kind: 'similar', to: 'a', atLeast: 0.7, by: 'embedding' },
    'b',
    'expected a similarity of meaning of at least 0.7, got 0.612',
  ],
  [{ kind: 'judge', prompt: 'kind', atLeast: 0.9 }, 'x', ''],
  [{ kind: 'judge', prompt: 'strict', atLeast: 0.5 }, 'x', 'expected a judgement of at least 0.5, got 0.2'],
])('%j of %j', async (assertion, text, expected) => {
  expect(await said(assertion, text)).toBe(expected);
});

test('what the endpoint does not count has not passed', async () => {
  expect(await said({ kind: 'max_tokens', value: 6 }, 'x', null)).toBe(
    'expected at most 6 tokens, got an endpoint that does not count them',
  );
  expect(await said({ kind: 'max_cost_usd', value: 6 }, 'x', null)).toContain('does not count them');
});
