import { pastOf } from '../../../src/core/evidence/history';
import { unitsPerDayOf } from '../../../src/core/evidence/units-per-day';
import { parsePolicy } from '../../../src/core/policy/parse-policy';
import type { ObservationRow, ScoreRow } from '../../../src/core/ports';

const DAY_MS = 86_400_000;
const NOW_MS = 20 * DAY_MS;
const parsed = parsePolicy([
  {
    source: 'default',
    value: {
      guardrails: [{ metric: 'score:thumbs', direction: 'higher_is_better', margin: 0.05 }, { metric: 'error_rate' }],
    },
  },
]);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { policy } = parsed;

function row(userId: string, daysAgo: number, version = 1): ObservationRow {
  const id = `${userId}-${daysAgo}`;
  return {
    id,
    traceId: id,
    version,
    environment: 'production',
    userId,
    sessionId: null,
    startMs: NOW_MS - daysAgo * DAY_MS,
    latencyMs: 1,
    isError: false,
  } as unknown as ObservationRow;
}

function score(userId: string, daysAgo: number): ScoreRow {
  const timestampMs = NOW_MS - daysAgo * DAY_MS + 1;
  const subject = { kind: 'trace', traceId: `${userId}-${daysAgo}` } as const;
  return {
    id: `s-${userId}-${daysAgo}`,
    name: 'thumbs',
    value: true,
    subject,
    timestampMs,
    updatedAtMs: 0,
  } as ScoreRow;
}

function perDay(rows: ObservationRow[], scores: ScoreRow[], scoresFromMs: number | null = null): number[] {
  return [
    ...unitsPerDayOf(policy, pastOf(policy, 1, rows, scores), {
      toMs: NOW_MS,
      scoresFromMs,
    }).values(),
  ];
}

test('who comes back on another day counts on both, who comes twice a day counts once', () => {
  const rows = [row('a', 4), row('a', 3.5), row('b', 2.5), row('b', 2.25), row('b', 0.5)];
  expect(perDay(rows, [score('b', 0.5)])).toEqual([1 / 4, 4 / 4]);
});

test('only since the stable version serves, and for scores only since they were read', () => {
  const rows = [row('z', 6, 7), row('a', 4), row('a', 1.5), row('b', 0.5)];
  const scores = [score('a', 1.5), score('b', 0.5)];
  expect(perDay(rows, scores)).toEqual([2 / 4, 3 / 4]);
  expect(perDay(rows, scores, NOW_MS - 2 * DAY_MS)).toEqual([2 / 2, 3 / 4]);
  expect(perDay(rows, scores, NOW_MS - 9 * DAY_MS)).toEqual([2 / 4, 3 / 4]);
});

test('nothing comes where nothing has come', () => {
  expect(perDay([], [])).toEqual([0, 0]);
  expect(perDay([row('z', 6, 7)], [])).toEqual([0, 0]);
});
