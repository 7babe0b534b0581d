import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { startLangfuseStandIn } from '../../src/local/langfuse/server';
import { startModelStandIn, type ModelStandIn } from '../../src/local/model/server';
import type { ScriptedAnswer } from '../../src/local/model/script';
import { markdown, removeFolders, writeFiles } from '../prompts/prompts-folder';
import { rampart, testIo, type Ended } from './test-io';
import { main } from '../../src/cli/main';

const root = join(__dirname, '..', '..');
const CHAT = /completions$/u;
let model: ModelStandIn;

async function serve(...answers: ScriptedAnswer[]): Promise<void> {
  model = await startModelStandIn({ answers });
}

afterEach(() => model?.close());
afterAll(removeFolders);

function env(): Record<string, string> {
  return { OPENAI_BASE_URL: model.baseUrl, OPENAI_API_KEY: 'sk-test' };
}

function folder(front: string, body = 'Greet {{name}}.', others: Readonly<Record<string, string>> = {}): string {
  const prompt = `name: a\nversion: 1.0.0\nvariables: [name]\nconfig: { model: small, temperature: 0.5, own: 1 }\n${front}`;
  const files = Object.fromEntries(Object.entries(others).map(([file, text]) => [`prompts/${file}`, text]));
  return writeFiles({ 'prompts/a.md': markdown(prompt, body), ...files });
}

const test1 = (...assertions: string[]): string =>
  `tests:\n  - name: greets\n    variables: { name: Ada }\n    assert:\n${assertions.map((each) => `      - ${each}\n`).join('')}`;

const run = (cwd: string, ...argv: string[]): Promise<Ended> => rampart({ cwd, env: env() }, 'test', ...argv);

test('the worked example passes with its script, by the stand-in model', async () => {
  const { exit, out } = await rampart({ cwd: root }, 'test', '--stand-in', 'prompts/stand-in.yaml');
  expect({ exit, out }).toEqual({
    exit: 0,
    out: expect.stringMatching(/\npassed: 23 samples, .* tokens, .* USD, .* s\n$/u),
  });
});

test('a case is compiled as Langfuse does, sent with what endpoints know, and judged', async () => {
  await serve({ answer: ['Hello & welcome, Ada <3'] });
  const cwd = folder(
    `type: chat\n${test1("contains: '& welcome, Ada <3'").replace('    assert', '    placeholders: { history: [{ role: assistant, content: "Yes, {{name}}?" }] }\n    assert')}`,
    '## system\n\nBe kind to {{name}}.\n\n## placeholder: history\n\n## user\n\nI am {{name}} & {{ name }}.',
  );
  const { exit, out } = await run(cwd);
  expect({ exit, out }).toEqual({
    exit: 0,
    out: expect.stringMatching(
      /^passed {2}a 1\.0\.0: 1 of 1 cases\n {2}passed {2}greets\npassed: 1 samples, \d+ \+ 6 tokens, \d+\.\d s\n$/u,
    ),
  });
  expect(model.requests[0]!.body).toEqual({
    model: 'small',
    temperature: 0.5,
    messages: [
      { role: 'system', content: 'Be kind to Ada.' },
      { role: 'assistant', content: 'Yes, Ada?' },
      { role: 'user', content: 'I am Ada & Ada.' },
    ],
  });
});

test('a failure says what was expected and what came, where, and ends with code 1', async () => {
  await serve({ answer: ['Hello.'] });
  const { exit, out } = await run(folder(test1('contains: Ada', 'maxCharacters: 3')));
  expect(exit).toBe(1);
  expect(out.split('\n').slice(0, 5)).toEqual([
    'failed  a 1.0.0: 0 of 1 cases, needed 80 %',
    '  failed  greets',
    "    expected an answer that contains 'Ada', got 'Hello.'",
    '    expected at most 3 characters, got 6',
    '    prompts/a.md:7',
  ]);
});

test('samples are asked for in parallel up to the limit; their rate has an interval', async () => {
  await serve({ answer: ['Ada', 'Ada', 'Ada', 'Ada', 'no'], latencyMs: 30 });
  const cwd = folder(test1('contains: Ada'));
  const { exit, out } = await run(cwd, '--samples', '10', '--parallel', '3');
  expect(exit).toBe(0);
  expect(out).toContain('  passed  greets (8 of 10 samples, 49 % to 94 %; needed 80 %)');
  expect(model.requests).toHaveLength(10);
  expect(model.mostAtOnce()).toBe(3);
});

test('thresholds: of the prompt, or of the command line', async () => {
  await serve({ when: /Bob/u, answer: ['no'] }, { answer: ['yes'] });
  const cases = ['Ada', 'Bob', 'Cy']
    .map((name) => `  - { name: ${name}, variables: { name: ${name} }, assert: [{ contains: yes }] }\n`)
    .join('');
  expect((await run(folder(`tests:\n${cases}`))).exit).toBe(1);
  expect((await run(folder(`testThreshold: 0.6\ntests:\n${cases}`))).exit).toBe(0);
  expect((await run(folder(`tests:\n${cases}`), '--threshold', '66')).exit).toBe(0);
});

