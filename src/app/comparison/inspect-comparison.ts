import type { Comparison } from '../../core/comparison/comparison';
import { lookAtComparison, type ComparisonLook } from '../../core/comparison/look';
import type { Kept } from '../../core/comparison/transitions';
import type { ExperimentEvidence } from '../../core/evidence/manifest';
import type { PromptItem } from '../../core/item/prompt-item';
import type { Controller } from '../controller';
import { readManifest } from '../stored-manifest';

/** A comparison as of the evidence that its last tick stored. */
export interface ComparisonInspection {
  item: PromptItem;
  comparison: Comparison;
  look: ComparisonLook;
  /** null = no tick has looked at it yet, or its evidence has made way for the next experiment's. */
  evidence: ExperimentEvidence | null;
}

type State = Pick<Controller, 'store' | 'objects'>;

/**
 * Judges the stored evidence of a prompt's comparison again, changing nothing. Of an ended one whose evidence has made way, the
 * differences are those that were kept at its end.
 * @returns null when the prompt never had a comparison
 */
export async function inspectComparison(state: State, prompt: string): Promise<ComparisonInspection | null> {
  const item = await state.store.read(prompt);
  if (item?.comparison == null) return null;
  const { comparison } = item;
  const evidence = await evidenceOf(state, item, comparison);
  const look = lookAtComparison(comparison, evidence?.states ?? []);
  const { result } = comparison;
  if (evidence !== null || result === null) return { item, comparison, look, evidence };
  const variants = look.variants.map((variant, index) => ({
    ...variant,
    difference: result[index] ?? variant.difference,
  }));
  return { item, comparison, look: { ...look, variants }, evidence };
}

/** What is kept of a running comparison when a person ends it. */
export async function keptOf(state: State, item: PromptItem, comparison: Comparison): Promise<Kept> {
  const evidence = await evidenceOf(state, item, comparison);
  const { variants } = lookAtComparison(comparison, evidence?.states ?? []);
  return { result: variants.map(({ difference }) => difference), journal: evidence?.journal ?? null };
}

async function evidenceOf(state: State, item: PromptItem, { id }: Comparison): Promise<ExperimentEvidence | null> {
  const evidence = (await readManifest(state, item))?.experiment ?? null;
  return evidence?.experimentId === id ? evidence : null;
}
