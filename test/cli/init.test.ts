import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import packageFile from '../../package.json';
import { commitAll, git, newRepository, testWithGit } from '../prompts/git-repository';
import { newFolder, removeFolders, writeFiles } from '../prompts/prompts-folder';
import { rampart } from './test-io';

afterAll(removeFolders);

const HOOK = '.git/hooks/pre-commit';
const read = (top: string, file: string): string => readFileSync(join(top, file), 'utf8');

async function init(cwd: string, ...options: string[]): Promise<[file: string, outcome: string, note: string][]> {
  const { exit, out } = await rampart({ cwd }, 'init', '--json', ...options);
  expect(exit).toBe(0);
  const { steps } = JSON.parse(out) as { steps: { file: string; outcome: string; note: string }[] };
  return steps.map(({ file, outcome, note }) => [file, outcome, note]);
}

testWithGit(
  'a new repository gets an example that is valid, the hook and the workflow; again, nothing changes',
  async () => {
    const top = newRepository();
    expect(await init(top)).toEqual([
      ['prompts/configs/default.yaml', 'written', ''],
      ['prompts/greeting.md', 'written', ''],
      ['prompts/prompts.lock.json', 'written', ''],
      [HOOK, 'written', ''],
      ['.github/workflows/prompts.yml', 'written', ''],
    ]);
    expect(await rampart({ cwd: top }, 'validate', '--strict')).toMatchObject({ exit: 0 });
    expect(statSync(join(top, HOOK)).mode & 0o777).toBe(0o755);
    const before = [HOOK, '.github/workflows/prompts.yml', 'prompts/greeting.md'].map((file) => read(top, file));
    expect((await init(top)).map(([, outcome]) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect([HOOK, '.github/workflows/prompts.yml', 'prompts/greeting.md'].map((file) => read(top, file))).toEqual(
      before,
    );
  },
);

test('for people: what became of each file, and what comes next', async () => {
  const { out } = await rampart({ cwd: newFolder() }, 'init');
  expect(out).toMatch(/^written {2}prompts\/configs\/default\.yaml\n/u);
  expect(out).toContain('skipped  pre-commit hook                this is no git repository\n');
  expect(out).toContain('rampart validate --write');
});

testWithGit('what npx runs is this version, another package, or what the repository installs', async () => {
  const top = newRepository();
  await init(top, '--no-workflow');
  expect(read(top, HOOK)).toContain(`npx --yes --package=rampart@${packageFile.version} rampart validate --staged`);
  expect(existsSync(join(top, '.github'))).toBe(false);
  expect(await init(top, '--no-workflow', '--package', '@acme/rampart@1.2.3')).toContainEqual([HOOK, 'updated', '']);
  expect(read(top, HOOK)).toContain('--package=@acme/rampart@1.2.3 rampart');
  writeFiles({ 'package.json': '{ "devDependencies": { "rampart": "1.0.0" } }', 'package-lock.json': '{}' }, top);
  await init(top);
  expect(read(top, HOOK)).toContain('(npx --no-install rampart validate --staged)');
  expect(read(top, '.github/workflows/prompts.yml')).toContain('run: npm ci');
  const refused = await rampart({ cwd: top }, 'init', '--package', 'a; b');
  expect(refused).toMatchObject({ exit: 2, err: expect.stringContaining('--package: expected what npm installs') });
});

testWithGit('a hook that is there keeps its lines and its mode', async () => {
  const top = newRepository();
  const own = '#!/usr/bin/env bash\nset -e\nmake lint\nexit 0\n';
  writeFiles({ [HOOK]: own }, top);
  chmodSync(join(top, HOOK), 0o700);
  expect(await init(top, '--no-workflow')).toContainEqual([HOOK, 'added', '']);
  const text = read(top, HOOK);
  expect(text.split('\n')[0]).toBe('#!/usr/bin/env bash');
  expect(text.indexOf('rampart validate')).toBeLessThan(text.indexOf('make lint'));
  expect(text.replace(/# >>> rampart[^]*# <<< rampart\n/u, '')).toBe(own);
  expect(statSync(join(top, HOOK)).mode & 0o777).toBe(0o700);
  expect(await init(top, '--no-workflow')).toContainEqual([HOOK, 'unchanged', '']);
});

testWithGit('a hook in another language is left alone, and the lines to run are said', async () => {
  const top = newRepository();
  writeFiles({ [HOOK]: '#!/usr/bin/env python3\nprint("hi")\n' }, top);
  const step = (await init(top, '--no-workflow')).find(([file]) => file === HOOK)!;
  expect(step[1]).toBe('skipped');
  expect(step[2]).toContain("it is no shell script ('#!/usr/bin/env python3'); let it run:\n# >>> rampart");
  expect(read(top, HOOK)).toBe('#!/usr/bin/env python3\nprint("hi")\n');
});

testWithGit('core.hooksPath is respected: inside the repository, as husky has it, and not beyond it', async () => {
  const top = newRepository();
  git(top, ['config', 'core.hooksPath', 'tools/hooks']);
  expect(await init(top, '--no-workflow')).toContainEqual(['tools/hooks/pre-commit', 'written', '']);
  git(top, ['config', 'core.hooksPath', '.husky/_']);
  expect(await init(top, '--no-workflow')).toContainEqual(['.husky/pre-commit', 'written', '']);
  const elsewhere = newFolder();
  git(top, ['config', 'core.hooksPath', elsewhere]);
  const step = (await init(top, '--no-workflow')).at(-1)!;
  expect(step.slice(1)).toEqual([
    'skipped',
    expect.stringContaining('core.hooksPath is outside this repository; add there:'),
  ]);
  expect(existsSync(join(elsewhere, 'pre-commit'))).toBe(false);
});

testWithGit('the package that was said once is kept by the hook, until another is said', async () => {
  const top = newRepository();
  await init(top, '--package', './rampart-1.0.0.tgz', '--no-workflow');
  expect((await init(top, '--no-workflow')).at(-1)).toEqual([HOOK, 'unchanged', '']);
  expect(read(top, HOOK)).toContain('npx --yes --package=./rampart-1.0.0.tgz rampart validate');
  expect((await init(top, '--package', 'rampart@0.0.1', '--no-workflow')).at(-1)).toEqual([HOOK, 'updated', '']);
  expect((await init(top, '--no-workflow')).at(-1)).toEqual([HOOK, 'updated', '']);
  expect(read(top, HOOK)).toContain(`--package=rampart@${packageFile.version} rampart`);
});

testWithGit('a changed workflow is kept', async () => {
  const top = newRepository();
  await init(top);
  writeFileSync(join(top, '.github/workflows/prompts.yml'), 'mine\n');
  expect(await init(top)).toContainEqual([
    '.github/workflows/prompts.yml',
    'unchanged',
    'it has been changed; delete it to have it written anew',
  ]);
  expect(read(top, '.github/workflows/prompts.yml')).toBe('mine\n');
});

testWithGit.each([['.'], ['../elsewhere'], ['/tmp/elsewhere']])('--prompts %s is refused', async (folder) => {
  const { exit, err } = await rampart({ cwd: newRepository() }, 'init', '--prompts', folder);
  expect({ exit, err }).toEqual({
    exit: 2,
    err: expect.stringContaining('--prompts: expected a folder below this one'),
  });
});

/** A folder with an `npx` that runs this repository's `rampart`, for the PATH. */
function npxFolder(): string {
  const folder = newFolder();
  const bin = join(__dirname, '..', '..', 'bin', 'rampart.mjs');
  writeFileSync(
    join(folder, 'npx'),
    `#!/bin/sh\nwhile [ "$1" != rampart ]; do shift; done\nshift\nexec "${process.execPath}" "${bin}" "$@"\n`,
    { mode: 0o755 },
  );
  return folder;
}

/** Tries a commit through the hook: `committed`, or what was said instead. */
function tryCommit(folder: string, args: readonly string[]): string {
  const env = { PATH: `${npxFolder()}${delimiter}${process.env['PATH']}` };
  try {
    git(folder, ['commit', '-qm', 'Another', ...args], env);
    return 'committed';
  } catch (error) {
    return String((error as { stdout: unknown }).stdout) + String((error as { stderr: unknown }).stderr);
  }
}

/** A repository with an app in a folder of its own, whose prompts are committed. */
async function repositoryOfAnApp(): Promise<{ top: string; app: string }> {
  const top = newRepository();
  const app = join(top, 'apps/my bot');
  mkdirSync(app, { recursive: true });
  await init(app);
  commitAll(top);
  return { top, app };
}

const TOO_LOW =
  'prompts/greeting.md:3:1 error version: expected version 1.0.1 or higher for a changed content since HEAD, got 1.0.0';

testWithGit('the hook stops a commit of what is staged and wrong, and no other', async () => {
  const { app } = await repositoryOfAnApp();
  const prompt = read(app, 'prompts/greeting.md');
  writeFileSync(join(app, 'prompts/greeting.md'), prompt.replace('friendly', 'kind'));
  writeFiles({ 'notes.txt': 'x' }, app);
  git(app, ['add', 'notes.txt']);
  expect(tryCommit(app, [])).toBe('committed');
  const stopped = tryCommit(app, ['-a']);
  expect(stopped).toContain(TOO_LOW);
  expect(stopped).toContain('The prompts are not committed');
  writeFileSync(join(app, 'prompts/greeting.md'), prompt.replace('friendly', 'kind').replace('1.0.0', '1.0.1'));
  await rampart({ cwd: app }, 'validate', '--write');
  expect(tryCommit(app, ['-a'])).toBe('committed');
});

testWithGit('the hook works in a linked worktree, where git tells it GIT_DIR', async () => {
  const { top } = await repositoryOfAnApp();
  const other = join(newFolder(), 'other');
  git(top, ['worktree', 'add', '-q', other]);
  const app = join(other, 'apps/my bot');
  const prompt = read(app, 'prompts/greeting.md');
  writeFileSync(join(app, 'prompts/greeting.md'), prompt.replace('friendly', 'kind'));
  expect(tryCommit(app, ['-a'])).toContain(TOO_LOW);
  writeFileSync(join(app, 'prompts/greeting.md'), prompt.replace('friendly', 'kind').replace('1.0.0', '1.0.1'));
  await rampart({ cwd: app }, 'validate', '--write');
  expect(tryCommit(app, ['-a'])).toBe('committed');
});

testWithGit('the hook lets the prompts folder be removed', async () => {
  const { app } = await repositoryOfAnApp();
  git(app, ['rm', '-rq', 'prompts']);
  expect(existsSync(join(app, 'prompts'))).toBe(false);
  mkdirSync(app, { recursive: true });
  expect(tryCommit(app, [])).toBe('committed');
});
