import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PowerFigures } from '../../src/cli/power-figures';
import { startLangfuseStandIn } from '../../src/local/langfuse/server';
import { seededRandom } from '../../src/local/random';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { rampart } from './test-io';
import { standInEnvironment } from './stand-in-environment';

const newFolder = temporaryFolders();
const NOW_MS = Date.UTC(2026, 10, 23, 10);
let cwd: string;

/** A judge that prefers the answers of `usual` a quarter of the time. */
function scoresFile(): string {
  const random = seededRandom(5);
  const rows = Array.from({ length: 600 }, () => `usual,${(random() ** 3).toFixed(4)},100`);
  return ['variant,judge_preference,output_chars', ...rows, ''].join('\n');
}

beforeAll(async () => {
  cwd = await newFolder();
  await writeFile(join(cwd, 'scores.csv'), scoresFile());
});

function power(usersPerDay: string, ...argv: string[]) {
  return rampart(
    { cwd },
    'power',
    '--scores',
    'scores.csv',
    '--variant',
    'usual',
    '--users-per-day',
    usersPerDay,
    ...argv,
  );
}

test('a file of scores: the ramp, what each step finds, and when', async () => {
  const { exit, out, err } = await power('2000', '--json');
  expect({ exit, err }).toEqual({ exit: 0, err: '' });
  const figures = JSON.parse(out) as PowerFigures;
  expect(figures).toMatchObject({ prompt: null, unitsPerDay: 2000, ramp: { isHeld: false, promotedAfterHours: 48 } });
  const [guardrail] = figures.guardrails;
  expect(guardrail).toMatchObject({ guardrail: 'score:judge_preference', scale: 'score', margin: -0.05 });
  const [first, second] = guardrail!.steps;
  expect(first!.smallest80!).toBeLessThan(second!.smallest80!);
  expect(second!.smallest80!).toBeLessThan(second!.smallest50!);
  expect(second!.smallest50!).toBeLessThan(0);
  expect(guardrail!.marginFound80!.hours).toBeGreaterThan(24);
  expect(second!.curve[0]).toEqual({ change: 0, probability: expect.any(Number) });
});

test('in words, with a warning when the traffic is too little for the margin', async () => {
  const { out } = await power('2000');
  expect(out).toContain('10 % for 24h, 50 % for 24h, promoted after 48h, final after 4d');
  expect(out).toMatch(/step +ends after +candidate units +stable units +found at 50 % +found at 80 %/u);
  expect(out).not.toContain('warning');
  const few = (await power('20')).out;
  expect(few).toContain('not promoted');
  expect(few).toMatch(/warning: score:judge_preference: the margin of -0.05 is too narrow for the traffic/u);
});

test('--svg draws a line per step, with axes that have units', async () => {
  const { exit } = await power('2000', '--svg', 'power.svg');
  expect(exit).toBe(0);
  const svg = await readFile(join(cwd, 'power.svg'), 'utf8');
  expect(svg.match(/<polyline/gu)).toHaveLength(2);
  for (const text of [
    '>100 %<',
    '>0<',
    '>-0.2<',
    'probability of a rollback',
    '>10 %, by its end after 24h<',
    '>margin<',
  ]) {
    expect(svg).toContain(text);
  }
  expect(svg).not.toMatch(/NaN|Infinity|undefined/u);
  expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
});

test.each([
  [['--scores', 'none.csv'], 3, '--scores none.csv: expected a readable file, got ENOENT'],
  [['--variant', 'other'], 3, "expected one of the variants usual, got 'other'"],
  [['--users-per-day', '0'], 2, "--users-per-day: expected a whole number from 1, got '0'"],
  [['--svg', 'no/such.svg'], 3, '--svg no/such.svg: expected a file that can be written, got ENOENT'],
])('%j is refused', async (argv, exit, message) => {
  const ended = await power('2000', ...argv);
  expect({ exit: ended.exit, err: ended.err }).toEqual({ exit, err: expect.stringContaining(message) });
});

test('a prompt in Langfuse, without any state', async () => {
  const standIn = await startLangfuseStandIn({ nowMs: () => NOW_MS });
  try {
    standIn.data.createPrompt({ name: 'greeting', prompt: 'hi', labels: ['production'] }, NOW_MS - 9e8);
    for (let i = 0; i < 400; i++) {
      const startMs = NOW_MS - 4_000_000 - i * 400_000;
      standIn.data.addObservation({
        id: `g${i}`,
        traceId: `t${i}`,
        type: 'GENERATION',
        promptName: 'greeting',
        promptVersion: 1,
        environment: 'production',
        startMs,
        endMs: startMs + 900 + (i % 100),
        userId: `user-${i}`,
      });
    }
    await writeFile(join(cwd, 'rampart.yaml'), 'policy: { allowWithoutScores: true }\n');
    const env = standInEnvironment(standIn);
    const { exit, out, err } = await rampart(
      { cwd, env, now: () => NOW_MS },
      'power',
      'greeting',
      '--config',
      'rampart.yaml',
    );
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(/^greeting: 45h27m of history of version 1, policy of version 1\n21\d users a day\n/u);
    expect(out).toMatch(/^latency: margin \+10\.0 %/mu);
  } finally {
    await standIn.close();
  }
});
