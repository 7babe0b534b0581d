import type { ListedPrompt, PromptSync, WholeVersion } from '../../core/ports';
import type { PromptDefinition } from '../definition';
import { contentHash } from '../hash';
import { inParallel } from '../in-parallel';
import { holdersOf, remoteVersion, type RemotePrompt, type RemoteVersion } from './remote-prompt';

/** Prompts that are read at the same time; how many requests that makes is limited by the sync itself. */
const PROMPTS_AT_ONCE = 16;

/** Everything that a plan needs of Langfuse. */
export interface RemoteProject {
  /** Of the names that are defined; a name that Langfuse does not have is absent. */
  prompts: ReadonlyMap<string, RemotePrompt>;
  /** Names in Langfuse that no definition has, sorted. */
  others: readonly string[];
}

export interface ReadOptions {
  /** The label that starts a rollout. */
  candidateLabel: string;
  onRead?: (done: number, of: number) => void;
}

/**
 * Reads what the definitions are compared with: the list of prompts, each prompt's production and its newer versions; every
 * version where a definition is not what its label's holder is. Nothing is remembered from an earlier run, so that no edit in
 * the UI can be missed.
 */
export async function readProject(
  sync: PromptSync,
  definitions: ReadonlyMap<string, readonly PromptDefinition[]>,
  options: ReadOptions,
): Promise<RemoteProject> {
  const listed = await sync.listPrompts();
  const wanted = listed.filter(({ prompt }) => definitions.has(prompt));
  let done = 0;
  const read = await inParallel(wanted, PROMPTS_AT_ONCE, async (each) => {
    const remote = await readPrompt(sync, each, definitions.get(each.prompt) ?? [], options);
    options.onRead?.(++done, wanted.length);
    return [each.prompt, remote] as const;
  });
  const others = listed.map(({ prompt }) => prompt).filter((prompt) => !definitions.has(prompt));
  return { prompts: new Map(read), others: others.toSorted() };
}

/** Every version of a prompt. */
export async function readAllVersions(sync: PromptSync, listed: ListedPrompt): Promise<RemotePrompt> {
  return { listed, versions: await readVersions(sync, listed, listed.versions, []) };
}

async function readPrompt(
  sync: PromptSync,
  listed: ListedPrompt,
  definitions: readonly PromptDefinition[],
  { candidateLabel }: ReadOptions,
): Promise<RemotePrompt> {
  const variants = definitions.flatMap(({ variant }) => variant ?? []);
  const read = await readHolders(sync, listed, ['production', ...variants]);
  const known: RemotePrompt = { listed, versions: read };
  const production = holdersOf(known, 'production')[0];
  const areSettled = definitions.every((definition) => isSettled(known, definition, candidateLabel));
  if (!areSettled || production === undefined) {
    return { listed, versions: await readVersions(sync, listed, listed.versions, read) };
  }
  const newer = listed.versions.filter((version) => version > production.version);
  const versions = await readVersions(sync, listed, newer, read);
  if (versions.some(({ labels }) => labels.includes(candidateLabel))) return { listed, versions };
  return { listed, versions: merged(versions, await readHolders(sync, listed, [candidateLabel])) };
}

/** True when there is nothing to do for the definition: what its label's holder says is what it says, labels included. */
function isSettled(remote: RemotePrompt, definition: PromptDefinition, candidateLabel: string): boolean {
  const holder = holdersOf(remote, definition.variant ?? 'production')[0];
  if (holder === undefined || holder.hash !== contentHash(definition)) return false;
  const isRamped = (label: string): boolean => ['production', 'latest', candidateLabel].includes(label);
  if (definition.variant !== null && definition.labels.some(isRamped)) return holder.labels.includes('production');
  return definition.labels.every((label) => isRamped(label) || holder.labels.includes(label));
}

/** One request for each of the labels that some version holds. */
async function readHolders(
  sync: PromptSync,
  { prompt, labels }: ListedPrompt,
  wanted: readonly string[],
): Promise<RemoteVersion[]> {
  const held = wanted.filter((label) => labels.includes(label));
  const holders = await Promise.all(held.map((label) => sync.wholeVersionByLabel(prompt, label)));
  return merged(
    [],
    holders.flatMap((holder) => (holder === null ? [] : [remoteVersion(holder)])),
  );
}

/** A version that is deleted meanwhile is left out. */
async function readVersions(
  sync: PromptSync,
  { prompt }: ListedPrompt,
  wanted: readonly number[],
  read: readonly RemoteVersion[],
): Promise<RemoteVersion[]> {
  const missing = wanted.filter((version) => !read.some((each) => each.version === version));
  const found: (WholeVersion | null)[] = await Promise.all(
    missing.map((version) => sync.wholeVersion(prompt, version)),
  );
  return merged(
    read,
    found.flatMap((version) => (version === null ? [] : [remoteVersion(version)])),
  );
}

function merged(known: readonly RemoteVersion[], more: readonly RemoteVersion[]): RemoteVersion[] {
  const all = new Map([...known, ...more].map((version) => [version.version, version]));
  return [...all.values()].sort((a, b) => a.version - b.version);
}
