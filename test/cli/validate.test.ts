import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll, git, newRepository, testWithGit } from '../prompts/git-repository';
import { markdown, newFolder, removeFolders, writeFiles } from '../prompts/prompts-folder';
import { rampart, type Ended } from './test-io';

afterAll(removeFolders);

const LOCK = 'prompts/prompts.lock.json';

/** A repository whose prompt and lock are committed. */
async function repository(prompt: string): Promise<string> {
  const top = writeFiles({ 'prompts/a.md': prompt }, newRepository());
  expect((await rampart({ cwd: top }, 'validate', '--write')).exit).toBe(0);
  commitAll(top);
  return top;
}

const greeting = (version: string, body: string, front = ''): string =>
  markdown(`name: a\nversion: ${version}\n${front}`, body);

/** Puts another prompt there and validates. */
async function changed(top: string, prompt: string, ...options: string[]): Promise<Ended> {
  writeFileSync(join(top, 'prompts/a.md'), prompt);
  return rampart({ cwd: top }, 'validate', ...options);
}

test('problems are lines that lead to their places, on stdout, with code 1', async () => {
  const top = writeFiles({
    'prompts/a.md': greeting('1.0.0', 'Hi {{name}}, {{{name}}}.', 'variables: [name]\nlabels: [Bad]'),
  });
  expect(await rampart({ cwd: top }, 'validate')).toEqual({
    exit: 1,
    err: '',
    out: `prompts/a.md:5:10 error labels[0]: expected a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', got 'Bad'
prompts/a.md:8:14 warning text: expected '{{name}}', got '{{{name}}}', which works with Langfuse's JavaScript client only
1 prompt: 1 error, 1 warning; versions have nothing to be compared with yet
`,
  });
});

test('for programs: one object with everything', async () => {
  const top = writeFiles({
    'prompts/a.md': greeting('1.0.0', 'Hi.', 'variants: { short: { append: x } }\nlabels: [Bad]'),
  });
  const { exit, out } = await rampart({ cwd: top }, 'validate', '--json');
  expect({ exit, ...(JSON.parse(out) as object) }).toEqual({
    exit: 1,
    ok: false,
    prompts: 1,
    variants: 1,
    against: null,
    written: false,
    problems: [
      {
        file: 'prompts/a.md',
        line: 5,
        column: 10,
        path: 'labels[0]',
        severity: 'error',
        message: "expected a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', got 'Bad'",
      },
    ],
  });
});

test('warnings fail with --strict only', async () => {
  const top = writeFiles({ 'prompts/a.md': greeting('1.0.0', 'Hi.', 'labels: [production]') });
  expect((await rampart({ cwd: top }, 'validate', '--write')).exit).toBe(0);
  expect((await rampart({ cwd: top }, 'validate')).exit).toBe(0);
  expect((await rampart({ cwd: top }, 'validate', '--strict')).exit).toBe(1);
});

test('in GitHub Actions problems are shown in the changed files', async () => {
  const top = writeFiles({ 'prompts/a,b.md': greeting('1.0.0', 'Hi.', 'labels: ["100%\\n"]') });
  const { out } = await rampart({ cwd: top, env: { GITHUB_ACTIONS: 'true' } }, 'validate');
  expect(out).toContain(
    "::error file=prompts/a%2Cb.md,line=4,col=10::labels[0]: expected a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', got '100%25\\n'\n",
  );
});

testWithGit.each([
  ['1.2.3', 'Hi there {{name}}.', 'expected version 1.2.4 or higher for a changed content since HEAD, got 1.2.3'],
  ['1.2.2', 'Hi {{name}}.', 'expected version 1.2.3 of HEAD or a higher one, got 1.2.2'],
  [
    '1.3.0',
    'Hi {{name}} and {{other}}.',
    "expected version 2.0.0 or higher for the new variable 'other' since HEAD, got 1.3.0",
  ],
  ['1.9.0', 'Hi.', "expected version 2.0.0 or higher for the removed variable 'name' since HEAD, got 1.9.0"],
])('version %s with %j is refused', async (version, body, message) => {
  const top = await repository(greeting('1.2.3', 'Hi {{name}}.', 'variables: [name]'));
  const names = ['name', 'other'].filter((name) => body.includes(`{{${name}}}`));
  const { exit, out } = await changed(top, greeting(version, body, `variables: [${names.join(', ')}]`), '--write');
  expect({ exit, first: out.split('\n')[0] }).toEqual({ exit: 1, first: `prompts/a.md:3:1 error version: ${message}` });
});

test('in GitHub Actions the place is told from the workspace, where the app is in a folder of its own', async () => {
  const top = writeFiles({ 'apps/my bot/prompts/a.md': greeting('1.0.0', 'Hi.', 'labels: [Bad]') });
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: top };
  const { out } = await rampart({ cwd: join(top, 'apps/my bot'), env }, 'validate');
  expect(out).toMatch(/^prompts\/a\.md:4:10 error/u);
  expect(out).toContain('::error file=apps/my bot/prompts/a.md,line=4,col=10::labels[0]: ');
});

testWithGit(
  'an output format, a type and a placeholder are what an app relies on; below 1.0.0 a minor version tells',
  async () => {
    const chat = (version: string, front: string, body: string): string =>
      greeting(version, body, `type: chat\n${front}`);
    const top = await repository(greeting('0.1.5', 'Hi.', 'config: { response_format: { type: text } }'));
    const { out } = await changed(top, chat('0.1.6', '', '## placeholder: history'));
    expect(out).toContain(
      "expected version 0.2.0 or higher for the type that was text, the new placeholder 'history', a changed output format since HEAD, got 0.1.6",
    );
    expect((await changed(top, chat('0.2.0', '', '## placeholder: history'), '--write')).exit).toBe(0);
  },
);

