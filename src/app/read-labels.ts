import { isRampartError, RampartError } from '../core/errors';
import type { PromptVersion } from '../core/ports';
import type { LabelFacts } from '../core/rollout/evidence';
import type { Controller } from './controller';

export interface LabelReading {
  labels: LabelFacts;
  /** The version that holds the candidate label, with its config; null when none does or it is unknown. */
  candidate: PromptVersion | null;
  /** Why nothing can be made of the labels now: Langfuse could not be asked, or two versions hold one; null = all is well. */
  problem: string | null;
  /** The label that two versions hold; null = none. */
  contested: { label: string; versions: string } | null;
}

/**
 * What Langfuse says about the labels now. Labels that cannot be read are `unknown`, which is never taken for "nobody
 * holds it". Before anything new is made of a label, it is checked that one version alone holds it.
 * @param stable the version whose existence matters; null = none does
 * @param expected the versions that the running rollout expects the labels on; null = no rollout is running
 */
export async function readLabels(
  controller: Controller,
  prompt: string,
  stable: number | null,
  expected: readonly number[] | null = null,
): Promise<LabelReading> {
  const { langfuse, settings } = controller;
  let contested: LabelReading['contested'] = null;
  const holderOf = async (label: string): Promise<PromptVersion | null> => {
    const holder = await langfuse.versionByLabel(prompt, label);
    if (holder === null || expected?.includes(holder.version)) return holder;
    const holders = await langfuse.versionsWithLabel(prompt, label);
    if (holders.length <= 1) return holder;
    const versions = holders.join(' and ');
    contested = { label, versions };
    throw new RampartError('refused', `${label} of ${prompt}: expected on one version, is on ${versions}`, {
      hint: `Give the label ${label} to one of them again in Langfuse; that takes it from the others.`,
    });
  };
  try {
    const production = await holderOf('production');
    const candidate = await holderOf(settings.candidateLabel);
    const isStableSeen = stable === null || production?.version === stable || candidate?.version === stable;
    const stableExists = isStableSeen || (await langfuse.version(prompt, stable)) !== null;
    return {
      labels: { production: production?.version ?? null, candidate: candidate?.version ?? null, stableExists },
      candidate,
      problem: null,
      contested,
    };
  } catch (error) {
    if (!isRampartError(error)) throw error;
    return {
      labels: { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' },
      candidate: null,
      problem: error.message,
      contested,
    };
  }
}
