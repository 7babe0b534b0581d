import type { VersionRange } from '../../core/item/prompt-item';
import { hasVersion } from '../../core/item/version-ranges';
import { writeCommitMessage, type GitState } from '../commit-message';
import type { PromptDefinition } from '../definition';
import { contentHash } from '../hash';
import { factsOf, fingerprintOf, holdersOf, type RemotePrompt, type RemoteVersion } from '../remote/remote-prompt';
import { contentDiff } from './diff-lines';
import { claimLabels, type Claim } from './claim-labels';
import { findDrift } from './find-drift';
import { isRefusal, type Action, type DefinitionPlan, type Finding, type PromptPlan } from './plan';

/** What the controller remembers of a prompt. */
export interface GuardFacts {
  quarantined: readonly VersionRange[];
  used: readonly VersionRange[];
  /** The version that is being rolled out now. */
  running: number | null;
}

export interface PlanOptions {
  /** The label that starts a rollout. */
  rampLabel: string;
  /** What a new version of a base is labelled instead; null = the ramp label. */
  label: string | null;
  git: GitState | null;
  /** Hashes of contents that git holds or held. */
  knownHashes: ReadonlySet<string>;
}

type Create = Extract<Action, { kind: 'create_version' }>;
type Unnamed = DistributiveOmit<Action, 'id'>;
type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** What is gathered while the definitions of a prompt are gone through. */
interface Draft {
  remote: RemotePrompt | null;
  guard: GuardFacts | null;
  options: PlanOptions;
  creates: Omit<Create, 'id'>[];
  moves: Omit<Extract<Action, { kind: 'move_label' }>, 'id'>[];
}

/**
 * Decides what is to be done for one prompt.
 * @param definitions the base first, then its variants
 * @param remote null = Langfuse has no such prompt
 * @param guard null = no controller remembers anything
 */
export function planPrompt(
  definitions: readonly PromptDefinition[],
  remote: RemotePrompt | null,
  guard: GuardFacts | null,
  options: PlanOptions,
): PromptPlan {
  const base = definitions[0]!;
  const draft: Draft = { remote, guard, options, creates: [], moves: [] };
  const claims = claimLabels(definitions, options);
  const heldTwice = remote === null ? [] : labelsHeldTwice(remote, claims);
  const planned = definitions.map((definition, index) => planDefinition(definition, claims[index]!, draft, heldTwice));
  const tags = planTags(base, draft);
  const unnamed: Unnamed[] = [...draft.creates, ...tags.actions, ...draft.moves];
  const labels = ['production', ...claims.flatMap((claim) => claim.labels)];
  const seen = remote && factsOf(remote, [...new Set(labels)]);
  const fingerprint = fingerprintOf(seen);
  const hashes = new Set([...options.knownHashes, ...definitions.map(contentHash)]);
  return {
    prompt: base.name,
    fingerprint,
    seen,
    definitions: planned,
    findings: [...heldTwice, ...tags.findings, ...(remote === null ? [] : findDrift(remote, hashes))],
    actions: unnamed.map((action, index): Action => ({ id: `${base.name}#${fingerprint}#${index}`, ...action })),
  };
}

function planDefinition(
  definition: PromptDefinition,
  claim: Claim,
  draft: Draft,
  heldTwice: readonly Finding[],
): DefinitionPlan {
  const { name: _name, variant, semver, source } = definition;
  const hash = contentHash(definition);
  const decided = heldTwice.length > 0 ? refused() : decide(definition, hash, claim, draft);
  const isRefused = [...claim.findings, ...decided.findings].some(isRefusal);
  const outcome = isRefused ? ({ kind: 'refused' } as const) : decided.outcome;
  // How labels are read is of interest where labels are given.
  const findings = outcome.kind === 'unchanged' ? decided.findings : [...claim.findings, ...decided.findings];
  if (outcome.kind !== 'refused') decided.enter();
  return { variant, semver, hash, file: source.file, outcome, findings };
}

interface Decided {
  outcome: DefinitionPlan['outcome'];
  findings: Finding[];
  /** Enters what is to be done. */
  enter: () => void;
}

function refused(...findings: Finding[]): Decided {
  return { outcome: { kind: 'refused' }, findings, enter: () => {} };
}

function decide(definition: PromptDefinition, hash: string, claim: Claim, draft: Draft): Decided {
  const { remote } = draft;
  if (remote === null) return create(definition, hash, claim, draft);
  const { type } = remote.listed;
  if (type !== definition.body.type) return refused({ kind: 'type_changed', from: type, to: definition.body.type });
  const home = holdersOf(remote, definition.variant ?? 'production')[0];
  if (home?.hash === hash) return atHome(definition, home, claim, draft);
  const same = remote.versions.filter((version) => version.hash === hash);
  const rolledBack = same.find(({ version }) => hasVersion(draft.guard?.quarantined ?? [], version));
  if (rolledBack !== undefined) return refused({ kind: 'quarantined', version: rolledBack.version });
  const winner = definition.variant === null ? claim.variantOf(home?.hash) : null;
  if (home !== undefined && winner !== null) {
    const finding: Finding = { kind: 'variant_in_production', variant: winner, version: home.version };
    return { outcome: { kind: 'left', version: home.version }, findings: [finding], enter: () => {} };
  }
  const chosen = same.findLast(({ labels }) => labels.some((label) => claim.labels.includes(label))) ?? same.at(-1);
  return chosen === undefined ? create(definition, hash, claim, draft) : relabel(chosen, claim.labels, draft);
}

