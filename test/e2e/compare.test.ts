import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { rampart, type Ended } from '../cli/test-io';
import { PROMPT, QUICK_POLICY, servedApp } from './served-app';
import { standInEnvironment } from '../cli/stand-in-environment';

/* Whole comparisons by `rampart compare` and `rampart run --once` against the embedded Langfuse, on a clock of our own. */

const newFolder = temporaryFolders();
const SECOND_MS = 1000;
const AB = ['--variants', 'a=1,b=2', '--metric', 'quality', '--at-least', '2s', '--by', 'ada'];

let clockMs = Date.UTC(2026, 10, 23, 10);
let standIn: StandIn;
let cwd: string;

beforeEach(async () => {
  standIn = await startLangfuseStandIn({ nowMs: () => clockMs });
  cwd = await newFolder();
  const config = { rollout: QUICK_POLICY };
  standIn.data.createPrompt({ name: PROMPT, prompt: 'Hello', labels: ['production'], config }, clockMs);
  standIn.data.createPrompt({ name: PROMPT, prompt: 'Hi', labels: [], config }, clockMs);
  standIn.data.createPrompt({ name: PROMPT, prompt: 'Hey', labels: [], config }, clockMs);
  await ok('run', '--once', '--every', '1s');
});

afterEach(() => standIn.close());

function command(...argv: string[]): Promise<Ended> {
  const env = standInEnvironment(standIn);
  return rampart({ cwd, env, now: () => clockMs }, ...argv);
}

async function ok(...argv: string[]): Promise<string> {
  const { exit, out, err } = await command(...argv);
  expect({ argv, exit, err: exit === 0 ? '' : err }).toEqual({ argv, exit: 0, err: '' });
  return out;
}

async function problemOf(...argv: string[]): Promise<string> {
  const { exit, err } = await command(...argv);
  expect(exit).not.toBe(0);
  return err;
}

interface Shown {
  state: string;
  arms: { name: string; units: number; isWinner: boolean; dropped: string | null; lowZ: number | null }[];
  series: { name: string; points: unknown[] }[];
  next: string;
}

async function shown(): Promise<Shown> {
  return JSON.parse(await ok('compare', 'show', PROMPT, '--json')) as Shown;
}

/** Ticks every second with new users in between, until the comparison is over. */
async function tickUntilOver(app: ReturnType<typeof servedApp>, mostTicks = 30): Promise<Shown> {
  for (let tick = 0; tick < mostTicks; tick++) {
    for (let part = 0; part < 4; part++) {
      clockMs += SECOND_MS / 4;
      await app.serve(25, clockMs);
    }
    await ok('run', '--once', '--every', '1s');
    const now = await shown();
    if (now.state !== 'running') return now;
  }
  throw new Error(`never over: ${JSON.stringify(await shown())}`);
}

