import type { VersionRange } from '../../core/item/prompt-item';
import type { GitState } from '../commit-message';
import type { PromptDefinition } from '../definition';
import { holdersOf, type RemotePrompt } from '../remote/remote-prompt';
import type { Action } from './plan';

/** What the controller remembers of a prompt. */
export interface GuardFacts {
  quarantined: readonly VersionRange[];
  used: readonly VersionRange[];
  /** The version that is being rolled out now. */
  running: number | null;
}

export interface PlanOptions {
  /** The label that starts a rollout. */
  candidateLabel: string;
  /** What a new version of a base is labelled instead; null = the ramp label. */
  label: string | null;
  git: GitState | null;
  /** Hashes of contents that git holds or held. */
  knownHashes: ReadonlySet<string>;
}

type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** What is gathered while the definitions of a prompt are gone through; actions get their ids at the end. */
export interface Draft {
  base: PromptDefinition;
  /** null = Langfuse has no such prompt. */
  remote: RemotePrompt | null;
  /** null = no controller remembers anything. */
  guard: GuardFacts | null;
  options: PlanOptions;
  creates: Omit<ActionOf<'create_version'>, 'id'>[];
  moves: Omit<ActionOf<'move_label'>, 'id'>[];
}

/** The version that holds a label; null when none does. */
export function holderOf({ remote }: Draft, label: string): number | null {
  return remote === null ? null : (holdersOf(remote, label)[0]?.version ?? null);
}
