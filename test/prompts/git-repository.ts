import { execFileSync, spawnSync } from 'node:child_process';
import { newFolder } from './prompts-folder';

/** A test of what is done with git, where there is git: a machine may have Node alone. */
export const testWithGit = spawnSync('git', ['--version']).status === 0 ? test : test.skip;

/** Runs git as a person who needs no settings of their own. */
export function git(top: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], {
    cwd: top,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...env },
  });
}

/** An empty repository. */
export function newRepository(): string {
  const top = newFolder();
  git(top, ['init', '-q', '-b', 'main']);
  return top;
}

export function commitAll(top: string): void {
  git(top, ['add', '-A']);
  git(top, ['commit', '-qm', 'A change', '--no-verify']);
}