test('the better variant wins, its chart and table are there, and a rollout of its own follows', async () => {
  expect(await ok('compare', 'start', PROMPT, ...AB)).toBe(
    'greeting: comparison started: a=1, b=2 at 50/50 %, on score:quality, for at most 14d\n',
  );
  const app = servedApp(standIn.data, join(cwd, '.rampart'), { 1: 0.6, 2: 0.7 });
  const over = await tickUntilOver(app);
  expect(over.state).toBe('winner');
  expect(over.arms.map(({ name, isWinner }) => [name, isWinner])).toEqual([
    ['a', false],
    ['b', true],
  ]);
  expect(over.arms[1]!.lowZ).toBeGreaterThan(0);
  expect(over.series[0]!.points.length).toBeGreaterThan(2);
  expect(over.next).toMatch(/version 2 was handed over to the rollout greeting\/2\//u);
  expect(Math.abs(app.served[1]! - app.served[2]!)).toBeLessThan(0.3 * app.served[1]!);

  const status = await ok('status', PROMPT);
  expect(status).toContain('version 2 at 30 %');
  expect(status).toContain('compared a=1, b=2 on score:quality, winner');
  const table = await ok('compare', 'show', PROMPT);
  expect(table).toMatch(/b +2 +50 % .* WINNER/u);
  expect(await readFile(join(cwd, 'comparison-greeting.svg'), 'utf8')).toContain('<polyline');
});

test('where its chart cannot be written the table is shown all the same, unless the file was named', async () => {
  await ok('compare', 'start', PROMPT, ...AB);
  await mkdir(join(cwd, 'comparison-greeting.svg'));
  const table = await ok('compare', 'show', PROMPT);
  expect(table).toMatch(/b +2 +50 %/u);
  expect(table).toContain('chart: none, comparison-greeting.svg could not be written: EISDIR');
  expect(await problemOf('compare', 'show', PROMPT, '--svg', 'comparison-greeting.svg')).toContain('got EISDIR');

  const name = 'م'.repeat(200);
  standIn.data.createPrompt({ name, prompt: 'Hello', labels: ['production'] }, clockMs);
  standIn.data.createPrompt({ name, prompt: 'Hi', labels: [], config: { rollout: QUICK_POLICY } }, clockMs);
  await ok('run', '--once', '--every', '1s');
  await ok('compare', 'start', name, ...AB, '--policy-of', 'b');
  expect(await ok('compare', 'show', name)).toContain(`chart: comparison-${'م'.repeat(60)}.svg`);
});

test('a harmful variant is taken out at once, its users go to the control, and the others go on', async () => {
  await ok('compare', 'start', PROMPT, '--variants', 'a=1,b=2,c=3', '--metric', 'quality', '--then', 'nothing');
  const app = servedApp(standIn.data, join(cwd, '.rampart'), { 1: 0.7, 2: 0.1, 3: 0.7 });
  for (let tick = 0; tick < 3; tick++) {
    clockMs += SECOND_MS;
    await app.serve(120, clockMs);
    await ok('run', '--once', '--every', '1s');
  }
  const now = await shown();
  expect(now.arms.map(({ dropped }) => dropped === null)).toEqual([true, false, true]);
  const servedHarm = app.served[2];
  clockMs += SECOND_MS;
  await app.serve(120, clockMs);
  expect(app.served[2]).toBe(servedHarm);
  expect(await ok('status', PROMPT)).toContain('quarantined  2');
});

test('one experiment at a time: what comes second is refused with the command that helps; a label waits', async () => {
  await ok('compare', 'start', PROMPT, ...AB);
  expect(await problemOf('start', PROMPT, '3')).toContain('rampart compare stop greeting --because');
  expect(await problemOf('compare', 'start', PROMPT, ...AB)).toContain('is running already: a=1, b=2');
  expect(await problemOf('abort', PROMPT)).toContain('rampart compare stop greeting');
  expect(await problemOf('compare', 'stop', PROMPT)).toContain('compare stop needs a reason');

  standIn.data.setLabel(PROMPT, 3, 'candidate', clockMs);
  clockMs += SECOND_MS;
  await ok('run', '--once', '--every', '1s');
  expect((await shown()).state).toBe('running');
  expect(await ok('compare', 'stop', PROMPT, '--because', 'enough')).toContain('stopped: everyone gets version 1');
  expect((await shown()).state).toBe('stopped');
  await ok('run', '--once', '--every', '1s');
  expect(await ok('status', PROMPT)).toContain('version 3 at 30 %');
  expect(await problemOf('compare', 'start', PROMPT, ...AB)).toContain('rampart abort greeting');
});

test('everything that is wrong with a wish is said before anything starts', async () => {
  const start = (...argv: string[]): Promise<string> => problemOf('compare', 'start', PROMPT, ...argv);
  expect(await start('--metric', 'quality')).toContain('--variants: expected names and versions such as a=3,b=4');
  expect(await start('--metric', 'quality', '--variants', 'a=1,a=1', '--shares', '60/60')).toMatch(
    /every name once, got a twice; .*every version once, got 1 twice; shares: expected at most 100 % together, got 120/u,
  );
  expect(await start('--metric', 'quality', '--variants', 'b=2,c=3')).toContain(
    'control: expected a variant of version 1',
  );
  expect(await start('--metric', 'quality', '--variants', 'a=1,b=9')).toContain('version 9 of greeting does not exist');
  expect(await start('--metric', 'clarity', '--variants', 'a=1,b=2')).toContain('metric.direction: expected');
  expect(await start('--metric', 'quality', '--range', '0..5', '--variants', 'a=1,b=2')).toContain(
    'metric.range: expected 0..1, as the policy guards score:quality, got 0..5',
  );
  expect(await problemOf('compare', 'show', PROMPT)).toContain('expected a prompt that had a comparison');
});

test('over history, without a test: the versions side by side, labelled as observational', async () => {
  await ok('compare', 'start', PROMPT, ...AB);
  const app = servedApp(standIn.data, join(cwd, '.rampart'), { 1: 0.6, 2: 0.7 });
  clockMs += SECOND_MS;
  await app.serve(60, clockMs);
  clockMs += SECOND_MS;
  await ok('run', '--once', '--every', '1s');
  const out = await ok('compare', 'history', PROMPT, '1', '2', '--since', '1d');
  expect(out).toContain('OBSERVATIONAL');
  expect(out).toMatch(/version 2 +version 1 +difference/u);
  expect(out).toMatch(/quality +0\.\d+ \(n \d+/u);
  expect(await problemOf('compare', 'history', PROMPT, '1', '3', '--since', '1d')).toContain('got those of 1, 2');
});