testWithGit('a bumped version is fine, and the lock has to follow it', async () => {
  const top = await repository(greeting('1.0.0', 'Hi.'));
  const next = greeting('1.0.1', 'Hello.');
  const stale = await changed(top, next);
  expect(stale.exit).toBe(1);
  expect(stale.out).toContain(
    `${LOCK}:1:1 error expected the lock of these prompts, got an older one; \`rampart validate --write\` writes it`,
  );
  const wrote = await changed(top, next, '--write');
  expect(wrote).toMatchObject({ exit: 0, out: expect.stringContaining('prompts.lock.json written') });
  expect(await changed(top, next, '--write')).toMatchObject({
    exit: 0,
    out: '1 prompt: nothing wrong; versions compared with HEAD\n',
  });
  commitAll(top);
  // The commit before it still has the old text: nothing hides in two commits.
  const twice = await changed(top, greeting('1.0.1', 'Good day.'), '--against', 'HEAD~1', '--write');
  expect(twice.exit).toBe(0);
  expect((await changed(top, greeting('1.0.0', 'Good day.'), '--against', 'HEAD~1')).out).toContain(
    'expected version 1.0.1 or higher for a changed content since HEAD~1, got 1.0.0',
  );
});

testWithGit('a variant follows its base, and has a version of its own where it says so', async () => {
  const variants = (version: string, words: string): string =>
    `variants:\n  short: { append: x }\n  long: { version: ${version}, append: ${words} }`;
  const top = await repository(greeting('1.0.0', 'Hi.', variants('1.4.0', 'y')));
  const { out } = await changed(top, greeting('1.0.0', 'Hello.', variants('1.4.0', 'y')));
  expect(out.split('\n').slice(0, 2)).toEqual([
    'prompts/a.md:3:1 error version: expected version 1.0.1 or higher for a changed content since HEAD, got 1.0.0',
    'prompts/a.md:6:11 error variants.long.version: expected version 1.4.1 or higher for a changed content since HEAD, got 1.4.0',
  ]);
  expect((await changed(top, greeting('1.0.0', 'Hi.', variants('1.4.1', 'z')), '--write')).exit).toBe(0);
});

test('without git the lock on disk is what is compared with', async () => {
  const top = writeFiles({ 'prompts/a.md': greeting('1.0.0', 'Hi.') });
  await rampart({ cwd: top }, 'validate', '--write');
  expect((await changed(top, greeting('1.0.0', 'Hello.'), '--write')).out).toContain(
    'expected version 1.0.1 or higher for a changed content since prompts.lock.json, got 1.0.0',
  );
});

testWithGit('what is staged is what counts, whatever is on disk beside it', async () => {
  const top = await repository(greeting('1.0.0', 'Hi.'));
  writeFiles(
    {
      'prompts/b.prompt.ts':
        "import { text } from '../shared/text';\nimport { definePrompt } from 'rampart/prompts';\ndefinePrompt({ name: 'b', version: '1.0.0', text });",
      'shared/text.ts': "export const text = 'Shared.';",
    },
    top,
  );
  await changed(top, greeting('1.0.1', 'Hello.'), '--write');
  git(top, ['add', '-A']);
  expect((await changed(top, 'broken', '--staged')).out).toBe(
    '2 prompts: nothing wrong; versions compared with HEAD\n',
  );
  git(top, ['add', '-A']);
  const { exit, out } = await changed(top, greeting('1.0.1', 'Hello.'), '--staged');
  expect({ exit, first: out.split(' got')[0] }).toEqual({
    exit: 1,
    first: "prompts/a.md:1:1 error expected front matter between two lines '---' at the start of the file,",
  });
  expect(readdirSync(join(top, '.git')).filter((name) => name.startsWith('rampart'))).toEqual([]);
});

testWithGit('a lock with a conflict in it is said, and written anew', async () => {
  const top = await repository(greeting('1.0.0', 'Hi.'));
  writeFileSync(join(top, LOCK), '<<<<<<< HEAD\n');
  expect((await rampart({ cwd: top }, 'validate')).out).toContain(
    `${LOCK}:1:1 error expected the lock of these prompts, got expected JSON`,
  );
  expect((await rampart({ cwd: top }, 'validate', '--write')).exit).toBe(0);
  expect(JSON.parse(readFileSync(join(top, LOCK), 'utf8'))).toMatchObject({
    schema: 1,
    prompts: { a: { base: { version: '1.0.0', variables: [], output: null } } },
  });
});

testWithGit.each([
  [['validate', '--against', 'nowhere'], 3, "--against: expected a commit of this repository, got 'nowhere'"],
  [
    ['validate', '--staged', '--prompts', 'elsewhere'],
    3,
    expect.stringMatching(/^--staged: expected a folder of prompts, got .*elsewhere$/u),
  ],
  [['validate', '--staged', '--write'], 2, '--write: expected no --staged beside it'],
  [
    ['validate', '--prompts', 'elsewhere'],
    3,
    expect.stringMatching(/elsewhere: expected a folder of prompts, got ENOENT$/u),
  ],
])('%j ends with code %i', async (argv, exit, message) => {
  const top = await repository(greeting('1.0.0', 'Hi.'));
  const ended = await rampart({ cwd: top }, ...argv);
  expect({ exit: ended.exit, first: ended.err.split('\n')[0]!.replace('rampart: ', '') }).toEqual({
    exit,
    first: message,
  });
});

test('--staged needs git', async () => {
  const top = writeFiles({ 'prompts/a.md': greeting('1.0.0', 'Hi.') }, newFolder());
  const ended = await rampart({ cwd: top }, 'validate', '--staged');
  expect(ended).toMatchObject({ exit: 3, err: expect.stringContaining('--staged: expected a git repository') });
});
