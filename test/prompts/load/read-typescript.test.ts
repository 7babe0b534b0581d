import { lines, load, markdown, removeFolders } from '../prompts-folder';

afterAll(removeFolders);

const GREETING = `import { definePrompt } from 'rampart/prompts';

interface Tone { word: string }
const tone: Tone = { word: 'kind' };
console.log('printed by a prompt');

export const greeting = definePrompt({
  name: 'greeting', // { not this }
  version: '1.0.0',
  type: 'chat',
  variables: ['name'],
  messages: [
    { role: 'system', content: \`Be \${tone.word}.\` },
    { role: 'user', content: 'Hi {{name}}.' },
  ],
  variants: { 'very-short': { append: 'Be brief.' } },
  tests: [{ name: 'greets', variables: { name: 'Ada' }, assert: [{ matches: /hi, {2}[/"]/i }] }],
});
`;

test('TypeScript and Markdown say the same thing', async () => {
  const typescript = await load({ 'greeting.prompt.ts': GREETING });
  const text = await load({
    'greeting.md': markdown(
      `name: greeting
version: 1.0.0
type: chat
variables: [name]
variants: { very-short: { append: Be brief. } }
tests: [{ name: greets, variables: { name: Ada }, assert: [{ matches: { pattern: 'hi, {2}[/"]', flags: i } }] }]`,
      '## system\n\nBe kind.\n\n## user\n\nHi {{name}}.',
    ),
  });
  expect(lines(typescript.problems)).toEqual([]);
  const withoutPlaces = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, part: unknown) => (key === 'source' || key === 'place' ? undefined : part)));
  expect(withoutPlaces(typescript.definitions)).toEqual(withoutPlaces(text.definitions));
  expect(typescript.definitions.map(({ source }) => source)).toEqual([
    { file: 'prompts/greeting.prompt.ts', line: 8, column: 3 },
    { file: 'prompts/greeting.prompt.ts', line: 16, column: 15 },
  ]);
});

test('prompts can be made by functions, several in a file, in a module package too', async () => {
  const { definitions, problems } = await load({
    'package.json': '{ "type": "module" }',
    'shared.ts': `import { definePrompt } from 'rampart/prompts';
export const make = (name: string) => definePrompt({ name, version: '1.0.0', text: await1 });
const await1 = 'Hello.';`,
    'many.prompt.ts': `import { make } from './shared';
for (const name of ['a', 'b']) make(name);`,
  });
  expect(lines(problems)).toEqual([]);
  expect(definitions.map(({ name, source }) => [name, source.file, source.line])).toEqual([
    ['a', 'prompts/many.prompt.ts', 2],
    ['b', 'prompts/many.prompt.ts', 2],
  ]);
});

test('what is wrong in TypeScript has its place, and does not stop the other files', async () => {
  const { definitions, problems } = await load({
    'a.prompt.ts': 'const a = ;',
    'b.prompt.ts': "\nconst b = JSON.parse('{');",
    'c.prompt.ts': 'export const nothing = 1;',
    'd.prompt.ts': `import { definePrompt } from 'rampart/prompts';
definePrompt({
  name: 'd', version: '1.0', text: 'x',
  tests: [
    { name: 'x', assert: [{ contains: 'a' }, { contians: 'b' }] },
  ],
} as never);`,
    'e.prompt.ts': `import { definePrompt } from 'rampart/prompts';
definePrompt({ name: 'e', version: '1.0.0', text: 'x', config: { model: () => 'y' } });`,
    'f.prompt.ts': GREETING,
    'z.prompt.ts': 'process.exit(0);',
  });
  expect(lines(problems)).toEqual([
    'prompts/a.prompt.ts:1:10 : expected the file to run, got: Unexpected ";"',
    expect.stringMatching(/^prompts\/b\.prompt\.ts:2:1\d : expected the file to run, got: .*JSON/u),
    'prompts/c.prompt.ts:1:1 : expected a call of definePrompt, got none',
    "prompts/d.prompt.ts:3:14 version: expected a version MAJOR.MINOR.PATCH such as '1.2.0', got '1.0'",
    "prompts/d.prompt.ts:5:48 tests[0].assert[1].contians: expected a known key, got 'contians'; did you mean 'contains'?",
    'prompts/e.prompt.ts:2:1 : expected plain data, got a function as model',
    'prompts/z.prompt.ts:1:1 : expected the file to run to its end, got the end of the process with code 0',
  ]);
  expect(definitions.map(({ name }) => name)).toEqual(['greeting', 'greeting']);
});

test('calls from deep within and large texts are no trouble', async () => {
  const { definitions, problems } = await load({
    'deep.prompt.ts': `import { definePrompt } from 'rampart/prompts';
const deep = (n: number): void => {
  if (n > 0) deep(n - 1);
  else for (const name of ['a', 'b', 'c']) definePrompt({ name, version: '1.0.0', text: 'ü'.repeat(400_000) });
};
deep(50);
setImmediate(() => definePrompt({ name: 'late', version: '1.0.0', text: 'x' }));
await new Promise((resolve) => setImmediate(resolve));
export {};`,
    'package.json': '{ "type": "module" }',
  });
  expect(lines(problems)).toEqual([]);
  expect(definitions.map(({ name, source }) => [name, source.line])).toEqual([
    ['a', 4],
    ['b', 4],
    ['c', 4],
    ['late', 7],
  ]);
});
