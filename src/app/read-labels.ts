import { isRampartError } from '../core/errors';
import type { PromptVersion } from '../core/ports';
import type { LabelFacts } from '../core/rollout/evidence';
import type { Controller } from './controller';

export interface LabelReading {
  labels: LabelFacts;
  /** The version that holds the candidate label, with its config; null when none does or it is unknown. */
  candidate: PromptVersion | null;
  /** Why Langfuse could not be asked; null = it could. */
  problem: string | null;
}

/**
 * What Langfuse says about the labels now. Labels that cannot be read are `unknown`, which is never taken for "nobody
 * holds it".
 * @param stable the version whose existence matters; null = none does
 */
export async function readLabels(controller: Controller, prompt: string, stable: number | null): Promise<LabelReading> {
  const { langfuse, settings } = controller;
  try {
    const production = await langfuse.versionByLabel(prompt, 'production');
    const candidate = await langfuse.versionByLabel(prompt, settings.candidateLabel);
    const isStableSeen = stable === null || production?.version === stable || candidate?.version === stable;
    const stableExists = isStableSeen || (await langfuse.version(prompt, stable)) !== null;
    return {
      labels: { production: production?.version ?? null, candidate: candidate?.version ?? null, stableExists },
      candidate,
      problem: null,
    };
  } catch (error) {
    if (!isRampartError(error)) throw error;
    return {
      labels: { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' },
      candidate: null,
      problem: error.message,
    };
  }
}
