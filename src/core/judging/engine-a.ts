import { type StratifiedDifference, stratifiedRatioDifference } from '../stats/stratified-ratio-difference';
import { normalMixtureLogE } from '../stats/normal-mixture';
import { GAIN_WEIGHTS, gateMargin, HARM_WEIGHTS, harmEffects, referenceRate, safeGains } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import type { GuardrailState } from './guardrail-state';

/** ln e of the three questions; 0 is no evidence. */
export interface LogEvidence {
  harm: number;
  gate: number;
  safe: number;
}

const NO_EVIDENCE: LogEvidence = { harm: 0, gate: 0, safe: 0 };

const LEAST_UNITS = { harm: 30, safe: 60 } as const;
/** Units per squared skewness before the normal approximation carries tail probabilities (measured on judge scores). */
const UNITS_PER_SKEWNESS2 = 20;
/** Expected number of the rarer outcome. By expectation, not by count: to wait for events would be to choose by them. */
const LEAST_EXPECTED = 10;
/** The same, where the skewness makes the test for harm the more careful one. */
const LEAST_EXPECTED_HARM = 3;

/**
 * Engine A: stratified, clustered, asymptotic. Normal likelihood ratios, mixed over sizes of harm and, for
 * safety, over distances from the margin that is asked about.
 * @returns no evidence before the burn-in is over or when nothing varies
 */
export function engineA(
  g: FrozenGuardrail,
  state: GuardrailState,
): { estimate: StratifiedDifference | null; evidence: LogEvidence } {
  const estimate = stratifiedRatioDifference(state.stages, state.cross);
  if (estimate === null) return { estimate, evidence: NO_EVIDENCE };
  const { theta, se } = estimate;
  const units = Math.min(estimate.unitsStable, estimate.unitsCandidate);
  const after = (least: number, logE: () => number): number => (units < least ? 0 : logE());
  const notWorseThan = (margin: number): number =>
    after(burnInUnits(g, 'safe'), () => normalMixtureLogE(theta + margin, se, safeGains(margin), GAIN_WEIGHTS));
  return {
    estimate,
    evidence: {
      harm: after(burnInUnits(g, 'harm'), () => normalMixtureLogE(-theta, se, harmEffects(g), HARM_WEIGHTS)),
      gate: notWorseThan(gateMargin(g.delta)),
      safe: notWorseThan(g.delta),
    },
  };
}

/**
 * Units per arm, summed over stages, before engine A counts. Where bad outcomes are the rare ones, an arm with more of
 * them has the larger variance too: its t statistic is held back, and harm may be sought long before safety, which is
 * where few bad outcomes by chance look like few in truth.
 */
export function burnInUnits(g: FrozenGuardrail, question: 'harm' | 'safe'): number {
  const { skewness2, source } = g.reference;
  const p = referenceRate(g);
  const isBinary = g.kind === 'binary';
  if (isBinary && question === 'harm' && p < 1 / 2) return Math.max(LEAST_UNITS[question], LEAST_EXPECTED_HARM / p);
  const byRate = isBinary ? LEAST_EXPECTED / Math.min(p, 1 - p) : 0;
  const bySkewness = isBinary && source !== 'fallback' ? 0 : UNITS_PER_SKEWNESS2 * skewness2;
  return Math.max(LEAST_UNITS[question], byRate, bySkewness);
}
