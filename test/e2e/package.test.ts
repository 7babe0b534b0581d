import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import packageFile from '../../package.json';
import { git, newRepository, testWithGit } from '../prompts/git-repository';
import { markdown, newFolder, removeFolders, writeFiles } from '../prompts/prompts-folder';

const root = join(__dirname, '..', '..');
let installed: string;

/** Packs a copy of the sources (the build writes beside them) and lays the package beside what it depends on, and nothing else. */
beforeAll(() => {
  const copy = newFolder();
  const names = [
    'tsconfig.json',
    'tsconfig.package.json',
    'package.json',
    'README.md',
    'scripts',
    ...packageFile.files,
  ];
  for (const name of names)
    if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const packed = execFileSync('npm', ['pack', '--json', '--foreground-scripts=false'], { cwd: copy, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
  installed = newFolder();
  const modules = join(installed, 'node_modules');
  mkdirSync(join(modules, 'rampart'), { recursive: true });
  execFileSync('tar', ['-xzf', join(copy, filename), '--strip-components=1', '-C', join(modules, 'rampart')]);
  for (const name of dependencies()) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
}, 120_000);

afterAll(removeFolders);

/** What npm would put beside the package: nothing that only a checkout needs. */
function dependencies(): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean; peer?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => /^node_modules\/(?:@[^/]+\/)?[^/]+$/u.test(path) && !dev && !devOptional)
    .map(([path]) => path.slice('node_modules/'.length))
    .filter((name) => existsSync(join(root, 'node_modules', name)));
}

function rampart(cwd: string, ...argv: string[]): { exit: number | null; out: string; err: string } {
  const bin = join(installed, 'node_modules', 'rampart', packageFile.bin.rampart);
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], { cwd, encoding: 'utf8' });
  return { exit: status, out: stdout, err: stderr };
}

test('the installed command runs, without the packages of CDK', () => {
  expect(existsSync(join(installed, 'node_modules', 'aws-cdk-lib'))).toBe(false);
  expect(rampart(installed, '--version')).toEqual({ exit: 0, out: `${packageFile.version}\n`, err: '' });
});

testWithGit('a repository whose app is in Python: init, a text prompt, validate and test, and no package.json', () => {
  const top = newRepository();
  writeFiles({ 'requirements.txt': 'langfuse\n', 'app.py': 'print("hi")\n' }, top);
  expect(rampart(top, 'init')).toMatchObject({ exit: 0, err: '' });
  writeFiles(
    {
      'prompts/a.md': markdown(
        'name: a\nversion: 1.0.0\nconfig: { model: m }\ntests: [{ name: x, assert: [{ contains: Hi }] }]',
        'Say hi.',
      ),
    },
    top,
  );
  expect(rampart(top, 'validate', '--write')).toEqual({
    exit: 0,
    err: '',
    out: '2 prompts: nothing wrong; versions have nothing to be compared with yet\nprompts.lock.json written; commit it with the prompts\n',
  });
  writeFiles({ 'answers.yaml': 'answers: [{ answer: Hi! }]' }, top);
  expect(rampart(top, 'test', 'a', '--stand-in', 'answers.yaml')).toMatchObject({ exit: 0, err: '' });
  expect(git(top, ['status', '--short', '--untracked-files=all']).includes('package.json')).toBe(false);
});

test('TypeScript prompts run where nothing but the package is installed', () => {
  const top = writeFiles({
    'prompts/a.prompt.ts': `import { definePrompt } from 'rampart/prompts';
const text: string = 'Hi.';
definePrompt({ name: 'a', version: '1.0.0', text });`,
  });
  expect(rampart(top, 'validate', '--write')).toMatchObject({ exit: 0, err: '' });
});

test('definePrompt is there for import and for require, with its types', () => {
  const own = join(installed, 'node_modules', 'rampart');
  const run = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: installed, encoding: 'utf8' });
  const print = "console.log(definePrompt({ name: 'a' }).name)";
  expect(run('--input-type=module', '-e', `import { definePrompt } from 'rampart/prompts'; ${print}`)).toBe('a\n');
  expect(run('-e', `const { definePrompt } = require('rampart/prompts'); ${print}`)).toBe('a\n');
  for (const types of ['prompts.d.mts', 'prompts.d.cts']) expect(existsSync(join(own, 'dist', types))).toBe(true);
});
