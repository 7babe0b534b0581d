import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadPrompts } from '../../../src/prompts/load/load-prompts';
import { lines, load, markdown, removeFolders, writeFiles } from '../prompts-folder';

afterAll(removeFolders);

const MINIMAL = 'name: greeting\nversion: 1.0.0';

test('a minimal Markdown prompt', async () => {
  const { definitions, problems } = await load({ 'greeting.md': markdown(MINIMAL, '\n\nHello,\n\n  world.  \n\n') });
  expect(lines(problems)).toEqual([]);
  expect(definitions).toEqual([
    {
      name: 'greeting',
      variant: null,
      semver: '1.0.0',
      body: { type: 'text', text: 'Hello,\n\n  world.  ' },
      config: {},
      labels: [],
      tags: [],
      description: null,
      variables: [],
      tests: [],
      testThreshold: 0.8,
      source: { file: 'prompts/greeting.md', line: 2, column: 1 },
    },
  ]);
});

test('chat messages under headings, with placeholders, other roles and escaped headings', async () => {
  const body =
    '## system\n\nBe kind.\n## Not a role\n\n\\## user\n\\\\## user\n\n## placeholder: history\n## role: critic\nHm.\n\n## user\n';
  const { definitions, problems } = await load({ 'chat.md': markdown(`${MINIMAL}\ntype: chat`, body) });
  expect(lines(problems)).toEqual([]);
  expect(definitions[0]!.body).toEqual({
    type: 'chat',
    messages: [
      { role: 'system', content: 'Be kind.\n## Not a role\n\n## user\n\\## user' },
      { placeholder: 'history' },
      { role: 'critic', content: 'Hm.' },
      { role: 'user', content: '' },
    ],
  });
});

test('Windows line ends and a byte order mark change nothing', async () => {
  const text = markdown(`${MINIMAL}\ntype: chat`, '## user\n\nHi\nthere.');
  const plain = await load({ 'a.md': text });
  const windows = await load({ 'a.md': `\uFEFF${text.replaceAll('\n', '\r\n')}` });
  expect(windows.definitions).toEqual(plain.definitions);
  expect(windows.problems).toEqual([]);
});

test('configs are inherited: objects merged, lists whole, null takes away, policies by top-level key', async () => {
  const { definitions, problems } = await load({
    'configs/base.yaml': `
config:
  model: small
  temperature: 0.7
  stop: [a, b]
  provider: { region: eu, keep: true, retries: 3 }
rollout: { minUnits: 50, settle: 5m, allowWithoutScores: true }
prices: { input: 0.25, output: 2 }`,
    'configs/strict.yml': 'extends: base\nconfig: { temperature: 0, stop: [c] }',
    'greeting.md': markdown(
      `${MINIMAL}
extends: strict
config: { max_tokens: 100, seed: null, provider: { region: us, keep: null } }
rollout: { minUnits: 100 }`,
    ),
  });
  expect(lines(problems)).toEqual([]);
  expect(definitions[0]).toMatchObject({
    config: {
      model: 'small',
      temperature: 0,
      stop: ['c'],
      provider: { region: 'us', retries: 3 },
      max_tokens: 100,
      seed: null,
      rollout: { minUnits: 100, settle: '5m', allowWithoutScores: true },
    },
    prices: { input: 0.25, output: 2 },
  });
  expect(definitions[0]!.config['provider']).toEqual({ region: 'us', retries: 3 });
});

