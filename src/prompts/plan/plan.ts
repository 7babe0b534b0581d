import type { VersionBody } from '../../core/ports';
import type { GitState } from '../commit-message';
import type { RemoteFacts } from '../remote/remote-prompt';
import type { DiffLine } from './diff-lines';

/** What a deploy would do, and what it was decided on. Data: it is printed, stored as JSON, and carried out. */
export interface Plan {
  schema: 1;
  /** The Langfuse project that it is for: address and public key. */
  server: string;
  git: GitState | null;
  /** Of all the prompts' states. */
  fingerprint: string;
  /** By name. */
  prompts: readonly PromptPlan[];
  /** Prompts in Langfuse that have no definition. */
  others: readonly string[];
}

export interface PromptPlan {
  prompt: string;
  /** Of `seen`. */
  fingerprint: string;
  /** What Langfuse held; null = no such prompt. */
  seen: RemoteFacts | null;
  /** The base, then its variants. */
  definitions: readonly DefinitionPlan[];
  /** About the name as a whole. */
  findings: readonly Finding[];
  /** In the order they are carried out. */
  actions: readonly Action[];
}

/** What becomes of one definition. */
export interface DefinitionPlan {
  /** null = the base. */
  variant: string | null;
  semver: string;
  hash: string;
  file: string;
  outcome: Outcome;
  findings: readonly Finding[];
}

export type Outcome =
  /** Nothing to do; `version` says the same. */
  | { kind: 'unchanged'; version: number }
  /** An existing version says the same and gets labels. */
  | { kind: 'relabel'; version: number }
  /**
   * `version` is the number that Langfuse is expected to give. `against` is what `diff` compares it with: a version, the
   * base's definition, or null = nothing before.
   */
  | { kind: 'new_version'; version: number; against: number | 'base' | null; diff: ContentDiff }
  /** Nothing is done, though `version` (production) says something else: the findings say why. */
  | { kind: 'left'; version: number }
  /** Nothing is done for it until a person has decided. */
  | { kind: 'refused' };

export interface ContentDiff {
  body: readonly DiffLine[];
  config: readonly DiffLine[];
}

/** What is done, in one prompt. Ids are unique in the plan and the same in every plan of the same state. */
export type Action =
  | {
      id: string;
      kind: 'create_version';
      variant: string | null;
      semver: string;
      hash: string;
      body: VersionBody;
      config: Readonly<Record<string, unknown>>;
      labels: readonly GivenLabel[];
      /** Sent with it; null = the tags stay as they are. */
      tags: readonly string[] | null;
      commitMessage: string;
    }
  /** Of the name, so of all its versions. Langfuse takes it together with a new version only. */
  | { id: string; kind: 'rewrite_tags'; from: readonly string[]; to: readonly string[] }
  | { id: string; kind: 'move_label'; version: number; label: string; from: number | null };

/** A label with the version that loses it; null = nobody holds it. */
export interface GivenLabel {
  label: string;
  from: number | null;
}

/** What a person should know. Sentences and commands are in `describe-finding.ts`. */
export type Finding =
  | { kind: 'quarantined'; version: number }
  | { kind: 'type_changed'; from: 'text' | 'chat'; to: 'text' | 'chat' }
  | { kind: 'label_claimed_twice'; label: string; by: string | null }
  | { kind: 'label_held_twice'; label: string; versions: readonly number[] }
  | { kind: 'production_in_labels'; instead: string }
  | { kind: 'latest_in_labels' }
  | { kind: 'no_production'; version: number }
  | { kind: 'used'; version: number }
  | { kind: 'rollout_running'; version: number }
  | { kind: 'ramping_other'; version: number; label: string }
  | { kind: 'variant_in_production'; variant: string; version: number }
  | { kind: 'drift'; version: number; labels: readonly string[]; isProduction: boolean }
  | { kind: 'tags_wait'; from: readonly string[]; to: readonly string[] };

/** True when the finding means that nothing is done for its definition. */
export function isRefusal({ kind }: Finding): boolean {
  return ['quarantined', 'type_changed', 'label_claimed_twice', 'label_held_twice'].includes(kind);
}

/** True when a deploy has something to do. */
export function hasActions({ prompts }: Plan): boolean {
  return prompts.some(({ actions }) => actions.length > 0);
}

/** Every refusal of a plan. */
export function refusals({ prompts }: Plan): { prompt: string; variant: string | null; finding: Finding }[] {
  return prompts.flatMap(({ prompt, findings, definitions }) => [
    ...findings.filter(isRefusal).map((finding) => ({ prompt, variant: null, finding })),
    ...definitions.flatMap(({ variant, findings: own }) =>
      own.filter(isRefusal).map((finding) => ({ prompt, variant, finding })),
    ),
  ]);
}
