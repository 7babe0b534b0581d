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
 * @returns no evidence before the burn-in is over or when nothing varies
 */
export function engineA(
  g: FrozenGuardrail,
  state: GuardrailState,
): { estimate: StratifiedDifference | null; evidence: LogEvidence } {
  const estimate = stratifiedRatioDifference(state.stages, state.cross);
  const harm = (mixture: number): number => {
    const { mixture: share, plannedEnd } = harmWeights(g);
    if (plannedEnd === 0) return mixture;
    const weights = [share / (share + plannedEnd), plannedEnd / (share + plannedEnd)];
    return logMeanExp([mixture, plannedEndLogE(g, state, estimate)], weights);
  };
  if (estimate === null) return { estimate, evidence: { ...NO_EVIDENCE, harm: harm(0) } };
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
  };
}
