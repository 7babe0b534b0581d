import type { WholeVersion } from '../../core/ports';
import type { PromptDefinition } from '../definition';
import { contentHash } from '../hash';
import { adoptVersion } from './adopt-version';
import { fileNameOf } from './file-name';
import { keepOwnKeys } from './keep-own-keys';

/** What a pull does with one prompt. */
export interface PullItem {
  prompt: string;
  /** The version that is adopted. */
  version: number;
  /** `new` and `overwrite` are written; `same`: it is there; `kept`: it is there and says something else. */
  state: 'new' | 'same' | 'kept' | 'overwrite' | 'refused';
  /** Path relative to the prompts folder; of a refused prompt ''. */
  file: string;
  /** What is written; null = nothing. */
  text: string | null;
  /** Why nothing is written, or what is lost; '' when there is nothing to say. */
  note: string;
}

export interface LocalPrompts {
  definitions: readonly PromptDefinition[];
  /** Files of the prompts folder, relative to it. */
  files: readonly string[];
  /** The file of a definition, relative to the prompts folder, and its text. */
  fileOf: (definition: PromptDefinition) => { file: string; text: string };
}

/**
 * Decides what becomes of each version in git. A definition that says something else is kept, unless `force`.
 * @param versions one of each prompt
 */
export function planPull(
  versions: readonly WholeVersion[],
  local: LocalPrompts,
  { force }: { force: boolean },
): PullItem[] {
  const taken = new Set(local.files.map((file) => file.toLowerCase()));
  const defined = new Set([...local.definitions.map(({ name }) => name), ...versions.map(({ prompt }) => prompt)]);
  return versions.map((version) => {
    const base = local.definitions.find(({ name, variant }) => name === version.prompt && variant === null);
    const item =
      base === undefined ? adoptNew(version, defined, taken) : compareWith(base, version, defined, local, force);
    taken.add(item.file.toLowerCase());
    return item;
  });
}

function adoptNew(version: WholeVersion, defined: ReadonlySet<string>, taken: ReadonlySet<string>): PullItem {
  const { prompt, version: number } = version;
  const adopted = adoptVersion(version, defined, null);
  if (!adopted.ok) return refused(version, adopted.reason);
  return { prompt, version: number, state: 'new', file: fileNameOf(prompt, taken), text: adopted.text, note: '' };
}

function compareWith(
  base: PromptDefinition,
  version: WholeVersion,
  defined: ReadonlySet<string>,
  local: LocalPrompts,
  force: boolean,
): PullItem {
  const { prompt, version: number, tags } = version;
  const { file, text: old } = local.fileOf(base);
  const common = { prompt, version: number, file };
  const isSame =
    contentHash(base) === contentHash(version) && JSON.stringify(base.tags) === JSON.stringify(tags.toSorted());
  if (isSame) return { ...common, state: 'same', text: null, note: '' };
  if (!file.endsWith('.md')) {
    return {
      ...common,
      state: 'kept',
      text: null,
      note: 'it says something else and is TypeScript: change it by hand',
    };
  }
  if (!force) {
    return { ...common, state: 'kept', text: null, note: 'it says something else; --force overwrites it' };
  }
  const adopted = adoptVersion(version, defined, nextPatch(base.semver));
  if (!adopted.ok) return refused(version, adopted.reason);
  const note = 'its config is written out whole, what it inherited included';
  return { ...common, state: 'overwrite', text: keepOwnKeys(old, adopted.text), note };
}

function refused({ prompt, version }: WholeVersion, reason: string): PullItem {
  return { prompt, version, state: 'refused', file: '', text: null, note: reason };
}

/** Another content needs another version. */
function nextPatch(semver: string): string {
  const [major, minor, patch] = semver.split('.').map(Number);
  return `${major}.${minor}.${(patch ?? 0) + 1}`;
}
