import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import type { Fault } from '../../src/local/langfuse/faults';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { rampart } from './test-io';
import { standInEnvironment } from './stand-in-environment';

/* What a run does when Langfuse or its keys are not what they should be: it says so, and changes nothing. */

const newFolder = temporaryFolders();
let standIn: StandIn;
let cwd: string;
let config: string;

/** The SDK keeps a timer for each request that fails, as long as a request may take. */
beforeAll(async () => {
  config = join(await newFolder(), 'short.yaml');
  await writeFile(config, 'langfuse: { timeout: 1s }');
});

beforeEach(async () => {
  standIn = await startLangfuseStandIn({ nowMs: Date.now });
  cwd = await newFolder();
});

afterEach(() => standIn.close());

async function refusal(change: Record<string, string>) {
  const env = { ...standInEnvironment(standIn), ...change };
  const run = await rampart({ cwd, env }, 'run', '--once', '--json', '--config', config);
  const doctor = await rampart({ cwd, env }, 'doctor', '--json', '--config', config);
  expect(doctor.exit).toBe(run.exit);
  expect(JSON.parse(doctor.out)).toMatchObject({ ok: false });
  expect(await readdir(cwd)).toEqual([]);
  const { error } = JSON.parse(run.out) as { error: { code: string; message: string; hint: string } };
  return { exit: run.exit, ...error };
}

test.each([
  ['no key', { LANGFUSE_SECRET_KEY: ' ' }, 3, 'environment: expected a value in LANGFUSE_SECRET_KEY, got nothing'],
  ['a wrong key', { LANGFUSE_SECRET_KEY: 'sk-lf-other' }, 3, 'answered 401'],
  ['a wrong host', { LANGFUSE_BASE_URL: 'http://127.0.0.1:1' }, 4, 'could not be reached'],
  ['no address', { LANGFUSE_BASE_URL: 'cloud.langfuse.com' }, 3, "got 'cloud.langfuse.com'"],
])('%s', async (_, change, exit, message) => {
  const refused = await refusal(change);
  expect(refused).toMatchObject({ exit, message: expect.stringContaining(message) });
  expect(refused.hint).not.toBe('');
});

const FAULTS: [what: string, path: RegExp, fault: Fault, message: string][] = [
  ['a page of something else', /prompts/u, { kind: 'html', status: 200 }, 'expected JSON, got an HTML page'],
  ['a gateway’s page', /prompts/u, { kind: 'html', status: 502 }, 'answered 502: an HTML page'],
  [
    'a server without observations v2',
    /v2\/observations/u,
    { kind: 'html', status: 404 },
    "does not have Langfuse's observations v2 (404)",
  ],
  [
    'a server without scores v3',
    /v3\/scores/u,
    { kind: 'html', status: 404 },
    "does not have Langfuse's scores v3 (404)",
  ],
  ['an answer that is cut off', /v3\/scores/u, { kind: 'truncated' }, 'scores v3'],
];

test.each(FAULTS)('%s', async (_, path, fault, message) => {
  standIn.data.faults.next({ path, times: 2 }, fault);
  expect(await refusal({})).toMatchObject({ exit: 4, message: expect.stringContaining(message) });
});

test('doctor sees a label that two versions hold', async () => {
  standIn.data.createPrompt({ name: 'greeting', labels: ['production'] }, 0);
  standIn.data.createPrompt({ name: 'greeting', labels: ['candidate'] }, 0);
  expect((await rampart({ cwd, env: standInEnvironment(standIn) }, 'doctor')).exit).toBe(0);
  standIn.data.prompts.holdToo('greeting', 2, 'production');
  const { exit, out } = await rampart({ cwd, env: standInEnvironment(standIn) }, 'doctor');
  expect(exit).toBe(4);
  expect(out).toContain('label production of greeting: expected one version to hold it, got 1 and 2');
});