test('a variant is its base with named changes, written inside the base or in a file of its own', async () => {
  const { definitions, problems } = await load({
    'configs/warm.yaml': 'config: { temperature: 1 }',
    'support/greeting.md': markdown(
      `${MINIMAL}
type: chat
tags: [b, a, b]
labels: [staging]
config: { model: small, temperature: 0 }
tests:
  - { name: kept, assert: [{ contains: a }] }
  - { name: replaced, assert: [{ contains: b }] }
variants:
  concise:
    description: Shorter.
    version: 1.1.0
    append: Be brief.
    replace: [{ find: kind, with: very kind }]
    labels: [short]
    tests: [{ name: replaced, assert: [{ contains: c }], samples: 5, passRate: 0.6 }]`,
      '## system\n\nBe kind.\n\n## user\n\nHi.',
    ),
    'support/variants/creative.md': markdown('base: greeting\nextends: warm', '## user\n\nSurprise me.'),
  });
  expect(lines(problems)).toEqual([]);
  const [base, concise, creative] = definitions;
  expect(definitions.map(({ variant }) => variant)).toEqual([null, 'concise', 'creative']);
  expect(base).toMatchObject({ tags: ['a', 'b'], labels: ['staging'] });
  expect(concise).toMatchObject({
    name: 'greeting',
    semver: '1.1.0',
    description: 'Shorter.',
    labels: ['short'],
    tags: ['a', 'b'],
    body: {
      messages: [
        { role: 'system', content: 'Be very kind.\n\nBe brief.' },
        { role: 'user', content: 'Hi.' },
      ],
    },
  });
  expect(
    concise!.tests.map(({ name, assertions, samples, passRate }) => [name, assertions, samples, passRate]),
  ).toEqual([
    ['kept', [{ kind: 'contains', value: 'a' }], 1, 0.8],
    ['replaced', [{ kind: 'contains', value: 'c' }], 5, 0.6],
  ]);
  expect(creative).toMatchObject({
    semver: '1.0.0',
    labels: [],
    config: { model: 'small', temperature: 1 },
    body: { type: 'chat', messages: [{ role: 'user', content: 'Surprise me.' }] },
    source: { file: 'prompts/support/variants/creative.md' },
  });
});

test('every assertion of a test case has its normal form', async () => {
  const { definitions, problems } = await load({
    'greeting.md': markdown(
      `${MINIMAL}
config: { response_format: { type: json_schema, json_schema: { name: answer, schema: { type: object } } } }
tests:
  - name: all
    assert:
      - startsWith: A
      - contains: b
      - notContains: c
      - matches: ^d
      - matches: { pattern: e, flags: i }
      - jsonSchema: response_format
      - jsonSchema: { type: array }
      - maxCharacters: 5
      - maxTokens: 6
      - maxLatency: 1.5s
      - maxCostUsd: 0.01
      - similar: { to: f, atLeast: 0.5 }
      - similar: { to: g, atLeast: 1, by: embedding }
      - judge: { prompt: 'Good? {{output}}', atLeast: 0.7 }
`.replace('1.5s', '1500ms'),
    ),
  });
  expect(lines(problems).filter((line) => !line.includes('`prices`'))).toEqual([]);
  expect(definitions[0]?.tests[0]?.assertions).toEqual([
    { kind: 'starts_with', value: 'A' },
    { kind: 'contains', value: 'b' },
    { kind: 'not_contains', value: 'c' },
    { kind: 'matches', pattern: '^d', flags: '' },
    { kind: 'matches', pattern: 'e', flags: 'i' },
    { kind: 'json_schema', schema: { type: 'object' } },
    { kind: 'json_schema', schema: { type: 'array' } },
    { kind: 'max_characters', value: 5 },
    { kind: 'max_tokens', value: 6 },
    { kind: 'max_latency_ms', value: 1500 },
    { kind: 'max_cost_usd', value: 0.01 },
    { kind: 'similar', to: 'f', atLeast: 0.5, by: 'words' },
    { kind: 'similar', to: 'g', atLeast: 1, by: 'embedding' },
    { kind: 'judge', prompt: 'Good? {{output}}', atLeast: 0.7 },
  ]);
});

