import type { Manifest } from '../../../../src/core/evidence/manifest';
import type { PromptItem } from '../../../../src/core/item/prompt-item';
import type { AlertMessage } from '../../../../src/core/ports';
import type { Job } from '../job';

/** One successful write of an item, as the world saw it. */
export interface Write {
  before: PromptItem | null;
  after: PromptItem;
  /** The item as it is at rest. */
  json: string;
  job: Job;
  /** Faults that the job met since it read the item. */
  faultsSinceRead: readonly string[];
  /** The evidence that the item points to after the write. */
  manifest: Manifest | null;
}

/** What the world knows and the controller does not. */
export interface Facts {
  /** Alerts that reached their receiver, by id. */
  delivered: ReadonlyMap<string, AlertMessage>;
  /** Ids of audit events in the history. */
  history: ReadonlySet<string>;
  exists: (prompt: string, version: number) => boolean;
  /** True when a person has asked for this version to be in production. */
  isWished: (prompt: string, version: number) => boolean;
  /** Versions that a label has started and nobody released since. */
  startedByLabel: ReadonlySet<string>;
}

/** What is wrong with a write; empty = nothing. */
export type Check = (write: Write, facts: Facts) => string[];

/** The sentences whose condition holds. */
export function wrong(...findings: (readonly [boolean, string])[]): string[] {
  return findings.filter(([isWrong]) => isWrong).map(([, sentence]) => sentence);
}

/** True when a tick with evidence wrote this. */
export function isTick({ before, after }: Write): boolean {
  return after.manifest !== null && after.manifest !== before?.manifest;
}
