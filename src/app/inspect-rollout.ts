import type { PromptItem } from '../core/item/prompt-item';
import type { CombinedHarm } from '../core/judging/judge';
import type { Verdict } from '../core/judging/verdict';
import type { ArmCounts } from '../core/rollout/evidence';
import { judgeRollout } from '../core/rollout/look';
import type { Rollout } from '../core/rollout/rollout';
import { rolloutEvidence } from '../core/rollout/rollout-experiment';
import type { Controller } from './controller';
import { readManifest } from './stored-manifest';

/** A rollout with its verdicts as of the evidence that its last tick stored. */
export interface Inspection {
  item: PromptItem;
  rollout: Rollout;
  verdicts: Verdict[];
  harm: CombinedHarm;
  /** Units in the present step, by arm. */
  stageUnits: ArmCounts;
}

/**
 * Judges the stored evidence again, changing nothing: what `status` and the demo show is what the last tick saw.
 * @returns null when the prompt never had a rollout
 */
export async function inspectRollout(
  controller: Pick<Controller, 'store' | 'objects'>,
  prompt: string,
): Promise<Inspection | null> {
  const item = await controller.store.read(prompt);
  if (item?.rollout == null) return null;
  const { rollout } = item;
  const manifest = await readManifest(controller, item);
  const evidence = rolloutEvidence(rollout, manifest?.experiment ?? null);
  return {
    item,
    rollout,
    ...judgeRollout(rollout, evidence?.states ?? []),
    stageUnits: evidence?.stageUnits[rollout.stages.length - 1] ?? { stable: 0, candidate: 0 },
  };
}
