import { halfNormalMixtureLogE } from '../stats/half-normal-mixture';
import { type StratifiedDifference, stratifiedRatioDifference } from '../stats/stratified-ratio-difference';
import { gateMargin, referenceRate } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import type { GuardrailState } from './guardrail-state';

/** ln e of the three questions; 0 is no evidence. */
export interface LogEvidence {
  harm: number;
  gate: number;
  safe: number;
}

const NO_EVIDENCE: LogEvidence = { harm: 0, gate: 0, safe: 0 };

const LEAST_UNITS = 30;
/** Units per squared skewness before the normal approximation carries tail probabilities (measured on judge scores). */
const UNITS_PER_SKEWNESS2 = 20;
/** Expected number of the rarer outcome. By expectation, not by count: to wait for events would be to choose by them. */
const LEAST_EXPECTED = 10;

/**
 * Engine A: stratified, clustered, asymptotic. The e-value of each question is a half-normal mixture whose scale is the
 * margin that is asked about.
 * @returns no evidence before the burn-in is over or when nothing varies
 */
export function engineA(
  g: FrozenGuardrail,
  state: GuardrailState,
): { estimate: StratifiedDifference | null; evidence: LogEvidence } {
  const estimate = stratifiedRatioDifference(state.stages, state.cross);
  if (estimate === null) return { estimate, evidence: NO_EVIDENCE };
  if (Math.min(estimate.unitsStable, estimate.unitsCandidate) < burnInUnits(g))
    return { estimate, evidence: NO_EVIDENCE };
  const { theta, se } = estimate;
  const gate = gateMargin(g.delta);
  return {
    estimate,
    evidence: {
      harm: halfNormalMixtureLogE(-theta, se, g.delta),
      gate: halfNormalMixtureLogE(theta + gate, se, gate),
      safe: halfNormalMixtureLogE(theta + g.delta, se, g.delta),
    },
  };
}

/** Units per arm, summed over stages, before engine A counts. */
export function burnInUnits(g: FrozenGuardrail): number {
  const bySkewness = Math.max(LEAST_UNITS, UNITS_PER_SKEWNESS2 * g.reference.skewness2);
  if (g.kind === 'bounded') return bySkewness;
  const p = referenceRate(g);
  return Math.max(bySkewness, LEAST_EXPECTED / Math.min(p, 1 - p));
}
