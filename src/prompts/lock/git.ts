import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { RampartError } from '../../core/errors';
import { nearestOnDisk } from '../nearest-on-disk';

/** Runs git in a folder; null when it ends with a failure, is not installed, or the folder is in no repository. */
export function git(folder: string, args: readonly string[], input = ''): string | null {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      input,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: findingItsOwn(process.env),
    });
  } catch {
    return null;
  }
}

/**
 * In a hook of a linked worktree or a submodule git sets GIT_DIR alone, which makes it take whatever folder it runs in for the
 * top of the working tree. Without it, it finds the repository of the folder; a pair of GIT_DIR and GIT_WORK_TREE is kept.
 */
function findingItsOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GIT_DIR, ...rest } = env;
  return GIT_DIR === undefined || env['GIT_WORK_TREE'] !== undefined ? env : rest;
}

/** The repository's top folder; null where there is no git. */
export function gitTop(folder: string): string | null {
  return git(folder, ['rev-parse', '--show-toplevel'])?.trim() ?? null;
}

/**
 * The text of a file at a commit; null when the commit does not have it.
 * @throws RampartError `bad_input` when there is no such commit
 */
export function textAt(ref: string, path: string, folder: string): string | null {
  if (git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]) === null) {
    throw new RampartError('bad_input', `--against: expected a commit of this repository, got '${ref}'`, {
      hint: 'A shallow clone does not have it: fetch-depth: 0 in actions/checkout.',
    });
  }
  return git(folder, ['show', `${ref}:./${path}`]);
}

/** True when the repository has a commit. */
export function hasCommit(folder: string): boolean {
  return git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']) !== null;
}

/**
 * Gives what is staged of a folder to `use`, as files in a folder that is removed afterwards. It lies in git's own folder,
 * so that what TypeScript files import from `node_modules` is found. The folder itself need not be on disk any more.
 * @throws RampartError `bad_input` where there is no git, `not_found` for a folder that neither disk nor history has
 */
export async function withStaged<Result>(folder: string, use: (staged: string) => Promise<Result>): Promise<Result> {
  const at = nearestOnDisk(folder);
  const top = gitTop(at);
  if (top === null) {
    throw new RampartError('bad_input', `--staged: expected a git repository, got ${folder}`);
  }
  if (!isKnown(at, folder))
    throw new RampartError('not_found', `--staged: expected a folder of prompts, got ${folder}`);
  const gitFolder = resolve(at, git(at, ['rev-parse', '--git-dir'])!.trim());
  const inside = join(git(at, ['rev-parse', '--show-prefix'])!.trim(), relative(at, folder));
  const copy = mkdtempSync(join(gitFolder, 'rampart-staged-'));
  try {
    if (git(top, ['checkout-index', '-z', '--stdin', `--prefix=${copy}/`], stagedFiles(at, folder)) === null) {
      throw new RampartError('bad_input', '--staged: expected an index that can be read, got a failure of git');
    }
    mkdirSync(join(copy, inside), { recursive: true });
    return await use(join(copy, inside));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** True for a folder that is on disk, or that the last commit had: it may be about to be removed. */
function isKnown(at: string, folder: string): boolean {
  return at === folder || (git(at, ['ls-tree', 'HEAD', '--', relative(at, folder)]) ?? '') !== '';
}

/** The folder's; with TypeScript among them, also the code that it may import from the rest of the repository. */
function stagedFiles(at: string, folder: string): string {
  const list = (...paths: string[]): string => git(at, ['ls-files', '-z', '--full-name', '--', ...paths]) ?? '';
  const own = list(`:(literal)${relative(at, folder) || '.'}`);
  if (!own.includes('.prompt.ts\0')) return own;
  const code = list(...['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `:(top)*.${ending}`));
  return [...new Set(`${own}${code}`.split('\0'))]
    .filter((file) => file !== '')
    .map((file) => `${file}\0`)
    .join('');
}
