import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BacktestFigures } from '../../src/cli/backtest-figures';
import { startLangfuseStandIn } from '../../src/local/langfuse/server';
import { seededRandom } from '../../src/local/random';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { rampart } from './test-io';
import { standInEnvironment } from './stand-in-environment';

const newFolder = temporaryFolders();
const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 10, 23, 10);
const DAYS = 4;
const POLICY = `
steps:
  - { percent: 10, bake: 8h }
  - { percent: 50, bake: 8h }
guardrails:
  - { metric: 'score:thumbs', direction: higher_is_better, margin: 0.15 }
`;
let cwd: string;
let standIn: Awaited<ReturnType<typeof startLangfuseStandIn>>;

beforeAll(async () => {
  cwd = await newFolder();
  await writeFile(join(cwd, 'policy.yaml'), POLICY);
  await writeFile(join(cwd, 'wrong.yaml'), 'guardrails:\n  - { metrik: latency }\n');
  await writeFile(join(cwd, 'rampart.yaml'), 'policy: { allowWithoutScores: true }\ntickEvery: 1h\n');
  standIn = await startLangfuseStandIn({ nowMs: () => NOW_MS });
  const { data } = standIn;
  data.createPrompt({ name: 'greeting', prompt: 'hi', labels: ['production'] }, NOW_MS - 9e8);
  const random = seededRandom(11);
  const visits = 1000 * DAYS;
  for (let i = 0; i < visits; i++) {
    const startMs = NOW_MS - Math.floor(((visits - i) * DAYS * 24 * HOUR_MS) / visits);
    const common = { traceId: `t${i}`, environment: 'production' };
    data.addObservation({
      ...common,
      id: `g${i}`,
      type: 'GENERATION',
      promptName: 'greeting',
      promptVersion: 1,
      startMs,
      endMs: startMs + 900,
      userId: `user-${i}`,
    });
    data.addScore({
      id: `s${i}`,
      name: 'thumbs',
      dataType: 'BOOLEAN',
      value: random() < 0.8,
      subject: { kind: 'trace', traceId: common.traceId },
      timestampMs: startMs + 30_000,
      environment: 'production',
    });
  }
});

afterAll(() => standIn.close());

function backtest(...argv: string[]) {
  const env = standInEnvironment(standIn);
  return rampart({ cwd, env, now: () => NOW_MS }, 'backtest', 'greeting', '--config', 'rampart.yaml', ...argv);
}

test('a policy in a file over the last days: what two identical halves come to', async () => {
  const argv = ['--policy', 'policy.yaml', '--since', '7d', '--halves', '3'];
  const { exit, out, err } = await backtest(...argv, '--json');
  expect(exit).toBe(0);
  expect(err).toContain('4000 generations and 4000 scores read');
  const figures = JSON.parse(out) as BacktestFigures;
  expect(figures).toMatchObject({
    prompt: 'greeting',
    policy: 'policy.yaml',
    generations: 4000,
    units: 4000,
    versions: [1],
    rollouts: [],
  });
  expect(figures.halves).toHaveLength(3);
  const words = (await backtest(...argv)).out;
  expect(words).toContain('greeting: 4d to 2026-11-23, 4,000 generations, 4,000 users, version 1');
  expect(words).toContain('no rollout of the prompt is known in this time');
  expect(words).toMatch(/two identical halves: a version rolled out against itself 3 times\n/u);
  expect(words).toMatch(/rolled back|promoted/u);
});

test.each([
  [['--since', '3h'], 2, "--since: expected a time of at least 1d, such as 14d, got '3h'"],
  [['--halves', '-1'], 2, '--halves'],
  [['--policy', 'none.yaml'], 3, 'none.yaml: expected a readable file'],
  [['--policy', 'wrong.yaml'], 3, 'metrik'],
])('%j is refused before anything is read', async (argv, exit, message) => {
  const ended = await backtest(...argv);
  expect(ended).toMatchObject({ exit, err: expect.stringContaining(message) });
  expect(ended.err).not.toContain('reading');
});