test('everything that is wrong is said at once, with file, line and column', async () => {
  const { definitions, problems } = await load({
    'configs/a.yaml': 'extends: b',
    'configs/b.yaml': 'extends: a',
    'configs/c.yaml': 'config: { model: x }\ncofnig: {}',
    'configs/d.yaml': 'config: [',
    'a.md': 'no front matter',
    'b.md': markdown('name: b\nversion: 1.2\nextends: bse\nlabels:\n  - 3\ntests:\n  - name: x\n    asert: []'),
    'c.md': markdown('name: c\nversion: 1.0.0\nname: d'),
    'd.md': markdown('name: d\nversion: 1.0.0\ntype: chat', 'stray\n\n## user'),
    'e.md': markdown('name: e\nversion: 1.0.0\ntext: once', 'twice'),
    'f.md': markdown('name: f\nversion: 1.0.0', ''),
    'g.md': markdown('name: g\nversion: 1.0.0\nextends: sea\nvariants:\n  x:\n    labls: []\n  y: 3'),
    'h.md': markdown('name: h\nversion: 1.0.0', '## user\n\nHi.'),
    'i.md': markdown('name: i\nversion: 1.0.0\ntests: [{ name: x, assert: [{ contains: a, matches: b }] }]'),
    'j.md': markdown(
      'name: j\nversion: 1.0.0\nvariants:\n  x:\n    replace: [{ find: lo, with: y }, { find: o, with: z }]',
      'hello fool',
    ),
    'variants/k.md': markdown('base: hh', ''),
    'README.md': 'not a prompt',
  });
  expect(lines(problems)).toEqual([
    "prompts/a.md:1:1 : expected front matter between two lines '---' at the start of the file, got none",
    "prompts/b.md:3:1 version: expected a version MAJOR.MINOR.PATCH such as '1.2.0', got 1.2",
    "prompts/b.md:4:1 extends: expected one of the configs a, b, c, d, got 'bse'",
    'prompts/b.md:6:5 labels[0]: expected text, got 3',
    'prompts/b.md:8:5 tests[0].assert: expected a list of 0 to 100 items, got nothing',
    "prompts/b.md:9:5 tests[0].asert: expected a known key, got 'asert'; did you mean 'assert'?",
    'prompts/c.md:4:1 : expected YAML, got: Map keys must be unique',
    'prompts/configs/b.yaml:1:1 extends: expected configs that inherit in one direction, got the circle a → b → a',
    "prompts/configs/c.yaml:2:1 cofnig: expected a known key, got 'cofnig'; did you mean 'config'?",
    'prompts/configs/d.yaml:1:10 : expected YAML, got: Flow sequence in block collection must be sufficiently indented and end with a ]',
    "prompts/d.md:7:1 messages: expected a heading such as '## system' first, got text before it",
    'prompts/e.md:7:1 text: expected the text once, got it in the front matter and below it',
    'prompts/f.md:2:1 text: expected a text, got none',
    "prompts/g.md:4:1 extends: expected one of the configs a, b, c, d, got 'sea'",
    "prompts/g.md:7:5 variants.x.labls: expected a known key, got 'labls'; did you mean 'labels'?",
    expect.stringMatching(/^prompts\/g\.md:8:3 variants\.y: expected an object with keys out of: .*, got 3$/u),
    "prompts/h.md:6:1 warning type: '## user' is part of the text; expected `type: chat` in the front matter where it starts a message",
    'prompts/i.md:4:29 tests[0].assert[0]: expected one assertion an item, got contains and matches',
    "prompts/j.md:6:40 variants.x.replace[1].find: expected words that stand once in the base, got 'o' 2 times",
    "prompts/variants/k.md:2:1 base: expected the name of a prompt of this folder, got 'hh'; did you mean 'h'?",
  ]);
  expect(definitions.map(({ name }) => name)).toEqual(['d', 'e', 'h', 'j']);
});

test('what is wrong with one key hides nothing that is wrong with the others, and blames nobody else', async () => {
  const { definitions, problems } = await load({
    'a.md': markdown(
      'name: a\nversion: 1.0\ndescripton: x\nlabels: [Bad]\nvariables: [nam]\ntests: [{ name: x, assert: [{ matches: "(" }] }]',
      'Hi {{name}}, @@@langfusePrompt:name=nowhere|version=1@@@',
    ),
    'b.md': markdown(
      'name: b\nversion: 1.0.0\ntests: [{ name: x, assert: [{ judge: { prompt: judge, atLeast: .5 } }] }]',
      '@@@langfusePrompt:name=c|version=1@@@',
    ),
    'c.md': markdown('name: c\nversion: 1.0.0\ntype: 3\nvariables: [x]', 'Hello.'),
    'd.md': markdown('name: d\nversion: 1.0.0\nextends: nowhere\nrollout: { stepz: [] }', '{{x}}'),
    'e.md': markdown('name: e\nversion: 1.0.0\nvariabels: [x]\nvariables: [y]', '{{x}}'),
    'f.md': markdown('name: f\nversion: 1.0.0\ntxet: Hi.', ''),
    'judge.md': markdown('name: judge\nversion: 1.0.0\nlables: []\nvariables: [output]', '{{output}}'),
  });
  expect(lines(problems)).toEqual([
    "prompts/a.md:3:1 version: expected a version MAJOR.MINOR.PATCH such as '1.2.0', got 1",
    "prompts/a.md:4:1 descripton: expected a known key, got 'descripton'; did you mean 'description'?",
    "prompts/a.md:5:10 labels[0]: expected a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', got 'Bad'",
    "prompts/a.md:7:9 tests[0].variables: expected a value for every variable, got none for 'nam'",
    expect.stringContaining('prompts/a.md:7:29 tests[0].assert[0]: expected a regular expression, got: '),
    "prompts/a.md:10:4 text: expected a variable that `variables` declares, got '{{name}}'; did you mean 'nam'?",
    "prompts/a.md:10:14 text: expected a reference to a prompt of this folder, or to one that `external` names, got 'nowhere'",
    "prompts/c.md:4:1 type: expected 'text' or 'chat', got 3",
    "prompts/d.md:4:1 extends: expected a file in configs/, which has none, got 'nowhere'",
    "prompts/d.md:8:1 text: expected a variable that `variables` declares, got '{{x}}'",
    "prompts/e.md:4:1 variabels: expected a known key, got 'variabels'; did you mean 'variables'?",
    "prompts/f.md:4:1 txet: expected a known key, got 'txet'; did you mean 'text'?",
    "prompts/judge.md:4:1 lables: expected a known key, got 'lables'; did you mean 'labels'?",
  ]);
  expect(definitions.map(({ name }) => name)).toEqual(['b']);
});

