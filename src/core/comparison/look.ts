import type { GuardrailState } from '../judging/guardrail-state';
import type { CombinedHarm } from '../judging/judge';
import type { Verdict } from '../judging/verdict';
import { judgePair, raisePeaks } from '../rollout/look';
import { activeVariants, type Comparison } from './comparison';
import { differenceOf, pairAlpha, type Difference } from './difference';

/** One variant against the control, as a tick sees it. */
export interface VariantLook {
  arm: number;
  verdicts: readonly Verdict[];
  harm: CombinedHarm;
  /** Proven now or at any look before. */
  isHarmProven: boolean;
  /** Every guardrail that gates a promotion is proven not worse than its margin. */
  isSafe: boolean;
  difference: Difference;
}

/** What a tick sees of a comparison, and the comparison with the peaks that were raised. */
export interface ComparisonLook {
  comparison: Comparison;
  /** One per variant, those that were dropped included, in the order of the arms. */
  variants: readonly VariantLook[];
  /** Differences between two variants that are still in the race. */
  among: readonly Difference[];
}

/** What each variant is judged at: the bounds of the policy are shared out among them, so that they hold for all together. */
export function variantBounds({ policy, arms }: Comparison): { alpha: number; beta: number } {
  const variants = arms.length - 1;
  return { alpha: policy.alpha / variants, beta: policy.beta / variants };
}

/**
 * Judges a comparison by its states: what a tick, `compare show` and the chart all see.
 * @param states by pair, then by guardrail; a pair without states has no verdict
 */
export function lookAtComparison(
  comparison: Comparison,
  states: readonly (readonly GuardrailState[])[],
): ComparisonLook {
  const judged = comparison.arms.map((arm, index) => {
    if (index === 0) return { arm, look: null };
    const { verdicts, harm } = judgePair(comparison.guardrails, states[index - 1] ?? [], variantBounds(comparison));
    return { arm: { ...arm, peaks: raisePeaks(arm.peaks, verdicts, harm) }, look: { verdicts, harm } };
  });
  const next = { ...comparison, arms: judged.map(({ arm }) => arm) };
  const differences = differencesOf(next, states);
  const variants = judged.flatMap(({ arm, look }, index): VariantLook[] => {
    if (look === null) return [];
    const isHarmProven = arm.peaks.harm >= Math.log(1 / variantBounds(comparison).alpha);
    const difference = differences.toControl[index - 1]!;
    return [
      { arm: index, ...look, isHarmProven, difference, isSafe: isProvenSafe(next, index, look.verdicts, states) },
    ];
  });
  return { comparison: next, variants, among: differences.among };
}

/** Every variant against the control, and every two variants in the race against each other. */
export function differencesOf(
  comparison: Comparison,
  states: readonly (readonly GuardrailState[])[],
): { toControl: Difference[]; among: Difference[] } {
  const { arms, metric, metricIndex, policy } = comparison;
  const alpha = pairAlpha(policy.alpha, arms.length);
  const own = states.flatMap((pair) => pair[metricIndex] ?? []);
  const between = (arm: number, against: number): Difference =>
    own.length < arms.length - 1 ? unknown(arm, against) : differenceOf(metric, own, { arm, against }, alpha);
  const racing = activeVariants(comparison);
  return {
    toControl: arms.slice(1).map((_, index) => between(index + 1, 0)),
    among: racing.flatMap((arm) => racing.filter((other) => other < arm).map((other) => between(arm, other))),
  };
}

function unknown(arm: number, against: number): Difference {
  const nothing = { meanArm: null, meanAgainst: null, difference: null, se: null, low: null, high: null };
  return { arm, against, unitsArm: 0, unitsAgainst: 0, ...nothing };
}

function isProvenSafe(
  comparison: Comparison,
  arm: number,
  verdicts: readonly Verdict[],
  states: readonly (readonly GuardrailState[])[],
): boolean {
  const needed = Math.log(1 / variantBounds(comparison).beta);
  const { perGuardrail } = comparison.arms[arm]!.peaks;
  const byId = new Map(verdicts.map((verdict) => [verdict.guardrail, verdict]));
  return comparison.guardrails.every(({ id, gatesPromotion }, index) => {
    if (!gatesPromotion) return true;
    const verdict = byId.get(id);
    if (verdict === undefined || verdict.difference === null) return false;
    const isRefused = (states[arm - 1]?.[index]?.refused ?? 0) > 0;
    return !isRefused && (perGuardrail[id]?.safe ?? 0) >= needed && verdict.difference + verdict.delta > 0;
  });
}
