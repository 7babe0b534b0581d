import { RampartError } from '../core/errors';
import { hasVersion } from '../core/item/version-ranges';
import type { PromptSync } from '../core/ports';
import { displayState } from '../core/rollout/rollout';
import type { PromptItem } from '../core/item/prompt-item';
import type { PromptDefinition } from './definition';
import { contentHash } from './hash';
import { readAllVersions } from './remote/read-remote';
import type { RemotePrompt, RemoteVersion } from './remote/remote-prompt';

/** A version with what git and the controller know of it. */
export interface KnownVersion {
  version: number;
  labels: readonly string[];
  createdAtMs: number | null;
  hash: string;
  /** What its commit message says, when a deploy made it; null = it was made elsewhere. */
  semver: string | null;
  commit: string | null;
  commitMessage: string | null;
  /** Definitions that say the same: `base`, or the variant's name. */
  local: readonly string[];
  isQuarantined: boolean;
  /** State of its rollout; null = it has none now. */
  rollout: string | null;
}

/**
 * Every version of a prompt, newest first.
 * @param item what a controller remembers; null = nothing
 * @throws RampartError `not_found` when Langfuse has no such prompt
 */
export async function listVersions(
  sync: PromptSync,
  prompt: string,
  definitions: readonly PromptDefinition[],
  item: PromptItem | null,
): Promise<KnownVersion[]> {
  const { versions } = await readPrompt(sync, prompt);
  const local = definitions.filter(({ name }) => name === prompt);
  return versions.toReversed().map((version) => knownVersion(version, local, item));
}

/** @throws RampartError `not_found` when Langfuse has no such prompt */
export async function readPrompt(sync: PromptSync, prompt: string): Promise<RemotePrompt> {
  const listed = await sync.listPrompt(prompt);
  if (listed !== null) return readAllVersions(sync, listed);
  throw new RampartError('not_found', `prompt ${prompt}: expected one that Langfuse has, got none of this name`);
}

function knownVersion(
  { version, labels, createdAtMs, hash, stamp, commitMessage }: RemoteVersion,
  local: readonly PromptDefinition[],
  item: PromptItem | null,
): KnownVersion {
  const isStamped = stamp?.hash === hash;
  const rollout = item?.rollout?.candidate === version ? item.rollout : null;
  return {
    version,
    labels,
    createdAtMs,
    hash,
    semver: isStamped ? stamp.semver : null,
    commit: isStamped ? stamp.commit : null,
    commitMessage,
    local: local.filter((each) => contentHash(each) === hash).map(({ variant }) => variant ?? 'base'),
    isQuarantined: hasVersion(item?.quarantined ?? [], version),
    rollout: rollout === null ? null : displayState(rollout),
  };
}