/** A few lines that stand for nine to the power of eight values. */
function manyLaughs(): string {
  const names = 'abcdefghi'.split('');
  const lines = names.map((name, index) => {
    const before = names[index - 1];
    return `  ${name}: &${name} [${before === undefined ? 'x' : `*${before}, `.repeat(9)}]`;
  });
  return ['config:', ...lines].join('\n');
}

test('YAML that JSON cannot hold, and an alias of nothing, is a problem like any other', async () => {
  const { problems } = await load({
    'a.md': markdown('name: a\nversion: 1.0.0\ndescription: *very*'),
    'b.md': markdown('name: b\nversion: 1.0.0\nconfig:\n  deep:\n    - limit: .inf'),
    'c.md': markdown('name: c\nversion: 1.0.0\nconfig: { x: !!set { a, b }, y: !!binary aGk= }'),
    'configs/d.yaml': 'config:\n  a: .nan',
    'configs/laughs.yaml': manyLaughs(),
    'e.md': markdown('name: e\nversion: 1.0.0\nlabels: [Bad]'),
    'f.prompt.ts':
      "import { definePrompt } from 'rampart/prompts';\ndefinePrompt({ name: 'f', version: '1.0.0', text: 'x', config: { top_k: Infinity } });",
  });
  expect(lines(problems)).toEqual([
    "prompts/a.md:4:14 : expected an alias of an anchor that stands before it, got '*very*'",
    'prompts/b.md:6:7 config.deep[0].limit: expected a value that JSON can hold, got Infinity',
    expect.stringMatching(/^prompts\/c\.md:\d+:\d+ config\.x: expected a value that JSON can hold, got a Set$/u),
    expect.stringMatching(
      /^prompts\/c\.md:\d+:\d+ config\.y: expected a value that JSON can hold, got a (Buffer|Uint8Array)$/u,
    ),
    'prompts/configs/d.yaml:2:3 config.a: expected a value that JSON can hold, got NaN',
    expect.stringContaining('prompts/configs/laughs.yaml:1:1 : expected YAML, got: Excessive alias count'),
    expect.stringContaining('prompts/e.md:4:10 labels[0]: '),
    'prompts/f.prompt.ts:2:1 : expected plain data, got Infinity as top_k',
  ]);
});

test('a file that cannot be read is a problem like any other', async () => {
  const top = writeFiles({ 'prompts/a.md': markdown('name: a\nversion: 1.0.0\nlabels: [Bad]') });
  for (const file of ['b.md', 'variants/c.md', 'configs/d.yaml', 'e.prompt.ts']) {
    mkdirSync(dirname(join(top, 'prompts', file)), { recursive: true });
    symlinkSync('/nowhere', join(top, 'prompts', file));
  }
  const { problems } = await loadPrompts(join(top, 'prompts'));
  expect(lines(problems)).toEqual([
    expect.stringContaining('prompts/a.md:4:10 labels[0]: '),
    'prompts/b.md:1:1 : expected a readable file, got ENOENT',
    'prompts/configs/d.yaml:1:1 : expected a readable file, got ENOENT',
    'prompts/e.prompt.ts:1:1 : expected a readable file, got ENOENT',
    'prompts/variants/c.md:1:1 : expected a readable file, got ENOENT',
  ]);
});

test('a folder that is not there is said with what makes one', async () => {
  await expect(load({}).then(() => undefined)).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('expected a folder of prompts, got ENOENT'),
    hint: expect.stringContaining('rampart init'),
  });
});
