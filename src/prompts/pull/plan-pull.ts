import type { WholeVersion } from '../../core/ports';
import type { PromptDefinition } from '../definition';
import { contentHash } from '../hash';
import type { LoadedPrompt } from '../load/collect-prompts';
import { checkPrompts } from '../rules/check-prompts';
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
  prompts: readonly LoadedPrompt[];
  /** Files of the prompts folder, relative to it. */
  files: readonly string[];
  /** The file of a definition, relative to the prompts folder, and its text. */
  fileOf: (definition: PromptDefinition) => { file: string; text: string };
}

/**
 * Decides what becomes of each version in git. A definition that says something else is kept, unless `force`. What would be a
 * definition with an error is not adopted, since nothing could be planned beside it.
 * @param versions one of each prompt
 */
export function planPull(
  versions: readonly WholeVersion[],
  local: LocalPrompts,
  { force }: { force: boolean },
): PullItem[] {
  const reasons = new Map<string, string>();
  for (;;) {
    const planned = planOnce(versions, local, force, reasons);
    for (const { item } of planned) if (item.state === 'refused') reasons.set(item.prompt, item.note);
    const errors = errorsOf(planned, local);
    if (errors.size === 0) return planned.map(({ item }) => item);
    for (const [prompt, message] of errors) reasons.set(prompt, message);
  }
}

/** `loaded`: a new definition as it will be loaded; null for what is there, or is not written. */
interface Planned {
  item: PullItem;
  loaded: LoadedPrompt | null;
}

/** @param reasons why prompts are not adopted, by name */
function planOnce(
  versions: readonly WholeVersion[],
  local: LocalPrompts,
  force: boolean,
  reasons: ReadonlyMap<string, string>,
): Planned[] {
  const taken = new Set(local.files.map((file) => file.toLowerCase()));
  const definitions = local.prompts.map(({ definition }) => definition);
  const adopted = versions.map(({ prompt }) => prompt).filter((prompt) => !reasons.has(prompt));
  const defined = new Set([...definitions.map(({ name }) => name), ...adopted]);
  return versions.map((version) => {
    const reason = reasons.get(version.prompt);
    if (reason !== undefined) return { item: refused(version, reason), loaded: null };
    const base = definitions.find(({ name, variant }) => name === version.prompt && variant === null);
    if (base !== undefined) return { item: compareWith(base, version, defined, local, force), loaded: null };
    const planned = adoptNew(version, defined, taken);
    taken.add(planned.item.file.toLowerCase());
    return planned;
  });
}

/** What would be wrong with the new definitions beside all others: the first error of each, by prompt. */
function errorsOf(planned: readonly Planned[], local: LocalPrompts): Map<string, string> {
  const added = planned.flatMap(({ loaded }) => loaded ?? []);
  const names = new Map(planned.map(({ item }) => [item.file, item.prompt]));
  const errors = new Map<string, string>();
  for (const { severity, place, message } of checkPrompts([...local.prompts, ...added])) {
    const prompt = names.get(place.file);
    const isNew = added.some(({ definition }) => definition.name === prompt);
    if (severity === 'error' && prompt !== undefined && isNew && !errors.has(prompt)) errors.set(prompt, message);
  }
  return errors;
}

function adoptNew(version: WholeVersion, defined: ReadonlySet<string>, taken: ReadonlySet<string>): Planned {
  const { prompt, version: number } = version;
  const file = fileNameOf(prompt, taken);
  const adopted = adoptVersion(version, defined, null, file);
  if (!adopted.ok) return { item: refused(version, adopted.reason), loaded: null };
  const { text, loaded } = adopted;
  return { item: { prompt, version: number, state: 'new', file, text, note: '' }, loaded };
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
  const adopted = adoptVersion(version, defined, nextPatch(base.semver), file);
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
