import type { PromptDefinition } from '../definition';
import { contentHash } from '../hash';
import { factsOf, fingerprintOf, holdersOf, type RemotePrompt } from '../remote/remote-prompt';
import { claimLabels, type Claim } from './claim-labels';
import { decideDefinition, refused } from './decide-definition';
import type { Draft, GuardFacts, PlanOptions } from './draft';
import { findDrift } from './find-drift';
import { isRefusal, type Action, type DefinitionPlan, type Finding, type PromptPlan } from './plan';
import { planTags } from './plan-tags';

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
  const draft: Draft = { base, remote, guard, options, creates: [], moves: [] };
  const claims = claimLabels(definitions, options);
  const heldTwice = remote === null ? [] : labelsHeldTwice(remote, claims);
  const planned = definitions.map((definition, index) => planDefinition(definition, claims[index]!, draft, heldTwice));
  const tags = planTags(base, draft);
  const unnamed = [...draft.creates, ...tags.actions, ...draft.moves];
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
  const decided = heldTwice.length > 0 ? refused() : decideDefinition(definition, hash, claim, draft);
  const isRefused = [...claim.findings, ...decided.findings].some(isRefusal);
  const outcome = isRefused ? ({ kind: 'refused' } as const) : decided.outcome;
  // How labels are read is of interest where labels are given.
  const findings = outcome.kind === 'unchanged' ? decided.findings : [...claim.findings, ...decided.findings];
  if (outcome.kind !== 'refused') decided.enter();
  return { variant, semver, hash, file: source.file, outcome, findings };
}

function labelsHeldTwice(remote: RemotePrompt, claims: readonly Claim[]): Finding[] {
  const labels = new Set(['production', ...claims.flatMap((claim) => claim.labels)]);
  return [...labels].flatMap((label): Finding[] => {
    const versions = holdersOf(remote, label).map(({ version }) => version);
    return versions.length > 1 ? [{ kind: 'label_held_twice', label, versions }] : [];
  });
}
