import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { git, gitTop } from '../lock/git';
import { LOCK_FILE, lockOf, lockText } from '../lock/lock-file';
import { slashed } from '../load/list-files';
import { loadPrompts } from '../load/load-prompts';
import { writeWhole } from '../write-file';
import { EXAMPLE_FILES } from './example';
import { hookBlock, packageIn, planHook, type HookCommand } from './hook';
import { WORKFLOW_FILE, workflowText } from './workflow';

/** What `rampart init` sets up. */
export interface InitOptions {
  /** Folder of the app. */
  folder: string;
  /** The prompts folder, from there. */
  prompts: string;
  /** The package that `npx` runs where the repository does not install it, such as `rampart@1.2.3`; null = nobody said. */
  package: string | null;
  /** That package where nobody said: the version that runs. */
  ownPackage: string;
  hook: boolean;
  workflow: boolean;
}

/** What became of one thing. */
export interface InitStep {
  /** Path relative to the folder. */
  file: string;
  outcome: 'written' | 'added' | 'updated' | 'unchanged' | 'skipped';
  /** Why, and what a person can do; '' when nothing has to be said. */
  note: string;
}

/** Writes what is missing, changes nothing that is there but our own part of the hook; again, it changes nothing. */
export async function initPrompts(options: InitOptions): Promise<InitStep[]> {
  const top = gitTop(options.folder);
  const runner = runnerOf(options, top);
  const steps = await writeExample(options);
  if (options.hook)
    steps.push(
      top === null ? skipped('pre-commit hook', 'this is no git repository') : writeHook(options, top, runner.rampart),
    );
  if (options.workflow) steps.push(writeWorkflow(options, top ?? options.folder, runner));
  return steps;
}

/** `npx` runs what the repository installs, or the package by its exact name and version. */
function runnerOf(options: InitOptions, top: string | null): { rampart: string; isInstalled: boolean } {
  const { folder } = options;
  const isInstalled = existsSync(join(folder, 'package-lock.json')) && dependsOnRampart(join(folder, 'package.json'));
  if (isInstalled) return { isInstalled, rampart: 'npx --no-install rampart' };
  const spec = options.package ?? (top === null ? null : keptPackage(folder)) ?? options.ownPackage;
  return { isInstalled, rampart: `npx --yes --package=${spec} rampart` };
}

/** What an earlier `init --package` put into the hook; null when it is a version of `rampart`, which the one that runs replaces. */
function keptPackage(folder: string): string | null {
  const path = hookPath(folder);
  const spec = existsSync(path) ? packageIn(readFileSync(path, 'utf8')) : null;
  return spec === null || /^rampart@\d[\w.-]*$/u.test(spec) ? null : spec;
}

function dependsOnRampart(file: string): boolean {
  try {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Record<string, object | undefined>;
    return ['dependencies', 'devDependencies'].some((key) => 'rampart' in (parsed[key] ?? {}));
  } catch {
    return false;
  }
}

async function writeExample({ folder, prompts }: InitOptions): Promise<InitStep[]> {
  const target = resolve(folder, prompts);
  if (existsSync(target)) return [{ file: `${prompts}/`, outcome: 'unchanged', note: 'it is there' }];
  for (const [file, text] of Object.entries(EXAMPLE_FILES)) writeWhole(join(target, file), text);
  const { definitions } = await loadPrompts(target, folder);
  writeWhole(join(target, LOCK_FILE), lockText(lockOf(definitions)));
  return [...Object.keys(EXAMPLE_FILES), LOCK_FILE].map((file) => ({
    file: `${prompts}/${file}`,
    outcome: 'written',
    note: '',
  }));
}

function writeHook({ folder, prompts }: InitOptions, top: string, rampart: string): InitStep {
  const path = hookPath(folder);
  const file = slashed(relative(folder, path));
  const command: HookCommand = { rampart, prompts, prefix: git(folder, ['rev-parse', '--show-prefix'])!.trim() };
  const common = resolve(folder, git(folder, ['rev-parse', '--git-common-dir'])!.trim());
  if (![top, common].some((parent) => isInside(parent, path))) {
    return skipped(file, `core.hooksPath is outside this repository; add there:\n${hookBlock(command)}`);
  }
  const plan = planHook(existsSync(path) ? readFileSync(path, 'utf8') : null, command);
  switch (plan.kind) {
    case 'unchanged':
      return { file, outcome: 'unchanged', note: '' };
    case 'refused':
      return skipped(file, `${plan.reason}; let it run:\n${hookBlock(command)}`);
    case 'write':
      writeWhole(path, plan.text, { mode: 0o755 });
      return { file, outcome: plan.how === 'new' ? 'written' : plan.how, note: executableNote(path) };
  }
}

/** Husky keeps generated hooks in `.husky/_` that run those of the same name beside that folder. */
function hookPath(folder: string): string {
  const path = resolve(folder, git(folder, ['rev-parse', '--git-path', 'hooks/pre-commit'])!.trim());
  const hooks = dirname(path);
  return basename(hooks) === '_' && basename(dirname(hooks)) === '.husky' ? join(dirname(hooks), 'pre-commit') : path;
}

function executableNote(path: string): string {
  const isHusky = basename(dirname(path)) === '.husky';
  const isExecutable = (statSync(path).mode & 0o111) !== 0;
  return isExecutable || isHusky ? '' : 'git does not run it: it is not executable';
}

function writeWorkflow(
  { folder, prompts }: InitOptions,
  top: string,
  runner: { rampart: string; isInstalled: boolean },
): InitStep {
  const path = join(top, WORKFLOW_FILE);
  const prefix = git(folder, ['rev-parse', '--show-prefix'])?.trim() ?? '';
  const text = workflowText({ ...runner, prefix, prompts, branch: mainBranch(folder) });
  const file = slashed(relative(folder, path));
  if (!existsSync(path)) {
    writeWhole(path, text);
    return { file, outcome: 'written', note: '' };
  }
  const note = readFileSync(path, 'utf8') === text ? '' : 'it has been changed; delete it to have it written anew';
  return { file, outcome: 'unchanged', note };
}

/** What the remote calls its main branch, else `master` where that is checked out, else `main`. */
function mainBranch(folder: string): string {
  const remote = git(folder, ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD'])
    ?.trim()
    .replace(/^origin\//u, '');
  const current = git(folder, ['symbolic-ref', '--short', 'HEAD'])?.trim();
  return remote ?? (current === 'master' ? 'master' : 'main');
}

function isInside(parent: string, path: string): boolean {
  const way = relative(parent, path);
  return way !== '' && !way.startsWith('..') && resolve(parent, way) === path;
}

function skipped(file: string, note: string): InitStep {
  return { file, outcome: 'skipped', note };
}
