import { hasVersion } from '../../core/item/version-ranges';
import { writeCommitMessage } from '../commit-message';
import type { PromptDefinition } from '../definition';
import { holdersOf, type RemoteVersion } from '../remote/remote-prompt';
import type { Claim } from './claim-labels';
import { contentDiff } from './diff-lines';
import { holderOf, type Draft } from './draft';
import type { DefinitionPlan, Finding } from './plan';

/** What becomes of a definition. */
export interface Decided {
  outcome: DefinitionPlan['outcome'];
  findings: Finding[];
  /** Enters what is to be done. */
  enter: () => void;
}

/** Nothing is done until a person has decided. */
export function refused(...findings: Finding[]): Decided {
  return { outcome: { kind: 'refused' }, findings, enter: () => {} };
}

/**
 * Compares a definition with every version that is known: the one that has its place, those that were rolled back, all others.
 * @param hash of its content
 */
export function decideDefinition(definition: PromptDefinition, hash: string, claim: Claim, draft: Draft): Decided {
  const { remote } = draft;
  if (remote === null) return create(definition, hash, claim, draft);
  const { type } = remote.listed;
  if (type !== definition.body.type) return refused({ kind: 'type_changed', from: type, to: definition.body.type });
  const home = holdersOf(remote, definition.variant ?? 'production')[0];
  const isHome = home?.hash === hash;
  if (isHome && isLive(home)) return atHome(definition, home, claim, draft);
  const same = remote.versions.filter((version) => version.hash === hash);
  const rolledBack = same.find(({ version }) => hasVersion(draft.guard?.quarantined ?? [], version));
  // A variant that nobody wants to ramp stays where it is.
  const isLeft = isHome && claim.ramping.length === 0;
  if (rolledBack !== undefined && !isLeft) return refused({ kind: 'quarantined', version: rolledBack.version });
  if (isHome) return atHome(definition, home, claim, draft);
  const winner = definition.variant === null ? claim.variantOf(home?.hash) : null;
  if (home !== undefined && winner !== null) {
    const finding: Finding = { kind: 'variant_in_production', variant: winner, version: home.version };
    return { outcome: { kind: 'left', version: home.version }, findings: [finding], enter: () => {} };
  }
  const chosen = same.findLast(({ labels }) => labels.some((label) => claim.labels.includes(label))) ?? same.at(-1);
  return chosen === undefined ? create(definition, hash, claim, draft) : relabel(chosen, claim, draft);
}

/** The version that has the definition's place says the same: production for a base, the variant's label for a variant. */
function atHome(definition: PromptDefinition, home: RemoteVersion, claim: Claim, draft: Draft): Decided {
  const decided = relabel(home, claim, draft);
  if (definition.variant !== null) return decided;
  const { candidateLabel } = draft.options;
  const ramped = holdersOf(draft.remote!, candidateLabel).find(({ version }) => version !== home.version);
  if (ramped === undefined || claim.rampedByVariant) return decided;
  const finding: Finding = { kind: 'ramping_other', version: ramped.version, label: candidateLabel };
  return { ...decided, findings: [...decided.findings, finding] };
}

/** Gives a version the labels that it lacks: what starts a rollout only where there is one to start. */
function relabel(target: RemoteVersion, claim: Claim, draft: Draft): Decided {
  const { version } = target;
  const { guard, options, remote } = draft;
  const wanted = isLive(target) ? claim.labels.filter((label) => !claim.ramping.includes(label)) : claim.labels;
  const isRamped = wanted.includes(options.candidateLabel);
  const hasProduction = holdersOf(remote!, 'production').length > 0;
  const labels = hasProduction ? wanted : wanted.filter((label) => label !== options.candidateLabel);
  const missing = labels.filter((label) => !target.labels.includes(label));
  const isUsed = isRamped && hasProduction && guard?.running !== version && hasVersion(guard?.used ?? [], version);
  const findings: Finding[] = [
    ...(isUsed ? [{ kind: 'used', version } as const] : []),
    ...(missing.includes(options.candidateLabel) ? runningOther(draft) : []),
    ...(isRamped && !hasProduction ? [{ kind: 'no_production', version } as const] : []),
  ];
  return {
    outcome: missing.length === 0 ? { kind: 'unchanged', version } : { kind: 'relabel', version },
    findings,
    enter: () => {
      for (const label of missing)
        draft.moves.push({ kind: 'move_label', version, label, from: holderOf(draft, label) });
    },
  };
}

/** Another version is being rolled out while the label that starts a rollout is to be moved. */
function runningOther({ guard }: Draft): Finding[] {
  return guard === null || guard.running === null ? [] : [{ kind: 'rollout_running', version: guard.running }];
}

function isLive({ labels }: RemoteVersion): boolean {
  return labels.includes('production');
}

function create(definition: PromptDefinition, hash: string, claim: Claim, draft: Draft): Decided {
  const { remote, options, creates } = draft;
  const { name: _name, variant, semver, body, config } = definition;
  const labels = claim.labels.map((label) => ({ label, from: holderOf(draft, label) }));
  const twin = creates.find((other) => other.hash === hash);
  const number =
    (remote?.listed.versions.at(-1) ?? 0) + (twin === undefined ? creates.length + 1 : creates.indexOf(twin) + 1);
  const against = comparable(definition, draft);
  const hasProduction = remote !== null && holdersOf(remote, 'production').length > 0;
  const outcome = {
    kind: 'new_version',
    version: number,
    against: against === null ? null : 'version' in against ? against.version : 'base',
    diff: contentDiff(against, definition),
  } as const;
  return {
    outcome,
    findings: [
      ...(variant === null && !hasProduction ? [{ kind: 'no_production', version: number } as const] : []),
      ...(claim.labels.includes(options.candidateLabel) ? runningOther(draft) : []),
    ],
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

/** What a person compares a new version with: a variant with what holds its label, else its base; a base with production. */
function comparable({ variant }: PromptDefinition, { base, remote }: Draft): RemoteVersion | PromptDefinition | null {
  if (variant !== null) return (remote && holdersOf(remote, variant)[0]) ?? base;
  if (remote === null) return null;
  return holdersOf(remote, 'production')[0] ?? remote.versions.at(-1) ?? null;
}
