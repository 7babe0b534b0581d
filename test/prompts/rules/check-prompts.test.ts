import { lines, load, markdown, removeFolders } from '../prompts-folder';

afterAll(removeFolders);

/** What is said of one Markdown prompt with this front matter (after name and version, on line 2 and 3) and body. */
async function said(front: string, body?: string, others: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { problems } = await load({ ...others, 'a.md': markdown(`name: a\nversion: 1.0.0\n${front}`, body) });
  return lines(problems);
}

const text = (name: string, body: string, front = ''): string =>
  markdown(`name: ${name}\nversion: 1.0.0\n${front}`, body);

test.each([
  ['a|b', "expected a name without '|', got 'a|b'"],
  ['/a', "expected a name without '/' at its ends or twice in a row, got '/a'"],
  ['a//b', "expected a name without '/' at its ends or twice in a row, got 'a//b'"],
  ['a/../b', "expected a name without the folders '.' and '..', got 'a/../b'"],
  ['<a>', "expected a name without '<' and '>', got '<a>'"],
  ['"a\\tb"', "expected a name without control characters and blanks at its ends, got 'a\\tb'"],
  ['new', "expected a name other than 'new', which Langfuse keeps for itself, got 'new'"],
])('the name %s is refused', async (name, message) => {
  const { problems } = await load({ 'a.md': text(name, 'Hello.') });
  expect(lines(problems)).toEqual([`prompts/a.md:2:1 name: ${message}`]);
});

test('labels, variants and tags are what Langfuse takes', async () => {
  const long = 'x'.repeat(37);
  expect(
    await said(
      `labels: [ok, Bad, ${long}, latest, production, short]
tags: [fine, ' blank']
variants:
  short: { append: a }
  candidate: { append: b }
  Loud: { append: c, labels: [ok] }`,
    ),
  ).toEqual([
    "prompts/a.md:4:14 labels[1]: expected a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', got 'Bad'",
    `prompts/a.md:4:19 labels[2]: expected a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', got '${long}'`,
    "prompts/a.md:4:58 labels[3]: expected a label that can be given, got 'latest', which Langfuse gives itself",
    "prompts/a.md:4:66 warning labels[4]: 'production' is read as: ramp it there; deploy gives 'candidate' instead",
    "prompts/a.md:5:1 tags: expected tags of 1 to 100 characters without blanks at their ends, got ' blank'",
    "prompts/a.md:7:3 variants.short: expected a label that one version of 'a' holds, got 'short', which the base has",
    "prompts/a.md:8:3 variants.candidate: expected a variant's name other than production, latest, candidate, got 'candidate'",
    "prompts/a.md:9:3 variants.Loud: expected a variant's name that can be a label (1 to 36 of a-z, 0-9, '_', '-' and '.'), got 'Loud'",
    "prompts/a.md:9:31 variants.Loud.labels[0]: expected a label that one version of 'a' holds, got 'ok', which the base has",
  ]);
});

test('a name is defined once, and a variant', async () => {
  const { problems } = await load({
    'a.md': text('a', 'one', 'variants: { x: { append: y } }'),
    'b.md': text('a', 'two'),
    'variants/x.md': markdown('base: a', 'three'),
  });
  expect(lines(problems)).toEqual([
    "prompts/b.md:2:1 name: expected the name 'a' once, got it also at prompts/a.md:2",
    "prompts/variants/x.md:2:1 : expected the variant 'x' of 'a' once, got it also at prompts/a.md:4",
  ]);
});

test('what is sent has a size', async () => {
  const { problems } = await load({ 'a.md': text('a', 'ü'.repeat(600_000)) });
  expect(lines(problems)).toEqual([
    expect.stringMatching(/^prompts\/a\.md:6:1 text: expected at most 1000000 bytes .*, got 12000\d\d$/u),
  ]);
});

test('variables are declared and used', async () => {
  expect(await said('variables: [name, nmae, 1x]', 'Hi {{name}},\nthe {{thing}} and the {{thing}}.')).toEqual([
    "prompts/a.md:4:19 variables[1]: expected variables that the text uses, got 'nmae', which it does not; did you mean 'name'?",
    "prompts/a.md:4:25 variables[2]: expected a variable's name of letters, digits and '_' that starts with a letter, got '1x'",
    "prompts/a.md:8:5 text: expected a variable that `variables` declares, got '{{thing}}'",
  ]);
});

