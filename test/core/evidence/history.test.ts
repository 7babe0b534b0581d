import { historyOf, pastOf } from '../../../src/core/evidence/history';
import { parsePolicy } from '../../../src/core/policy/parse-policy';
import type { ObservationRow, ScoreRow } from '../../../src/core/ports';

const POLICY = {
  environments: ['production'],
  guardrails: [
    { metric: 'score:quality', direction: 'higher_is_better', range: [1, 5], margin: 0.25 },
    { metric: 'score:thumbs', direction: 'lower_is_better', margin: 0.05 },
    { metric: 'score:tone=rude', direction: 'lower_is_better', margin: 0.05 },
    { metric: 'error_rate' },
    { metric: 'latency' },
    { metric: 'coverage:quality' },
  ],
};

function observation(id: string, changes: Partial<ObservationRow> = {}): ObservationRow {
  return {
    id,
    traceId: `t-${id}`,
    startMs: 1000,
    version: 1,
    environment: 'production',
    userId: 'ann',
    sessionId: null,
    latencyMs: 300,
    costUsd: null,
    tokens: null,
    isError: false,
    ...changes,
  };
}

function score(id: string, value: ScoreRow['value'], changes: Partial<ScoreRow> = {}): ScoreRow {
  const subject = { kind: 'trace', traceId: 't-a' } as const;
  const times = { timestampMs: 2000, updatedAtMs: 2000 };
  return { id, name: 'quality', value, ...times, environment: 'production', subject, ...changes };
}

function history(rows: ObservationRow[], scores: ScoreRow[]): Record<string, number[][]> {
  const parsed = parsePolicy([{ source: 'deployment', value: POLICY }]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return Object.fromEntries(historyOf(parsed.policy, pastOf(parsed.policy, 1, rows, scores)));
}

test('values by unit in time order, rows that are listed twice once', () => {
  const rows = [
    observation('b', { startMs: 2000, latencyMs: 20, isError: true }),
    observation('a', { latencyMs: 10 }),
    observation('a', { latencyMs: 10 }),
    observation('c', { userId: 'bob', latencyMs: 30 }),
  ];
  const found = history(rows, [score('s', 4), score('s', 2, { updatedAtMs: 3000 })]);
  expect(found['latency']).toEqual([[10, 20], [30]]);
  expect(found['error_rate']).toEqual([[1, 0], [1]]);
  expect(found['score:quality']).toEqual([[2]]);
  expect(found['coverage:quality']).toEqual([[1], [0]]);
});

test('only what was randomised: other versions, environments and units of another kind are left out', () => {
  const found = history(
    [
      observation('a', { version: 2 }),
      observation('b', { environment: 'staging' }),
      observation('c', { userId: null, sessionId: 's' }),
    ],
    [score('s', 4)],
  );
  expect(Object.values(found)).toEqual(POLICY.guardrails.map(() => []));
});

test("a trace's score counts when the trace saw one version, a generation's own always", () => {
  const rows = [observation('a'), observation('x', { traceId: 't-a', version: 2 })];
  const about = (observationId: string) => ({ kind: 'observation', observationId, traceId: 't-a' }) as const;
  const scores = [score('s', 5), score('o', 4, { subject: about('a') }), score('p', 3, { subject: about('x') })];
  expect(history(rows, scores)['score:quality']).toEqual([[4]]);
});

test('what has no range is good or bad; what is neither is left out', () => {
  const named = (name: string, values: ScoreRow['value'][]): ScoreRow[] =>
    values.map((value, i) => score(`${name}${i}`, value, { name, timestampMs: i }));
  const found = history(
    [observation('a')],
    [...named('thumbs', [true, 0, 7, 'x']), ...named('tone', ['rude', 'kind', 1])],
  );
  expect(found['score:thumbs']).toEqual([[0, 1]]);
  expect(found['score:tone=rude']).toEqual([[0, 1]]);
});
