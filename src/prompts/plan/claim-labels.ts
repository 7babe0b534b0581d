import type { PromptDefinition } from '../definition';
import { contentHash } from '../hash';
import type { Finding } from './plan';

/** The labels that a definition's version is to hold. */
export interface Claim {
  labels: readonly string[];
  /** Those of them that start a rollout, which production itself never needs. */
  ramping: readonly string[];
  findings: readonly Finding[];
  /** True when a variant of the prompt is to be ramped. */
  rampedByVariant: boolean;
  /** The variant with this content; null when none has. */
  variantOf: (hash: string | undefined) => string | null;
}

/**
 * Reads the labels of a prompt's definitions. `production` means "ramp it there" and becomes the ramp label; `latest` is
 * Langfuse's own. A base is ramped always, a variant when it asks for it. A label is held by one version, so the second
 * definition that claims it is refused.
 * @param definitions the base first
 */
export function claimLabels(
  definitions: readonly PromptDefinition[],
  options: { candidateLabel: string; label: string | null },
): Claim[] {
  const claimed = new Map<string, string | null>();
  const variants = definitions.filter(({ variant }) => variant !== null);
  const rampedByVariant = variants.some(({ labels }) => asksForRamp(labels, options.candidateLabel));
  const variantOf = (hash: string | undefined): string | null =>
    variants.find((variant) => contentHash(variant) === hash)?.variant ?? null;
  return definitions.map((definition) => {
    const { variant } = definition;
    const { labels, ramping, findings } = wishOf(definition, options, rampedByVariant);
    const twice = labels.find((label) => claimed.has(label));
    for (const label of labels) if (!claimed.has(label)) claimed.set(label, variant);
    const conflict: Finding[] =
      twice === undefined ? [] : [{ kind: 'label_claimed_twice', label: twice, by: claimed.get(twice) ?? null }];
    return { labels, ramping, findings: [...findings, ...conflict], rampedByVariant, variantOf };
  });
}

function wishOf(
  { variant, labels }: PromptDefinition,
  { candidateLabel, label }: { candidateLabel: string; label: string | null },
  rampedByVariant: boolean,
): { labels: string[]; ramping: string[]; findings: Finding[] } {
  const own = labels.filter((each) => !['production', 'latest', candidateLabel].includes(each));
  const isAsked = asksForRamp(labels, candidateLabel);
  const instead = label ?? candidateLabel;
  // A base that asks for nothing gives way to a variant that asks.
  const isRamped = variant === null ? isAsked || !rampedByVariant : isAsked;
  const ramping = isRamped ? [instead] : [];
  const findings: Finding[] = [
    ...(labels.includes('production') ? [{ kind: 'production_in_labels', instead } as const] : []),
    ...(labels.includes('latest') ? [{ kind: 'latest_in_labels' } as const] : []),
  ];
  const name = variant === null ? [] : [variant];
  return { labels: [...new Set([...name, ...ramping, ...own])], ramping, findings };
}

function asksForRamp(labels: readonly string[], candidateLabel: string): boolean {
  return labels.includes('production') || labels.includes(candidateLabel);
}