test('a judge is a prompt of the folder or a text, and what it cannot say is no failure of the answer', async () => {
  await serve(
    { when: /Judge this: Hello.*asked Greet Ada/u, answer: ['0.8 of 1'] },
    { when: /Rate Hello/u, answer: ['Score: 0.4'] },
    { when: /Count Hello/u, answer: ['ten out of ten'] },
    { answer: ['Hello.'] },
  );
  const grader = markdown(
    'name: grader\nversion: 1.0.0\nvariables: [input, output]\nconfig: { model: large, seed: 7 }',
    'Judge this: {{output}} asked {{input}}',
  );
  const cwd = folder(
    test1('judge: { prompt: grader, atLeast: 0.7 }', "judge: { prompt: 'Rate {{output}}', atLeast: 0.3 }"),
    undefined,
    { 'grader.md': grader },
  );
  expect((await run(cwd, 'a')).exit).toBe(0);
  expect(model.requests.map(({ body }) => [body['model'], body['seed'], body['temperature']])).toEqual([
    ['small', undefined, 0.5],
    ['large', 7, undefined],
    ['small', undefined, 0],
  ]);
  const lost = await run(folder(test1("judge: { prompt: 'Count {{output}}', atLeast: 0.3 }")));
  expect(lost).toMatchObject({
    exit: 4,
    out: expect.stringContaining("    the judge: expected a number from 0 to 1 in the last line, got 'ten out of ten'"),
  });
});

test('references are filled in from the folder', async () => {
  await serve({ answer: ['Hello.'] });
  const cwd = folder(test1('contains: Hello'), 'Greet {{name}}.\n@@@langfusePrompt:name=tone|version=3@@@', {
    'tone.md': markdown('name: tone\nversion: 1.0.0\nvariables: [name]', 'Be kind to {{name}}.'),
  });
  expect((await run(cwd, 'a')).exit).toBe(0);
  expect(model.requests[0]!.body['messages']).toEqual([{ role: 'user', content: 'Greet Ada.\nBe kind to Ada.' }]);
});

test('for programs: everything, samples with their answers included', async () => {
  await serve({ answer: ['Hello, Ada.'] });
  const { exit, out } = await run(
    folder(`${test1('contains: Ada')}variants: { short: { append: Be brief. } }`),
    '--json',
  );
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    outcome: 'passed',
    samples: 2,
    costUsd: null,
    comparisons: null,
    prompts: [
      {
        prompt: 'a',
        variant: null,
        version: '1.0.0',
        outcome: 'passed',
        passedCases: 1,
        threshold: 0.8,
        cases: [
          {
            name: 'greets',
            file: 'prompts/a.md',
            line: 7,
            outcome: 'passed',
            passed: 1,
            errors: 0,
            passRate: 0.8,
            samples: [
              {
                passed: true,
                answer: 'Hello, Ada.',
                error: null,
                assertions: [{ kind: 'contains', passed: true, said: '' }],
              },
            ],
          },
        ],
      },
      { prompt: 'a', variant: 'short', version: '1.0.0', outcome: 'passed' },
    ],
  });
});

test('JUnit beside the rest, Markdown for a pull request, variants by name', async () => {
  await serve({ answer: ['Hello.'] });
  const cwd = folder(`${test1('contains: Ada')}variants: { short: { append: Be brief. } }`);
  const { exit, out } = await run(cwd, 'a', '--variant', 'short', '--junit', 'junit.xml', '--markdown');
  expect(exit).toBe(1);
  expect(out).toContain('| ❌ | a (short) | 1.0.0 | 0 of 1 (needed 80 %) | 0 of 1 |');
  expect(out).not.toContain('| a |');
  expect(XMLValidator.validate(readFileSync(join(cwd, 'junit.xml'), 'utf8'))).toBe(true);
});

