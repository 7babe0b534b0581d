import type { FrozenGuardrail } from '../judging/guardrail';
import { combineHarm, judgeGuardrail, type CombinedHarm, type ErrorBounds } from '../judging/judge';
import type { GuardrailState } from '../judging/guardrail-state';
import type { Verdict } from '../judging/verdict';
import type { TickEvidence } from './evidence';
import type { Peaks, Rollout } from './rollout';

/** What a tick sees: the verdicts, and the rollout with the peaks they raised. */
export interface Look {
  rollout: Rollout;
  verdicts: readonly Verdict[];
  harm: CombinedHarm;
  /** Proven now or at any look before (Ville's inequality bounds the running maximum). */
  isHarmProven: boolean;
  /** Proven for the first time. */
  isHarmNews: boolean;
}

/**
 * Judges every guardrail of a rollout: what a tick, `status` and `explain` all see.
 * @param states one per guardrail, in its order; a guardrail without one has no verdict
 */
export function judgeRollout(
  rollout: Rollout,
  states: readonly GuardrailState[],
): { verdicts: Verdict[]; harm: CombinedHarm } {
  return judgePair(rollout.guardrails, states, rollout.policy);
}

/** Judges every guardrail of one pair of arms. */
export function judgePair(
  guardrails: readonly FrozenGuardrail[],
  states: readonly GuardrailState[],
  { alpha, beta }: ErrorBounds,
): { verdicts: Verdict[]; harm: CombinedHarm } {
  const verdicts = guardrails.flatMap((guardrail, index) => {
    const state = states[index];
    return state === undefined ? [] : [judgeGuardrail(guardrail, state, { alpha, beta })];
  });
  return { verdicts, harm: combineHarm(verdicts, guardrails, { alpha }) };
}

/** Judges a rollout by what has been read, and raises its peaks. */
export function lookAt(rollout: Rollout, { judged }: Pick<TickEvidence, 'judged'>): Look {
  const { alpha } = rollout.policy;
  const { verdicts, harm } = judgeRollout(rollout, judged?.states ?? []);
  const peaks = raisePeaks(rollout.peaks, verdicts, harm);
  const isProven = ({ harm: logE }: Peaks): boolean => logE >= Math.log(1 / alpha);
  return {
    rollout: { ...rollout, peaks, exposedUnits: judged?.exposedUnits ?? rollout.exposedUnits },
    verdicts,
    harm,
    isHarmProven: isProven(peaks),
    isHarmNews: isProven(peaks) && !isProven(rollout.peaks),
  };
}

/** The largest e-values of one pair so far. */
export function raisePeaks(peaks: Peaks, verdicts: readonly Verdict[], harm: CombinedHarm): Peaks {
  const perGuardrail = { ...peaks.perGuardrail };
  for (const verdict of verdicts) {
    const before = perGuardrail[verdict.guardrail];
    perGuardrail[verdict.guardrail] = {
      gate: Math.max(before?.gate ?? 0, verdict.logESafeGate),
      safe: Math.max(before?.safe ?? 0, verdict.logESafe),
    };
  }
  return { harm: Math.max(peaks.harm, harm.logE), perGuardrail };
}

/** Why harm counts as proven, and the guardrail that closed testing names for it; null when it names none. */
export function explainHarm({ rollout, verdicts, harm }: Look): { reason: string; guardrail: string | null } {
  return explainProvenHarm(verdicts, harm, rollout.policy.alpha);
}

/** The same for one pair of arms, judged at this level. */
export function explainProvenHarm(
  verdicts: readonly Verdict[],
  harm: CombinedHarm,
  alpha: number,
): { reason: string; guardrail: string | null } {
  const named = strongest(verdicts.filter((verdict) => harm.proven.includes(verdict.guardrail)));
  if (named !== null) return { reason: named.reason, guardrail: named.guardrail };
  const first = strongest(verdicts);
  if (first === null || harm.logE < Math.log(1 / alpha)) {
    return { reason: 'harm was proven at an earlier look', guardrail: null };
  }
  return { reason: `harm is proven by the guardrails together, most of all by: ${first.reason}`, guardrail: null };
}

function strongest(verdicts: readonly Verdict[]): Verdict | null {
  const strength = (verdict: Verdict): number => Math.max(verdict.logEHarm, verdict.logEFloor ?? -Infinity);
  return verdicts.reduce<Verdict | null>((best, v) => (best === null || strength(v) > strength(best) ? v : best), null);
}
