import { basename, dirname } from 'node:path';
import type { GitState } from '../prompts/commit-message';
import { git } from '../prompts/lock/git';

/**
 * The commit that a folder is at; null where there is no git, no repository or no commit.
 * @param folder the prompts
 */
export function readGitState(folder: string): GitState | null {
  const head = git(folder, ['log', '-1', '--format=%H%n%s']);
  if (head === null) return null;
  const [commit = '', subject = ''] = head.split('\n');
  const changes = git(folder, ['status', '--porcelain', '--', '.']);
  return { commit, subject, hasChanges: changes === null || changes.trim() !== '' };
}

/**
 * Every content hash that a file ever held, as far as the history here reaches.
 * @param file the lock file; it need not exist
 */
export function hashesInHistory(file: string): Set<string> {
  const history = git(dirname(file), ['log', '-p', '--format=', '--', basename(file)]);
  return new Set(history?.match(/\b[0-9a-f]{64}\b/gu) ?? []);
}
