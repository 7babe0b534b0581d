import { parsePolicy } from '../../../src/core/policy/parse-policy';
import type { Policy } from '../../../src/core/policy/policy';
import type { PastRows } from '../../../src/app/read-past';
import { runIdenticalHalves, startOf } from '../../../src/local/backtest/identical-halves';
import { backtest } from '../../../src/local/backtest/backtest';
import { seededRandom } from '../../../src/local/random';
import { localSettings } from '../../../src/local/replay/replay';

const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2026, 0, 5);
const DAYS = 6;
const WRITTEN = {
  steps: [
    { percent: 10, bake: '12h' },
    { percent: 50, bake: '12h' },
  ],
  guardrails: [{ metric: 'score:thumbs', direction: 'higher_is_better', margin: 0.1 }],
};
const window = { fromMs: FROM_MS, toMs: FROM_MS + DAYS * 24 * HOUR_MS };
const settings = localSettings({ tickEveryMs: HOUR_MS });

function policyOf(written: unknown): Policy {
  const parsed = parsePolicy([{ source: 'version', value: written }]);
  if (!parsed.ok) throw new Error('the policy is valid');
  return parsed.policy;
}

/** Users who come back, on versions that came one after the other, the later one much worse. */
function recorded(): PastRows {
  const random = seededRandom(3);
  const past: PastRows = { rows: [], scores: [] };
  const visits = 1500 * DAYS;
  for (let i = 0; i < visits; i++) {
    const startMs = FROM_MS + Math.floor((i * (window.toMs - FROM_MS)) / visits);
    const version = i < visits / 2 ? 3 : 4;
    const traceId = `t${i}`;
    past.rows.push({
      id: `g${i}`,
      traceId,
      startMs,
      version,
      environment: 'production',
      userId: `user-${Math.floor(random() * visits * 0.7)}`,
      sessionId: null,
      latencyMs: 900,
      costUsd: null,
      tokens: null,
      isError: false,
    });
    past.scores.push({
      id: `s${i}`,
      name: 'thumbs',
      value: random() < (version === 3 ? 0.85 : 0.6),
      timestampMs: startMs + 30_000,
      updatedAtMs: startMs + 30_000,
      environment: 'production',
      subject: { kind: 'trace', traceId },
    });
  }
  return past;
}

const past = recorded();

test('a version against itself is promoted, whatever the versions of the rows were', async () => {
  const policy = policyOf(WRITTEN);
  const run = await runIdenticalHalves({
    prompt: 'p',
    past,
    window,
    policy,
    writtenPolicy: WRITTEN,
    settings,
    run: 0,
    runs: 1,
  });
  expect(run).toMatchObject({ outcome: 'promoted', startedAtMs: FROM_MS + 2 * 24 * HOUR_MS });
  expect(run.hours).toBeGreaterThanOrEqual(24);
  expect(run.exposedUnits).toBeGreaterThan(300);
});

test('runs start from a history after the beginning until the ramp would not be over in time, each at its own moment', () => {
  const policy = policyOf(WRITTEN);
  const starts = [0, 1, 2, 3].map((run) => startOf({ window, policy, run, runs: 4 }));
  expect(starts[0]).toBe(FROM_MS + 2 * 24 * HOUR_MS);
  expect(starts[3]! - 3).toBe(window.toMs - 36 * HOUR_MS);
  expect(new Set(starts).size).toBe(4);
});

test('a backtest counts what was rolled back, with an interval, and tells how it goes', async () => {
  const lines: string[] = [];
  const controller = new AbortController();
  const result = await backtest({
    prompt: 'p',
    past,
    window,
    policy: policyOf(WRITTEN),
    writtenPolicy: WRITTEN,
    settings,
    rollouts: [],
    halves: 3,
    onProgress: (line) => lines.push(line),
    signal: controller.signal,
  });
  expect(result.halves).toHaveLength(3);
  expect(result.versions).toEqual([3, 4]);
  const rolledBack = result.halves.filter(({ outcome }) => outcome === 'rolled_back').length;
  expect(result.falseRollback!.share).toBe(rolledBack / 3);
  expect(result.falseRollback!.high).toBeGreaterThan(0.3);
  expect(lines.at(-1)).toContain('identical halves 3 of 3');
  controller.abort();
});
