import { join, relative, resolve } from 'node:path';
import { RampartError } from '../core/errors';
import type { PromptProblem } from './definition';
import { slashed } from './load/list-files';
import { loadPrompts, sortedProblems, type LoadedPrompts } from './load/load-prompts';
import { checkVersions } from './lock/check-versions';
import { gitTop, hasCommit, textAt } from './lock/git';
import { LOCK_FILE, lockOf, lockText, parseLock, readLock, type Lock, type ReadLock } from './lock/lock-file';
import { writeWhole } from './write-file';

/** How a folder is validated. */
export interface ValidateOptions {
  /** The prompts folder. */
  folder: string;
  /** What places are relative to. */
  top: string;
  /** A copy of the folder that is read instead of it. */
  copy?: string;
  /** A commit of git; null: its HEAD, without git the lock on disk. */
  against: string | null;
  /** Writes the lock when nothing is wrong. */
  write: boolean;
}

/** What came of validating. */
export interface Validation {
  loaded: LoadedPrompts;
  problems: PromptProblem[];
  /** What versions were compared with; null where there is nothing yet. */
  against: string | null;
  /** True when the lock was written. */
  written: boolean;
}

/**
 * Loads a folder and checks everything that can be known without Langfuse, versions against history included.
 * @throws RampartError `not_found` without the folder, `bad_input` for a commit that is not there or a lock in it that cannot
 *   be read
 */
export async function validatePrompts(options: ValidateOptions): Promise<Validation> {
  const { folder, top, copy = folder } = options;
  const shownAs = slashed(relative(resolve(top), resolve(folder)));
  const loaded = await loadPrompts(copy, top, shownAs);
  const onDisk = readLock(copy);
  const before = lockBefore(options, onDisk);
  const versions = before === null ? [] : checkVersions(loaded.prompts, before.lock, before.name);
  const isSound = [...loaded.problems, ...versions].every(({ severity }) => severity !== 'error');
  const text = lockText(lockOf(loaded.definitions));
  const isCurrent = onDisk === null ? loaded.definitions.length === 0 : onDisk.ok && lockText(onDisk.lock) === text;
  const written = isSound && options.write && !isCurrent;
  if (written) writeWhole(join(folder, LOCK_FILE), text);
  const lock = isCurrent || written || (!isSound && onDisk?.ok !== false) ? [] : [staleLock(onDisk, shownAs)];
  return {
    loaded,
    problems: sortedProblems([...loaded.problems, ...versions, ...lock]),
    against: before?.name ?? null,
    written,
  };
}

/** What the lock was: at the commit, else at HEAD, else (without git) on disk. */
function lockBefore(
  { folder, against }: ValidateOptions,
  onDisk: ReadLock | null,
): { lock: Lock; name: string } | null {
  const isTracked = gitTop(folder) !== null;
  const ref = against ?? (isTracked && hasCommit(folder) ? 'HEAD' : null);
  if (ref === null) return onDisk?.ok === true && !isTracked ? { lock: onDisk.lock, name: LOCK_FILE } : null;
  const text = textAt(ref, LOCK_FILE, folder);
  if (text === null) return null;
  const parsed = parseLock(text);
  if (parsed.ok) return { lock: parsed.lock, name: ref };
  throw new RampartError('bad_input', `${LOCK_FILE} at ${ref}: ${parsed.message}`, {
    hint: '--against names a commit before it.',
  });
}

/** Said after everything else is right: until then it would only be written again. */
function staleLock(onDisk: ReadLock | null, shownAs: string): PromptProblem {
  const got = onDisk === null ? 'no such file' : onDisk.ok ? 'an older one' : onDisk.message;
  return {
    place: { file: `${shownAs}/${LOCK_FILE}`, line: 1, column: 1 },
    path: '',
    message: `expected the lock of these prompts, got ${got}; \`rampart validate --write\` writes it`,
    severity: 'error',
  };
}
