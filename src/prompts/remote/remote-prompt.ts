import { canonicalJson } from '../../core/policy/canonical-json';
import type { ListedPrompt, WholeVersion } from '../../core/ports';
import { readCommitMessage, type Stamp } from '../commit-message';
import { contentHash, sha256 } from '../hash';

/** A version in Langfuse, with what its content and its commit message say. */
export interface RemoteVersion extends WholeVersion {
  hash: string;
  /** null = not made by a deploy. */
  stamp: Stamp | null;
}

/** A prompt in Langfuse as far as a plan has to know it. */
export interface RemotePrompt {
  listed: ListedPrompt;
  /** What was read, ascending: every version when a definition is not what its label's holder is. */
  versions: readonly RemoteVersion[];
}

/** What a plan rests on, of one prompt: small, and read again by a few requests before anything is written. */
export interface RemoteFacts {
  type: 'text' | 'chat';
  /** Ascending. */
  versions: readonly number[];
  /** Labels that some version holds, sorted. */
  labels: readonly string[];
  /** Sorted. */
  tags: readonly string[];
  updatedAtMs: number | null;
  /** Who holds the labels that matter: `production` and those that the plan moves. */
  holders: Readonly<Record<string, readonly number[]>>;
}

export function remoteVersion(version: WholeVersion): RemoteVersion {
  return { ...version, hash: contentHash(version), stamp: readCommitMessage(version.commitMessage) };
}

/** Versions among those read that hold a label. */
export function holdersOf({ versions }: RemotePrompt, label: string): RemoteVersion[] {
  return versions.filter(({ labels }) => labels.includes(label));
}

/** @param labels those whose holders matter */
export function factsOf(remote: RemotePrompt, labels: readonly string[]): RemoteFacts {
  return factsOfListed(
    remote.listed,
    holdersAmong(labels, (label) => versionsOf(holdersOf(remote, label))),
  );
}

export function factsOfListed(listed: ListedPrompt, holders: RemoteFacts['holders']): RemoteFacts {
  return {
    type: listed.type,
    versions: listed.versions,
    labels: listed.labels.toSorted(),
    tags: listed.tags.toSorted(),
    updatedAtMs: listed.updatedAtMs,
    holders,
  };
}

function holdersAmong(labels: readonly string[], of: (label: string) => number[]): RemoteFacts['holders'] {
  return Object.fromEntries(labels.toSorted().map((label) => [label, of(label)]));
}

function versionsOf(versions: readonly RemoteVersion[]): number[] {
  return versions.map(({ version }) => version);
}

/** Names a state of Langfuse; null = the prompt is not there. */
export function fingerprintOf(facts: RemoteFacts | null): string {
  return sha256(canonicalJson(facts)).slice(0, 16);
}
