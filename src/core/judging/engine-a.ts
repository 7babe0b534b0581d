import { type StratifiedDifference, stratifiedRatioDifference } from '../stats/stratified-ratio-difference';
import { normalMixtureLogE } from '../stats/normal-mixture';
import { logMeanExp } from '../stats/log-sum-exp';
import { burnInUnits } from './burn-in';
import { GAIN_WEIGHTS, gateMargin, HARM_WEIGHTS, harmEffects, harmWeights, safeGains } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import type { GuardrailState } from './guardrail-state';
import { plannedEndLogE } from './planned-end';

/** ln e of the three questions; 0 is no evidence. */
export interface LogEvidence {
  harm: number;
  gate: number;
  safe: number;
}

const NO_EVIDENCE: LogEvidence = { harm: 0, gate: 0, safe: 0 };

/**
 * Engine A: stratified, clustered, asymptotic. Normal likelihood ratios, mixed over sizes of harm and, for
 * safety, over distances from the margin that is asked about; for harm, beside the mixture, a test at the planned end.
 * @returns no evidence of a mixture before its burn-in is over or when nothing varies; `plannedEnd` is ln e of that test, a part of
 *   the evidence for harm
 */
export function engineA(
  g: FrozenGuardrail,
  state: GuardrailState,
): { estimate: StratifiedDifference | null; evidence: LogEvidence; plannedEnd: number } {
  const estimate = stratifiedRatioDifference(state.stages, state.cross);
  const plannedEnd = plannedEndLogE(g, state, estimate);
  const harm = (mixture: number): number => {
    const shares = harmWeights(g);
    const share = shares.plannedEnd / (shares.mixture + shares.plannedEnd);
    return share === 0 ? mixture : logMeanExp([mixture, plannedEnd], [1 - share, share]);
  };
  if (estimate === null) return { estimate, evidence: { ...NO_EVIDENCE, harm: harm(0) }, plannedEnd };
  const { theta, se } = estimate;
  const units = Math.min(estimate.unitsStable, estimate.unitsCandidate);
  const after = (least: number, logE: () => number): number => (units < least ? 0 : logE());
  const notWorseThan = (margin: number): number =>
    after(burnInUnits(g, 'safe'), () => normalMixtureLogE(theta + margin, se, safeGains(margin), GAIN_WEIGHTS));
  return {
    estimate,
    evidence: {
      harm: harm(after(burnInUnits(g, 'harm'), () => normalMixtureLogE(-theta, se, harmEffects(g), HARM_WEIGHTS))),
      gate: notWorseThan(gateMargin(g.delta)),
      safe: notWorseThan(g.delta),
    },
    plannedEnd,
  };
}