test('compared with the version in production: the same cases, the difference with its interval, proven worse fails', async () => {
  await serve({ when: /old text/u, answer: ['Ada'] }, { answer: ['Ada', 'no'] });
  const langfuse = await startLangfuseStandIn({ nowMs: Date.now });
  try {
    const given = { type: 'text', config: { model: 'small' }, labels: ['production'] } as const;
    langfuse.data.createPrompt({ ...given, name: 'a', prompt: 'old text {{name}}' }, Date.now());
    langfuse.data.createPrompt({ name: 'a', type: 'text', prompt: 'a newer one', config: {} }, Date.now());
    const cwd = folder(
      `testThreshold: 0.1\n${test1('contains: Ada').replace('    assert', '    passRate: 0.5\n    assert')}`,
      undefined,
      {
        'b.md': markdown(
          `name: b\nversion: 1.0.0\nconfig: { model: small }\ntests: [{ name: x, assert: [{ contains: Ada }], passRate: 0.1 }]`,
        ),
      },
    );
    const access = {
      LANGFUSE_BASE_URL: langfuse.baseUrl,
      LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
      LANGFUSE_SECRET_KEY: langfuse.secretKey,
    };
    const compared = await rampart({ cwd, env: { ...env(), ...access } }, 'test', '--compare', '--samples', '40');
    expect(compared.exit).toBe(1);
    expect(compared.out).toContain('production  a: worse than version 1: -50 points (-65 to -33)\n');
    expect(compared.out).toContain('production  b: nothing is in production\n');
    const few = await rampart(
      { cwd, env: { ...env(), ...access } },
      'test',
      'a',
      '--compare',
      '--samples',
      '2',
      '--json',
    );
    expect(few.exit).toBe(0);
    expect(JSON.parse(few.out)).toMatchObject({
      comparisons: [
        { prompt: 'a', production: 1, outcome: 'open', difference: -0.5, shares: { candidate: 0.5, production: 1 } },
      ],
    });
  } finally {
    await langfuse.close();
  }
});

test('an endpoint that is gone is no failure of the prompts: code 4; a wrong key ends it at once: code 3', async () => {
  await serve();
  const cwd = folder(test1('contains: Ada'));
  model.faults.next({ path: CHAT, times: 9 }, { kind: 'dropped' });
  const gone = await run(cwd, '--tries', '1');
  expect(gone).toMatchObject({
    exit: 4,
    out: expect.stringContaining('  error  greets\n    model endpoint: expected an answer, got'),
  });
  model.faults.clear();
  model.faults.next(
    { path: CHAT, times: 9 },
    { kind: 'status', status: 401, body: { error: { message: 'Wrong key' } } },
  );
  const before = model.requests.length;
  const refused = await run(cwd, '--samples', '50', '--parallel', '2');
  expect(refused).toMatchObject({
    exit: 3,
    err: expect.stringContaining('got 401: Wrong key\nOPENAI_API_KEY is the key'),
  });
  expect(model.requests.length - before).toBeLessThanOrEqual(2);
});

test('Ctrl-C ends it with code 130', async () => {
  await serve({ answer: ['Hello.'], latencyMs: 60_000 });
  const io = testIo({ cwd: folder(test1('contains: Ada')), env: env() });
  const ended = main(['test'], io);
  while (model.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  io.interrupt();
  expect(await ended).toBe(130);
});

test('progress is shown on a terminal only', async () => {
  await serve({ answer: ['Ada'] });
  const io = testIo({ cwd: folder(test1('contains: Ada')), env: env(), color: true });
  expect(await main(['test'], io)).toBe(0);
  expect(io.written.err).toContain('testing 100 % (1 of 1)');
  expect((await run(folder(test1('contains: Ada')))).err).toBe('');
});

test.each([
  [['nothing'], {}, 2, "PROMPT: expected a prompt of this folder, got 'nothing'"],
  [['a', '--variant', 'shrt'], {}, 2, "--variant: expected one of base, short, got 'shrt'; did you mean 'short'?"],
  [['--threshold', '101'], {}, 2, "--threshold: expected a percentage from 1 to 100, got '101'"],
  [['--timeout', '5'], {}, 2, "--timeout: expected a duration up to 1h, such as '60s', got '5'"],
  [['--json', '--markdown'], {}, 2, '--markdown: expected no --json beside it, got both'],
  [[], { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' }, 3, 'environment: expected a value in OPENAI_API_KEY, got nothing'],
  [[], { OPENAI_BASE_URL: 'localhost' }, 3, "OPENAI_BASE_URL: expected an http(s) address, got 'localhost'"],
  [['--stand-in', 'none.yaml'], {}, 3, '--stand-in none.yaml: expected a file that can be read, got ENOENT'],
  [
    ['--stand-in', 'prompts/a.md'],
    {},
    3,
    expect.stringContaining('--stand-in prompts/a.md:12:1: expected YAML, got: '),
  ],
  [['--stand-in', 'prompts/configs/x.yaml'], {}, 3, expect.stringContaining('script of the stand-in model: ')],
])('%j with %j ends with code %i', async (argv, environment, exit, message) => {
  const cwd = folder(`${test1('contains: Ada')}variants: { short: { append: Be brief. } }`, undefined, {
    'configs/x.yaml': 'config: {}',
  });
  const ended = await rampart({ cwd, env: environment }, 'test', ...argv);
  expect({ exit: ended.exit, first: ended.err.split('\n')[0]!.replace('rampart: ', '') }).toEqual({
    exit,
    first: message,
  });
});
