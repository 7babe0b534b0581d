import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RampartError } from '../../core/errors';

/** Runs git in a folder; null when it ends with a failure, is not installed, or the folder is in no repository. */
export function git(folder: string, args: readonly string[], input = ''): string | null {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      input,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
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
 * so that what TypeScript files import from `node_modules` is found.
 * @throws RampartError `bad_input` where there is no git
 */
export async function withStaged<Result>(folder: string, use: (staged: string) => Promise<Result>): Promise<Result> {
  const top = gitTop(folder);
  if (top === null) {
    throw new RampartError('bad_input', `--staged: expected a git repository, got ${folder}`);
  }
  const gitFolder = resolve(folder, git(folder, ['rev-parse', '--git-dir'])!.trim());
  const copy = mkdtempSync(join(gitFolder, 'rampart-staged-'));
  try {
    if (git(top, ['checkout-index', '-z', '--stdin', `--prefix=${copy}/`], stagedFiles(folder)) === null) {
      throw new RampartError('bad_input', '--staged: expected an index that can be read, got a failure of git');
    }
    return await use(join(copy, git(folder, ['rev-parse', '--show-prefix'])!.trim()));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The folder's; with TypeScript among them, also the code that it may import from the rest of the repository. */
function stagedFiles(folder: string): string {
  const list = (...paths: string[]): string => git(folder, ['ls-files', '-z', '--full-name', '--', ...paths]) ?? '';
  const own = list('.');
  if (!own.includes('.prompt.ts\0')) return own;
  const code = list(...['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `:(top)*.${ending}`));
  return [...new Set(`${own}${code}`.split('\0'))]
    .filter((file) => file !== '')
    .map((file) => `${file}\0`)
    .join('');
}
