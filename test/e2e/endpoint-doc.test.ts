import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { assign } from '../../src/core/assignment/assignment';
import { tagOfUnit } from '../../src/core/assignment/unit-tag';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { startServe, type ServedForTest } from '../cli/served';
import { sampleAssignment, sampleItem } from '../contracts/sample-item';

/* The examples of docs/ofrep.md, as they stand there, against a running `rampart serve`. */

const KEY = '0123456789abcdef';
const PROMPT = 'support/answer';
const run = promisify(execFile);
const newFolder = temporaryFolders();
const page = readFileSync('docs/ofrep.md', 'utf8');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const withPython = hasPython ? test : test.skip;
const withCurl = hasCurl ? test : test.skip;
let served: ServedForTest;

beforeEach(async () => {
  const folder = await newFolder();
  await folderPromptStore({ folder }).write(sampleItem(PROMPT, 1));
  served = await startServe({ cwd: '/nonexistent', env: { RAMPART_SERVE_KEYS: KEY } }, '--state', folder);
});

afterEach(() => served.stop());

/** The code block that a comment marks. */
function example(name: string): string {
  const block = new RegExp(`<!-- tested: ${name} -->\n\`\`\`\\w+\n(.*?)\n\`\`\``, 'su').exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/ofrep.md has no example ${name}`);
  return block;
}

const environment = () => ({ PATH: process.env['PATH'], RAMPART_URL: served.url, RAMPART_KEY: KEY });

/** What the page says is answered to `user-23`, as far as the library says it too. */
function expectedAnswer(): unknown {
  const { version, arm } = assign(sampleAssignment(PROMPT), 'user-23');
  const metadata = { rollout: `${PROMPT}/4/1000`, step: 0, percent: 10 };
  return { key: PROMPT, value: { version }, reason: 'SPLIT', variant: arm, metadata };
}

test('the answer on the page is the answer', async () => {
  const shown = /```json\n(.*?)\n```/su.exec(page)?.[1] ?? '';
  expect(JSON.parse(shown)).toEqual(expectedAnswer());
});

withCurl('curl gets it', async () => {
  const { stdout } = await run('sh', ['-c', example('curl')], { env: environment() });
  expect(JSON.parse(stdout)).toEqual(expectedAnswer());
});

test('the same bytes by hand get it', async () => {
  const response = await fetch(`${served.url}/ofrep/v1/evaluate/flags/support%2Fanswer`, {
    method: 'POST',
    headers: { 'X-API-Key': KEY, 'Content-Type': 'application/json' },
    body: '{"context": {"targetingKey": "user-23"}}',
  });
  expect(await response.text()).toBe(JSON.stringify(expectedAnswer()));
});

withPython('the Python example prints the version and the tags of the trace', async () => {
  const { stdout } = await run('python3', ['-c', example('python')], { env: environment() });
  const { version, arm } = assign(sampleAssignment(PROMPT), 'user-23');
  const [number, ...tags] = stdout.trim().split(' ');
  expect(number).toBe(String(version));
  expect(JSON.parse(tags.join(' '))).toEqual({
    'rampart.unit': 'user-23',
    'rampart.arm': arm,
    'rampart.rollout': `${PROMPT}/4/1000`,
  });
});

withPython('the Python example marks the units that the library marks', async () => {
  const units = ['user-1', '1e3', '007', '12345678901234567890', 'null', '"x"', '{}', '-0', 'unit:a', 'ü🎉', ' 1 '];
  const check = `print(json.dumps([tag_of(unit) for unit in ${JSON.stringify(units)}]))`;
  const { stdout } = await run('python3', ['-c', `${example('python')}\n${check}`], { env: environment() });
  expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual(units.map(tagOfUnit));
});

withPython.each([
  ['a wrong key', { RAMPART_KEY: 'another-key-of-16' }, 'HTTP Error 401'],
  ['nobody listening', { RAMPART_URL: 'http://127.0.0.1:9' }, 'refused'],
])('with %s it goes on with the fallback', async (_, changes, says) => {
  const { stdout } = await run('python3', ['-c', example('python')], { env: { ...environment(), ...changes } });
  expect(stdout).toContain(says);
  expect(stdout.trim().split('\n').at(-1)).toBe('3 {}');
});

withPython('the assignment in Python reproduces every case', async () => {
  const check = `
import json, sys
cases = json.load(open("docs/assignment-cases.v1.json"))
def has_half_pair(*texts):
    return any(0xD800 <= ord(c) <= 0xDFFF for text in texts for c in text)
checked = 0
for case in cases["hashes"]:
    assert murmur3(bytes.fromhex(case["bytes"]), case["seed"]) == case["hash"], case
    checked += 1
for case in cases["buckets"]:
    if has_half_pair(case["salt"], case["unit"]): continue
    assert bucket_of(case["salt"], case["unit"]) == case["bucket"], case
    checked += 1
for case in cases["assignments"]:
    if has_half_pair(case["salt"], case["unit"]): continue
    assert assign(case, case["unit"]) == (case["version"], case["arm"]), case
    checked += 1
print(checked)
`;
  const { stdout } = await run('python3', ['-c', `${example('python-assignment')}\n${check}`]);
  expect(Number(stdout)).toBeGreaterThan(120);
});
