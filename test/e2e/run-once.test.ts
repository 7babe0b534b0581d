import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { createRouter, fileSource } from '../../src/runtime';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { rampart, type Ended } from '../cli/test-io';
import { PROMPT, QUICK_POLICY, seedPrompt, servedApp } from './served-app';
import { standInEnvironment } from '../cli/stand-in-environment';

/* Whole rollouts by `rampart run --once` against the embedded Langfuse, on a clock of our own. */

const newFolder = temporaryFolders();
const SECOND_MS = 1000;

let clockMs = Date.UTC(2026, 10, 23, 10);
let standIn: StandIn;
let cwd: string;

beforeEach(async () => {
  standIn = await startLangfuseStandIn({ nowMs: () => clockMs });
  cwd = await newFolder();
});

afterEach(() => standIn.close());

function command(...argv: string[]): Promise<Ended> {
  const env = standInEnvironment(standIn);
  return rampart({ cwd, env, now: () => clockMs }, ...argv);
}

async function json<Result>(...argv: string[]): Promise<Result> {
  const { out, err } = await command(...argv, '--json');
  expect(out.trim().split('\n')).toHaveLength(1);
  try {
    return JSON.parse(out) as Result;
  } catch {
    throw new Error(`${argv.join(' ')}: ${out}${err}`);
  }
}

interface Tick {
  ticks: {
    prompt: string;
    outcome: string;
    state: string;
    percent: number;
    reasons: string[];
    problem: string | null;
  }[];
  failures: unknown[];
}

/** Ticks every second with new users in between, until the prompt's state is one of those wanted. */
async function tickUntil(app: ReturnType<typeof servedApp>, states: string[]): Promise<Tick['ticks']> {
  const seen: Tick['ticks'] = [];
  for (let tick = 0; tick < 40; tick++) {
    const { ticks, failures } = await json<Tick>('run', '--once', '--every', '1s');
    expect(failures).toEqual([]);
    seen.push(...ticks);
    if (states.includes(ticks[0]?.state ?? '')) return seen;
    for (let part = 0; part < 4; part++) {
      clockMs += SECOND_MS / 4;
      await app.serve(25, clockMs);
    }
  }
  throw new Error(`never ${states.join(' or ')}: ${JSON.stringify(seen.slice(-2), null, 2)}`);
}

