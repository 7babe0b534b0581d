import { RampartError } from '../../core/errors';

/** What {@link createPromptStore} makes. */
export type PromptStore = ReturnType<typeof createPromptStore>;

export type PromptType = 'text' | 'chat';

/** One version of a prompt. Tags and type belong to the name and are the same object on all its versions. */
export interface StoredPrompt {
  id: string;
  name: string;
  version: number;
  type: PromptType;
  /** A text, or a list of chat messages. */
  prompt: unknown;
  config: unknown;
  labels: string[];
  tags: readonly string[];
  commitMessage: string | null;
  createdMs: number;
  updatedMs: number;
}

export interface NewPrompt {
  name: string;
  type?: PromptType;
  prompt?: unknown;
  config?: unknown;
  labels?: readonly string[];
  tags?: readonly string[];
  commitMessage?: string | null;
  /** Default: one more than the highest of the name. */
  version?: number;
}

/** Prompts by name, versions ascending. A label is held by one version of a name; `latest` is always on the highest. */
export function createPromptStore(newId: () => string) {
  const shelves = new Map<string, StoredPrompt[]>();

  function versions(name: string): readonly StoredPrompt[] {
    return shelves.get(name) ?? [];
  }

  /**
   * Makes a version: takes its labels and `latest` from their holders, and gives its tags to all versions of the name.
   * @throws RampartError `bad_input` when the name has another type, or has the version already
   */
  function create(given: NewPrompt, nowMs: number): StoredPrompt {
    const shelf = shelves.get(given.name) ?? [];
    const version = given.version ?? (shelf.at(-1)?.version ?? 0) + 1;
    const type = given.type ?? shelf[0]?.type ?? 'text';
    checkNew(shelf, given.name, version, type);
    const row: StoredPrompt = {
      id: newId(),
      name: given.name,
      version,
      type,
      prompt: given.prompt ?? (type === 'text' ? '' : []),
      config: given.config ?? {},
      labels: [],
      tags: given.tags ?? shelf[0]?.tags ?? [],
      commitMessage: given.commitMessage ?? null,
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    shelf.push(row);
    shelf.sort((a, b) => a.version - b.version);
    shelves.set(given.name, shelf);
    if (given.tags !== undefined) for (const each of shelf) touch(each, { tags: given.tags }, nowMs);
    give(shelf, row, given.labels ?? [], nowMs);
    giveLatest(shelf, nowMs);
    return row;
  }

  /**
   * Adds labels to a version and takes them from whoever holds them, in one step. Nothing removes a label.
   * @returns the version, or null when there is none
   */
  function giveLabels(name: string, version: number, labels: readonly string[], nowMs: number): StoredPrompt | null {
    const shelf = shelves.get(name) ?? [];
    const row = shelf.find((each) => each.version === version);
    if (row === undefined) return null;
    give(shelf, row, labels, nowMs);
    row.updatedMs = nowMs;
    return row;
  }

  /** Makes a version hold a label beside its present holder: what two concurrent moves of a free label leave behind. */
  function holdToo(name: string, version: number, label: string): void {
    const row = versions(name).find((each) => each.version === version);
    if (row === undefined) throw new RampartError('not_found', `prompt ${name} has no version ${version}`);
    row.labels = [...new Set([label, ...row.labels])];
  }

  /** The version that holds a label; the lowest when two do, as the server answers. */
  function byLabel(name: string, label: string): StoredPrompt | null {
    return versions(name).find((each) => each.labels.includes(label)) ?? null;
  }

  function byVersion(name: string, version: number): StoredPrompt | null {
    return versions(name).find((each) => each.version === version) ?? null;
  }

  /**
   * Deletes the versions that match (all when nothing is asked); `latest` falls to the highest that is left.
   * @returns how many were deleted
   */
  function remove(name: string, which: { version?: number; label?: string }, nowMs: number): number {
    const shelf = shelves.get(name) ?? [];
    const left = shelf.filter(
      (each) =>
        (which.version !== undefined && each.version !== which.version) ||
        (which.label !== undefined && !each.labels.includes(which.label)),
    );
    if (left.length === 0) shelves.delete(name);
    else {
      shelves.set(name, left);
      giveLatest(left, nowMs);
    }
    return shelf.length - left.length;
  }

  /** Names in alphabetical order. */
  function names(): string[] {
    return [...shelves.keys()].sort();
  }

  return { create, giveLabels, holdToo, byLabel, byVersion, versions, remove, names };
}

function checkNew(shelf: readonly StoredPrompt[], name: string, version: number, type: PromptType): void {
  if (shelf.some((each) => each.version === version)) {
    throw new RampartError('bad_input', `prompt ${name}: expected a new version, version ${version} exists`);
  }
  const known = shelf[0]?.type;
  if (known !== undefined && known !== type) {
    throw new RampartError('bad_input', `prompt ${name}: expected type ${known} as before, got ${type}`);
  }
}

/** New labels come first, then those that the version had. */
function give(shelf: readonly StoredPrompt[], row: StoredPrompt, labels: readonly string[], nowMs: number): void {
  for (const each of shelf) {
    if (each === row || !each.labels.some((label) => labels.includes(label))) continue;
    touch(each, { labels: each.labels.filter((label) => !labels.includes(label)) }, nowMs);
  }
  row.labels = [...new Set([...labels, ...row.labels])];
}

function giveLatest(shelf: readonly StoredPrompt[], nowMs: number): void {
  const newest = shelf.at(-1);
  if (newest === undefined || newest.labels.includes('latest')) return;
  for (const each of shelf) {
    if (!each.labels.includes('latest')) continue;
    touch(each, { labels: each.labels.filter((label) => label !== 'latest') }, nowMs);
  }
  newest.labels = [...newest.labels, 'latest'];
}

function touch(row: StoredPrompt, change: Partial<StoredPrompt>, nowMs: number): void {
  Object.assign(row, change, { updatedMs: nowMs });
}
