import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { rampart, type Ended } from '../cli/test-io';
import { PROMPT, QUICK_POLICY, seedPrompt, servedApp } from './served-app';

/* `rampart run` as a process of its own, on the real clock: killed, resumed, and given commands while it runs. */

const newFolder = temporaryFolders();
const ROOT = join(__dirname, '..', '..');
const PATIENCE_MS = 40_000;

let standIn: StandIn;
let cwd: string;
let env: Record<string, string>;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  standIn = await startLangfuseStandIn({ nowMs: Date.now });
  cwd = await newFolder();
  env = {
    LANGFUSE_PUBLIC_KEY: standIn.publicKey,
    LANGFUSE_SECRET_KEY: standIn.secretKey,
    LANGFUSE_HOST: standIn.baseUrl,
  };
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await standIn.close();
});

interface Run {
  child: ChildProcess;
  exited: Promise<unknown>;
  output: () => string;
}

function startRun(every: string): Run {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(ROOT, 'bin', 'rampart.ts'), 'run', '--every', every, '--state', join(cwd, 'state')],
    { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, exited: once(child, 'exit'), output: () => output };
}

function command(...argv: string[]): Promise<Ended> {
  return rampart({ cwd, env }, ...argv, '--state', join(cwd, 'state'));
}

interface Status {
  state: string;
  rollout: { percent: number; exposedUnits: number } | null;
}

/** Serves users until the prompt's status is as wanted. */
async function serveUntil(app: ReturnType<typeof servedApp>, run: Run, isWanted: (status: Status) => boolean) {
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs;) {
    await app.serve(10, Date.now());
    const { exit, out } = await command('status', PROMPT, '--json');
    const status = exit === 0 ? (JSON.parse(out) as { prompts: Status[] }).prompts[0] : undefined;
    if (status !== undefined && isWanted(status)) return status;
    if (run.child.exitCode !== null) throw new Error(`the run ended with ${run.child.exitCode}: ${run.output()}`);
    await delay(100);
  }
  throw new Error(`not in time: ${(await command('status', PROMPT)).out}${run.output()}`);
}

test('a run is killed in the middle of a rollout, goes on where it was, and takes commands all the while', async () => {
  const steps = [
    { percent: 30, bake: '2s' },
    { percent: 60, bake: '3s' },
  ];
  seedPrompt(standIn.data, { ...QUICK_POLICY, steps }, Date.now());
  const app = servedApp(standIn.data, join(cwd, 'state'), { 1: 0.7, 2: 0.7 });

  const first = startRun('400ms');
  await serveUntil(app, first, ({ rollout }) => rollout?.percent === 30);
  expect(await command('run', '--once')).toMatchObject({
    exit: 1,
    err: expect.stringContaining(`held by process ${first.child.pid} (rampart run, since`),
  });
  expect((await command('pause', PROMPT, '--because', 'wait a moment')).exit).toBe(0);
  await serveUntil(app, first, ({ state }) => state === 'paused');
  expect(await command('resume', PROMPT)).toMatchObject({ exit: 0, out: `${PROMPT}: resumed\n` });
  expect(await command('resume', PROMPT)).toMatchObject({ exit: 1, err: expect.stringContaining('is not paused') });
  await serveUntil(app, first, ({ rollout }) => rollout?.percent === 60);
  first.child.kill('SIGKILL');
  await first.exited;

  const second = startRun('400ms');
  const ended = await serveUntil(app, second, ({ state }) => state === 'promoted');
  expect(standIn.data.prompts.byLabel(PROMPT, 'production')?.version).toBe(2);
  expect(ended.rollout?.exposedUnits).toBeGreaterThan(10);
  expect(ended.rollout?.exposedUnits).toBeLessThanOrEqual(app.served[2] ?? 0);
  const { out } = await command('history', PROMPT, '--json');
  const kinds = (JSON.parse(out) as { events: { kind: string }[] }).events.map(({ kind }) => kind);
  const expected = ['started', 'paused', 'resumed', 'advanced', 'promoting', 'promoted', 'watch_ended'];
  expect(kinds.filter((kind) => kind !== 'held').sort()).toEqual(expected.sort());
  expect(second.output()).toMatch(/version 2 at 95 % for .+ candidate and .+ stable units/u);
  expect(second.output()).toContain(`ALERT [local] Promoted: ${PROMPT}`);

  second.child.kill('SIGINT');
  expect(await second.exited).toEqual([130, null]);
  expect((await command('run', '--once')).exit).toBe(0);
}, 120_000);

test('killed again and again at any moment, it starts the rollout once and counts every user once', async () => {
  const policy = { ...QUICK_POLICY, steps: [{ percent: 50, bake: '1h' }] };
  seedPrompt(standIn.data, policy, Date.now());
  const app = servedApp(standIn.data, join(cwd, 'state'), { 1: 0.7, 2: 0.7 });
  for (const afterMs of [0, 90, 180, 270, 360, 450]) {
    const run = startRun('100ms');
    while (!run.output().includes(`${PROMPT}:`)) {
      await app.serve(5, Date.now());
      await delay(20);
      if (run.child.exitCode !== null) throw new Error(run.output());
    }
    await delay(afterMs);
    run.child.kill('SIGKILL');
    await run.exited;
  }
  await delay(400);
  expect((await command('run', '--once')).exit).toBe(0);
  const { out } = await command('status', PROMPT, '--json');
  const status = (JSON.parse(out) as { prompts: Status[] }).prompts[0];
  expect(app.served[2]).toBeGreaterThan(10);
  expect(status).toMatchObject({ rollout: { percent: 50, exposedUnits: app.served[2] } });
  const history = JSON.parse((await command('history', PROMPT, '--json')).out) as { events: { kind: string }[] };
  expect(history.events.filter(({ kind }) => kind === 'started')).toHaveLength(1);
}, 120_000);