test('a candidate that is as good is promoted, step by step, and everything is told', async () => {
  seedPrompt(standIn.data, QUICK_POLICY, clockMs);
  const app = servedApp(standIn.data, join(cwd, '.rampart'), { 1: 0.7, 2: 0.7 });
  const seen = await tickUntil(app, ['promoted']);
  expect(seen[0]).toMatchObject({ prompt: PROMPT, outcome: 'started', percent: 30 });
  expect([...new Set(seen.map(({ percent }) => percent))]).toEqual([30, 60, 95]);
  expect(standIn.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(2);

  const folder = join(cwd, '.rampart');
  const router = createRouter({ source: fileSource(join(folder, 'assignments.json')) });
  expect(await router.ready()).toBe(true);
  expect(router.resolve(PROMPT, { unit: 'user-1' })).toMatchObject({ version: 2, reason: 'STATIC' });
  router.close();
  expect((await stat(join(folder, 'hash-key'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  const alerts = (await readdir(join(folder, 'alerts'))).filter((name) => name.endsWith('.txt'));
  const texts = await Promise.all(alerts.map((name) => readFile(join(folder, 'alerts', name), 'utf8')));
  expect(texts.some((text) => text.includes(`Promoted: ${PROMPT}`))).toBe(true);

  const { events } = await json<{ events: { kind: string }[] }>('history', PROMPT);
  const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'held');
  expect(kinds).toEqual(['watch_ended', 'promoted', 'promoting', 'advanced', 'started']);
  expect(await json('status')).toMatchObject({
    prompts: [
      { prompt: PROMPT, state: 'promoted', stable: 2, rollout: { candidate: 2, outcome: { code: 'proven_safe' } } },
    ],
  });
});

test('a candidate that is worse is rolled back before it is promoted, and quarantined until it is released', async () => {
  seedPrompt(standIn.data, QUICK_POLICY, clockMs);
  const app = servedApp(standIn.data, join(cwd, '.rampart'), { 1: 0.9, 2: 0.2 });
  await tickUntil(app, ['rolled_back']);
  expect(standIn.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(1);
  const status = await command('status', PROMPT);
  expect(status.out).toContain('version 2 ROLLED BACK');
  expect(status.out).toMatch(/score:quality +0\.\d+ against 0\.\d+ +-0\.\d+ \(-.* to -.*\) +accepted -0\.3 +harmful/u);

  clockMs += SECOND_MS;
  await json<Tick>('run', '--once');
  expect(await command('start', PROMPT, '2')).toMatchObject({ exit: 1, out: '' });
  expect(await command('release', PROMPT, '2', '--because', 'the judge was broken')).toMatchObject({
    exit: 0,
    out: `${PROMPT}: version 2 may be rolled out again\n`,
  });
  expect(await json('start', PROMPT, '2')).toEqual({ prompt: PROMPT, said: 'version 2 started at 30 %' });
});

test('a candidate whose scores become NaN is held and said, not promoted on what came before', async () => {
  seedPrompt(standIn.data, { ...QUICK_POLICY, steps: [{ percent: 50, bake: '3s' }] }, clockMs);
  const quality = { 1: 0.7, 2: 0.7 };
  const app = servedApp(standIn.data, join(cwd, '.rampart'), quality);
  for (let tick = 0; tick < 6; tick++) {
    await json<Tick>('run', '--once', '--every', '1s');
    clockMs += SECOND_MS;
    if (tick > 1) quality[2] = NaN;
    await app.serve(100, clockMs - SECOND_MS / 2);
  }
  const { ticks } = await json<Tick>('run', '--once', '--every', '1s');
  expect(ticks[0]).toMatchObject({ state: 'held', percent: 50, reasons: [expect.stringContaining('bad value')] });
});

test('a person decides without a run: pause, resume, promote, rollback', async () => {
  seedPrompt(standIn.data, QUICK_POLICY, clockMs);
  await json<Tick>('run', '--once');
  expect(await command('pause', PROMPT)).toMatchObject({ exit: 1, out: '' });
  expect((await command('pause', PROMPT, '--because', 'holidays')).exit).toBe(0);
  expect(await json('status', PROMPT)).toMatchObject({
    prompts: [{ state: 'paused', rollout: { pause: { by: 'ada', because: 'holidays' } } }],
  });
  expect((await command('resume', PROMPT, '--by', 'grace')).exit).toBe(0);
  expect((await command('promote', PROMPT, '--because', 'we need it')).exit).toBe(0);
  expect(standIn.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(2);
  expect((await command('rollback', PROMPT, '--because', 'no, we do not')).exit).toBe(0);
  expect(standIn.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(1);
  const { events } = await json<{ events: { kind: string; by: string }[] }>('history', PROMPT);
  expect(events.map(({ kind, by }) => `${kind} ${by}`)).toEqual([
    'rolled_back ada',
    'promoting ada',
    'resumed grace',
    'paused ada',
    'started label',
  ]);
});

test('a policy with seconds is refused only where the file writes bounds; a run remembers its file', async () => {
  seedPrompt(standIn.data, {}, clockMs);
  const file = join(cwd, 'mine.yaml');
  await writeFile(file, JSON.stringify({ deployment: 'mine', policy: QUICK_POLICY, bounds: { minBake: '1h' } }));
  const refused = await command('run', '--once', '--config', 'mine.yaml');
  expect(refused.exit).toBe(3);
  expect(refused.err).toContain('policy.steps[0].bake');
  expect(await readdir(cwd)).toEqual(['mine.yaml']);

  await writeFile(file, JSON.stringify({ deployment: 'mine', policy: QUICK_POLICY }));
  expect(await json('run', '--once', '--config', 'mine.yaml')).toMatchObject({ ticks: [{ percent: 30 }] });
  expect((await command('abort', PROMPT)).exit).toBe(0);
  expect(await json('start', PROMPT, '2')).toMatchObject({ said: 'version 2 started at 30 %' });
  expect((await command('run', '--once')).out).toContain(`configuration ${file}`);
});

test('one prompt that cannot be ticked stops no other, and the exit code says so', async () => {
  seedPrompt(standIn.data, QUICK_POLICY, clockMs);
  standIn.data.createPrompt({ name: 'broken', labels: ['production'] }, clockMs);
  standIn.data.createPrompt({ name: 'broken', labels: ['candidate'], config: { rollout: QUICK_POLICY } }, clockMs);
  await json<Tick>('run', '--once');
  const path = join(cwd, '.rampart', 'items', 'broken.json');
  const item = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...item, manifest: 'manifest/lost' }));
  clockMs += 5 * SECOND_MS;
  const ended = await command('run', '--once', '--json');
  expect(ended.exit).toBe(1);
  expect(JSON.parse(ended.out)).toMatchObject({
    ticks: [{ prompt: PROMPT, outcome: 'ticked' }],
    failures: [{ prompt: 'broken', code: 'not_found' }],
  });
});

test('a run takes up at once the label move that a killed one had claimed', async () => {
  seedPrompt(standIn.data, { ...QUICK_POLICY, steps: [{ percent: 30, bake: '1h' }] }, clockMs);
  await command('run', '--once');
  standIn.data.faults.next({ method: 'PATCH', path: /prompts/u }, { kind: 'status', status: 502 });
  await command('promote', PROMPT, '--because', 'shown elsewhere');
  const store = folderPromptStore({ folder: join(cwd, '.rampart') });
  const item = (await store.read(PROMPT))!;
  const outbox = item.outbox.map((entry) =>
    entry.kind === 'label' ? { ...entry, leaseUntilMs: clockMs + 600 * SECOND_MS } : entry,
  );
  await store.write({ ...item, revision: item.revision + 1, outbox });
  expect(standIn.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(1);
  await command('run', '--once');
  expect(standIn.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(2);
});