test('in a chat the line is the message’s, and a variant is blamed for its own words only', async () => {
  expect(
    await said(
      'type: chat\nvariables: [name]\nvariants:\n  loud: { append: "{{volume}}" }',
      '## system\n\nBe kind.\n\nTo {{name}}, {{who}}.\n\n## user\n\nHi {{ nam }}.',
    ),
  ).toEqual([
    "prompts/a.md:7:3 variants.loud.messages[0]: expected a variable that `variables` declares, got '{{volume}}'",
    "prompts/a.md:14:14 messages[0]: expected a variable that `variables` declares, got '{{who}}'",
    "prompts/a.md:18:4 messages[1]: expected a variable that `variables` declares, got '{{nam}}'; did you mean 'name'?",
  ]);
});

test('references lead somewhere, to a text, and not in a circle', async () => {
  const to = (inside: string): string => `@@@langfusePrompt:${inside}@@@`;
  expect(
    await said(
      'external: [legal]',
      [
        to('name=b|version=2'),
        to('name=bb|version=2'),
        to('name=legal|version=1'),
        to('name=chat|version=1'),
        to('b'),
      ].join('\n'),
      {
        'b.md': text('b', 'no more'),
        'c.md': text('c', to('name=d|version=1')),
        'chat.md': markdown('name: chat\nversion: 1.0.0\ntype: chat', '## user\n\nHi.'),
        'd.md': text('d', to('name=c|version=1')),
        'e.md': text('e', to('name=e|version=1')),
      },
    ),
  ).toEqual([
    "prompts/a.md:8:1 text: expected a reference to a prompt of this folder, or to one that `external` names, got 'bb'; did you mean 'b'?",
    "prompts/a.md:10:1 text: expected a reference to a text prompt, got 'chat', whose type is chat",
    "prompts/a.md:11:1 text: expected '@@@langfusePrompt:name=NAME|label=LABEL@@@' or '…|version=NUMBER@@@', got '@@@langfusePrompt:b@@@'",
    'prompts/c.md:6:1 text: expected references that end, got the circle c → d → c',
    'prompts/d.md:6:1 text: expected references that end, got the circle d → c → d',
    'prompts/e.md:6:1 text: expected references that end, got the circle e → e',
  ]);
});

test('a label that moves under a prompt is said, and one that moves at every deploy is refused', async () => {
  const labels = ['production', 'candidate', 'latest'];
  const body = labels.map((label) => `@@@langfusePrompt:name=b|label=${label}@@@`).join('\n');
  expect(await said('', body, { 'b.md': text('b', 'text') })).toEqual([
    "prompts/a.md:6:1 warning text: when the label 'production' of 'b' moves, this prompt changes with it and nothing judges the change; a version stays",
    "prompts/a.md:7:1 text: expected a version, or a label that stays: the label 'candidate' of 'b' moves to whatever is deployed next, and changes this prompt unjudged",
    "prompts/a.md:8:1 text: expected a version, or a label that stays: the label 'latest' of 'b' moves to whatever is deployed next, and changes this prompt unjudged",
  ]);
});

test('references go four levels deep, as Langfuse resolves them', async () => {
  const chain = Object.fromEntries(
    [1, 2, 3, 4, 5].map((n) => [
      `p${n}.md`,
      text(`p${n}`, n === 5 ? 'end' : `@@@langfusePrompt:name=p${n + 1}|version=1@@@`),
    ]),
  );
  expect(lines((await load(chain)).problems)).toEqual([]);
  expect(await said('', '@@@langfusePrompt:name=p1|version=1@@@', chain)).toEqual([
    'prompts/a.md:6:1 text: expected at most 4 references inside each other, got 5',
  ]);
});

