import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastWeek, periodOf } from '../../src/core/report/week';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { main } from '../../src/cli/main';
import { testIo } from '../cli/test-io';

/* `rampart report` as a person uses it: a real folder, a real Langfuse over HTTP, weeks that are past. */

const DAY_MS = 24 * 3_600_000;
const WEEK = lastWeek('UTC', Date.now() - 7 * DAY_MS);
const { fromMs } = periodOf(WEEK, 'UTC');
let langfuse: StandIn;
let cwd = '';

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rampart-report-'));
  langfuse = await startLangfuseStandIn({ nowMs: Date.now });
  langfuse.data.createPrompt({ name: 'answer', prompt: 'x', labels: ['production'] }, fromMs);
  for (let hour = 0; hour < 168; hour += 4) {
    const startMs = fromMs + hour * 3_600_000 + 1000;
    const traceId = `trace-${hour}`;
    const linked = { type: 'GENERATION', promptName: 'answer', promptVersion: 1, environment: 'production' } as const;
    langfuse.data.addObservation({ id: `o-${hour}`, traceId, ...linked, startMs, endMs: startMs + 100 + hour });
    langfuse.data.addScore({
      id: `s-${hour}`,
      name: 'clarity',
      dataType: 'NUMERIC',
      value: hour % 5,
      subject: { kind: 'trace', traceId },
      timestampMs: startMs + 60_000,
    });
  }
});

afterAll(async () => {
  await langfuse.close();
  rmSync(cwd, { recursive: true });
});

async function run(...argv: string[]) {
  const io = testIo({
    cwd,
    env: {
      LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
      LANGFUSE_SECRET_KEY: langfuse.secretKey,
      LANGFUSE_BASE_URL: langfuse.baseUrl,
    },
  });
  return { exit: await main(argv, io), ...io.written, opened: io.opened };
}

test('a week before the first run is rebuilt from Langfuse, looked at, and made once', async () => {
  expect(await run('run', '--once')).toMatchObject({ exit: 0 });

  const file = join(cwd, `report-${WEEK.text}.html`);
  const before = await run('report', '--week', WEEK.text, '--open');
  expect(before).toMatchObject({ exit: 0, out: `report of ${WEEK.text}: ${file}\n`, opened: [file] });
  expect(readFileSync(file, 'utf8')).toContain('No traffic in this week or the week before.');

  const rebuilt = await run('report', 'rebuild', '--week', WEEK.text, '--json');
  expect(rebuilt).toMatchObject({ exit: 0, opened: [] });
  expect(JSON.parse(rebuilt.out)).toMatchObject({ week: WEEK.text, isFinished: true, promptsDone: 1, prompts: 1 });

  expect(await run('report', '--week', WEEK.text, '--open')).toMatchObject({ exit: 0 });
  expect(readFileSync(file, 'utf8')).toContain('42 generations; there are no numbers of the week before.');
  expect(readFileSync(file, 'utf8')).toContain('clarity, coverage');

  expect((await run('report', '--week', WEEK.text)).out).toBe(`report of ${WEEK.text}: made\n`);
  expect((await run('report', '--week', WEEK.text)).out).toBe(`report of ${WEEK.text}: had been made before\n`);
  const stored = readFileSync(join(cwd, '.rampart', 'documents', 'reports', `${WEEK.text}.html`), 'utf8');
  expect(stored).toContain('42 generations');
});

test('a page that cannot be written is named with the reason', async () => {
  await run('run', '--once');
  const file = join(cwd, `report-${WEEK.text}.html`);
  rmSync(file, { force: true });
  mkdirSync(file);
  const { exit, err, opened } = await run('report', '--week', WEEK.text, '--open');
  rmSync(file, { recursive: true });
  expect({ exit, opened }).toEqual({ exit: 3, opened: [] });
  expect(err).toContain(`${file}: expected a file that can be written, got EISDIR`);
});

test.each([
  [['--open', '--force'], '--open only looks: expected it without --force, which sends'],
  [['rebuilt'], "rampart report: expected nothing or 'rebuild', got 'rebuilt'"],
  [['rebuild', '--open'], 'rampart report rebuild takes neither --open nor --force'],
])('%j is refused', async (argv, message) => {
  const { exit, err } = await run('report', ...argv);
  expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining(message) as string });
});