/** The version that has the definition's place says the same: production for a base, the variant's label for a variant. */
function atHome(definition: PromptDefinition, home: RemoteVersion, claim: Claim, draft: Draft): Decided {
  const isLive = home.labels.includes('production');
  const labels = isLive ? claim.labels.filter((label) => !claim.ramping.includes(label)) : claim.labels;
  const decided = relabel(home, labels, draft);
  if (definition.variant !== null) return decided;
  const { rampLabel } = draft.options;
  const ramped = holdersOf(draft.remote!, rampLabel).find(({ version }) => version !== home.version);
  if (ramped === undefined || claim.rampedByVariant) return decided;
  const finding: Finding = { kind: 'ramping_other', version: ramped.version, label: rampLabel };
  return { ...decided, findings: [...decided.findings, finding] };
}

function relabel(target: RemoteVersion, wanted: readonly string[], draft: Draft): Decided {
  const { version } = target;
  const { guard, options, remote } = draft;
  const isRamped = wanted.includes(options.rampLabel);
  const hasProduction = holdersOf(remote!, 'production').length > 0;
  // Without production there is nothing to ramp against: the label would start nothing.
  const labels = hasProduction ? wanted : wanted.filter((label) => label !== options.rampLabel);
  const missing = labels.filter((label) => !target.labels.includes(label));
  const isUsed = isRamped && hasProduction && guard?.running !== version && hasVersion(guard?.used ?? [], version);
  const findings: Finding[] = [
    ...(isUsed ? [{ kind: 'used', version } as const] : []),
    ...(isRamped && !hasProduction ? [{ kind: 'no_production', version } as const] : []),
  ];
  return {
    outcome: missing.length === 0 ? { kind: 'unchanged', version } : { kind: 'relabel', version },
    findings,
    enter: () => {
      for (const label of missing) draft.moves.push({ kind: 'move_label', version, label, from: holder(draft, label) });
    },
  };
}

function create(definition: PromptDefinition, hash: string, claim: Claim, draft: Draft): Decided {
  const { remote, options, creates } = draft;
  const { name: _name, variant, semver, body, config } = definition;
  const labels = claim.labels.map((label) => ({ label, from: holder(draft, label) }));
  const twin = creates.find((other) => other.hash === hash);
  const number =
    (remote?.listed.versions.at(-1) ?? 0) + (twin === undefined ? creates.length + 1 : creates.indexOf(twin) + 1);
  const against = remote === null ? undefined : comparable(remote, variant);
  const hasProduction = remote !== null && holdersOf(remote, 'production').length > 0;
  const outcome = {
    kind: 'new_version',
    version: number,
    against: against?.version ?? null,
    diff: contentDiff(against ?? null, definition),
  } as const;
  return {
    outcome,
    findings: variant === null && !hasProduction ? [{ kind: 'no_production', version: number }] : [],
    enter: () => {
      const message = writeCommitMessage({ semver, variant, hash }, options.git);
      if (twin !== undefined) twin.labels = [...twin.labels, ...labels];
      else
        creates.push({
          kind: 'create_version',
          variant,
          semver,
          hash,
          body,
          config,
          labels,
          tags: null,
          commitMessage: message,
        });
    },
  };
}

/** What a person compares a new version with: its own label's holder, else production, else the newest. */
function comparable(remote: RemotePrompt, variant: string | null): RemoteVersion | undefined {
  const ofVariant = variant === null ? undefined : holdersOf(remote, variant)[0];
  return ofVariant ?? holdersOf(remote, 'production')[0] ?? remote.versions.at(-1);
}

/** Tags belong to the name, and Langfuse takes them together with a new version only. */
function planTags(base: PromptDefinition, { remote, creates }: Draft): { actions: Unnamed[]; findings: Finding[] } {
  const to = base.tags.toSorted();
  const first = creates[0];
  if (remote === null) {
    if (first !== undefined && to.length > 0) first.tags = to;
    return { actions: [], findings: [] };
  }
  const from = remote.listed.tags.toSorted();
  if (JSON.stringify(from) === JSON.stringify(to)) return { actions: [], findings: [] };
  if (first === undefined) return { actions: [], findings: [{ kind: 'tags_wait', from, to }] };
  first.tags = to;
  return { actions: [{ kind: 'rewrite_tags', from, to }], findings: [] };
}

function labelsHeldTwice(remote: RemotePrompt, claims: readonly Claim[]): Finding[] {
  const labels = new Set(['production', ...claims.flatMap((claim) => claim.labels)]);
  return [...labels].flatMap((label): Finding[] => {
    const versions = holdersOf(remote, label).map(({ version }) => version);
    return versions.length > 1 ? [{ kind: 'label_held_twice', label, versions }] : [];
  });
}

function holder({ remote }: Draft, label: string): number | null {
  return remote === null ? null : (holdersOf(remote, label)[0]?.version ?? null);
}