test('the app gives the variables of what is referred to as well', async () => {
  const others = { 'b.md': text('b', 'in {{language}}', 'variables: [language]') };
  expect(await said('', 'x\n@@@langfusePrompt:name=b|version=1@@@', others)).toEqual([
    "prompts/a.md:7:1 text: expected a variable that `variables` declares, got '{{language}}', which 'b' uses",
  ]);
  expect(await said('variables: [language]', '@@@langfusePrompt:name=b|version=1@@@', others)).toEqual([]);
  expect(await said('variables: [x]\nexternal: [z]', '@@@langfusePrompt:name=z|version=1@@@')).toEqual([]);
});

test('configs: likely slips are warnings, a policy is checked as the controller reads it', async () => {
  expect(
    await said(
      `extends: base
config: { modle: x, max_tokens: "5", own: 1 }
rollout:
  steps: [{ percent: 50, bake: 1h }, { percent: 10, bake: 1h }]
  guardrails: [{ metric: 'score:x', direction: higher_is_better, margn: 1 }]`,
      'Hi.',
      { 'configs/base.yaml': 'config:\n  temperature: 3' },
    ),
  ).toEqual([
    "prompts/a.md:5:11 warning config.modle: no endpoint knows 'modle'; did you mean 'model'?",
    "prompts/a.md:5:21 warning config.max_tokens: endpoints expect a whole number from 1, got '5'",
    'prompts/a.md:7:40 rollout.steps[1].percent: expected percents that rise, above 50, got 10',
    "prompts/a.md:8:66 rollout.guardrails[0].margn: expected a known key, got 'margn'; did you mean 'margin'?",
    'prompts/configs/base.yaml:2:3 warning config.temperature: endpoints expect a number from 0 to 2, got 3',
  ]);
});

test('test cases give what the prompt takes, and assert what can be asserted', async () => {
  expect(
    await said(
      `type: chat
variables: [name]
tests:
  - name: x
    variables: { nme: Ada }
    placeholders: { histori: [] }
    assert:
      - matches: '('
      - jsonSchema: { type: nothing }
      - jsonSchema: response_format
      - maxCostUsd: 1
      - judge: { prompt: 'good?', atLeast: 0.5 }
      - judge: { prompt: grader, atLeast: 0.5 }
  - name: x
    variables: { name: Ada }
    assert: []`,
      '## placeholder: history\n\n## user\n\n{{name}}',
      { 'grader.md': text('grader', '{{output}}', 'variables: [output]') },
    ),
  ).toEqual([
    "prompts/a.md:8:5 tests[0].variables: expected a value for every variable, got none for 'name'",
    "prompts/a.md:8:18 tests[0].variables.nme: expected a variable of the prompt, got 'nme'; did you mean 'name'?",
    "prompts/a.md:9:21 tests[0].placeholders.histori: expected a placeholder of the prompt, got 'histori'; did you mean 'history'?",
    'prompts/a.md:11:9 tests[0].assert[0]: expected a regular expression, got: Invalid regular expression: /(/: Unterminated group',
    expect.stringMatching(
      /^prompts\/a\.md:12:9 tests\[0\]\.assert\[1\]: expected a JSON Schema, got: schema is invalid/u,
    ),
    "prompts/a.md:13:9 tests[0].assert[2]: expected a JSON Schema, or 'response_format' where the config has one with a schema",
    'prompts/a.md:14:9 tests[0].assert[3]: expected `prices` in a config of `configs/` that the prompt extends, got none',
    "prompts/a.md:15:9 tests[0].assert[4]: expected the name of a prompt of this folder, or a text with '{{output}}', got 'good?'",
    "prompts/a.md:17:5 tests: expected test cases with names of their own, got 'x' again",
  ]);
});

test('a variable that only a variant uses is used', async () => {
  expect(await said('variables: [tone]\nvariants: { warm: { append: "Be {{tone}}." } }')).toEqual([]);
});

test('a variant of a prompt that could not be read is not blamed for it', async () => {
  const { problems } = await load({
    'a.md': text('a', 'Hi.', 'lables: []'),
    'variants/x.md': markdown('base: a', 'Hello.'),
  });
  expect(lines(problems)).toEqual([expect.stringMatching(/^prompts\/a\.md:4:1 lables: /u)]);
});
