import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rampart } from '../cli/test-io';

const folder = mkdtempSync(join(tmpdir(), 'rampart-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command as a user does, in a process of its own. */
function run(args: string[], onProgress: (err: string, interrupt: () => void) => void = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bin/rampart.ts', 'demo', ...args], {
    env: { ...process.env, TMPDIR: folder },
  });
  const ended = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (ended.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => {
    ended.err += text.toString();
    onProgress(ended.err, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...ended })));
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' });
}

describe('rampart demo', () => {
  test('promotes one candidate, rolls another back, compares two versions, and writes reports, chart, alerts and mails', async () => {
    const out = join(folder, 'out');
    const { code, out: stdout, err } = await run(['--json', '--out', out]);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    const result = JSON.parse(stdout) as {
      week: string;
      outDir: string;
      prompts: { prompt: string; outcome: string }[];
      comparison: { state: string; winner: string };
    };
    expect(result.outDir).toBe(out);
    expect(result.prompts.map(({ prompt, outcome }) => [prompt, outcome])).toEqual([
      ['support-answer', 'promoted'],
      ['release-notes', 'rolled_back'],
    ]);
    const files = filesIn(out);
    const html = readFileSync(join(out, `report-${result.week}.html`), 'utf8');
    expect(html).toContain('release-notes');
    expect(html).toContain('rolled back');
    const alerts = files.filter((name) => name.endsWith('.txt')).map((name) => readFileSync(join(out, name), 'utf8'));
    expect(alerts.filter((text) => text.includes('ROLLED BACK: release-notes'))).toHaveLength(1);
    expect(files.filter((name) => name.endsWith('.eml'))).toHaveLength(2);
    expect(result.comparison).toMatchObject({ prompt: 'onboarding', state: 'winner', winner: 'variant' });
    expect(readFileSync(join(out, 'comparison-onboarding.svg'), 'utf8')).toContain('<polyline');
    expect(err).toMatch(/judge_preference .*harmful/u);
  }, 300_000);

  test('Ctrl-C stops every stand-in and leaves nothing behind', async () => {
    const before = filesIn(folder).filter((name) => name.startsWith('rampart-demo-'));
    let isInterrupted = false;
    const { code, err } = await run(['--json'], (text, interrupt) => {
      if (isInterrupted || !text.includes('10 %')) return;
      isInterrupted = true;
      interrupt();
    });
    expect({ isInterrupted, code }).toEqual({ isInterrupted: true, code: 130 });
    expect(err).toContain('interrupted: every stand-in is stopped');
    expect(filesIn(folder).filter((name) => name.startsWith('rampart-demo-'))).toEqual(before);
  }, 120_000);

  test('replays a file of scores headless and prints one object', async () => {
    const file = join(folder, 'scores.csv');
    const rows = [0, 0, 0.2, 0.9, 1].flatMap((good, i) => [`good,${i},${good},100,1`, `bad,${i},${good / 10},100,1`]);
    writeFileSync(file, `variant,instruction,judge_preference,output_chars,judge_seconds\n${rows.join('\n')}\n`);
    const { exit, out } = await rampart(
      { cwd: folder },
      'demo',
      '--scores',
      'scores.csv',
      '--stable',
      'good',
      '--candidate',
      'bad',
      '--seeds',
      '2',
      '--json',
    );
    expect(exit).toBe(0);
    const { runs, variants } = JSON.parse(out) as { runs: Record<string, unknown>[]; variants: unknown };
    expect(runs.map(({ seed, outcome }) => [seed, outcome])).toEqual([
      [1, 'rolled_back'],
      [2, 'rolled_back'],
    ]);
    expect(Object.keys(runs[0]!)).toEqual(['seed', 'outcome', 'exposedUnits', 'hours', 'reason']);
    expect(variants).toEqual({
      good: { n: 5, mean: expect.closeTo(0.42, 9), standardError: expect.any(Number) },
      bad: { n: 5, mean: expect.closeTo(0.042, 9), standardError: expect.any(Number) },
    });
  }, 120_000);

  test.each([
    [['--seeds', '2'], 2, '--seeds needs --scores FILE'],
    [['--scores', 'scores.csv'], 2, '--scores needs --stable NAME and --candidate NAME'],
    [
      ['--scores', 'scores.csv', '--stable', 'good', '--candidate', 'worst'],
      3,
      'expected one of the variants good, bad',
    ],
    [['--scores', 'nowhere.csv', '--stable', 'a', '--candidate', 'b'], 3, 'expected a readable file, got ENOENT'],
    [['--tick', '15'], 2, '--tick: expected a time of at least 1m'],
    [['--usersperday', '5'], 2, 'has no option --usersperday'],
  ])('%j is refused before anything starts', async (args, exit, message) => {
    const ended = await rampart({ cwd: folder }, 'demo', ...args);
    expect(ended.exit).toBe(exit);
    expect(ended.err).toContain(message);
    expect(existsSync(join(folder, 'rampart-demo'))).toBe(false);
  });
});
