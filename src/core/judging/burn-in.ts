import { referenceRate } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';

const LEAST_UNITS = { harm: 30, safe: 60 } as const;
/** Units per squared skewness before the normal approximation carries tail probabilities (measured on judge scores). */
const UNITS_PER_SKEWNESS2 = 20;
/** Expected number of the rarer outcome. By expectation, not by count: to wait for events would be to choose by them. */
const LEAST_EXPECTED = 10;
/** The same, where the skewness makes the test for harm the more careful one. */
const LEAST_EXPECTED_HARM = 3;

/**
 * Units per arm, summed over stages, before engine A's mixtures count. Where bad outcomes are the rare ones, an arm with more of
 * them has the larger variance too: its t statistic is held back, and harm may be sought long before safety, which is
 * where few bad outcomes by chance look like few in truth.
 */
export function burnInUnits(g: FrozenGuardrail, question: 'harm' | 'safe'): number {
  const { skewness2, source } = g.reference;
  const p = referenceRate(g);
  if (question === 'harm' && isBadRarer(g)) return Math.max(LEAST_UNITS[question], LEAST_EXPECTED_HARM / p);
  const isBinary = g.kind === 'binary';
  const byRate = isBinary ? LEAST_EXPECTED / Math.min(p, 1 - p) : 0;
  const bySkewness = isBinary && source !== 'fallback' ? 0 : UNITS_PER_SKEWNESS2 * skewness2;
  return Math.max(LEAST_UNITS[question], byRate, bySkewness);
}

/**
 * The same for its planned end, which is one look: where bad outcomes are the rare ones it needs no expected number of them, for
 * the t statistic stays low until several more have come in the candidate's arm than chance puts there.
 */
export function plannedEndLeastUnits(g: FrozenGuardrail): number {
  return isBadRarer(g) ? LEAST_UNITS.harm : burnInUnits(g, 'harm');
}

function isBadRarer(g: FrozenGuardrail): boolean {
  return g.kind === 'binary' && referenceRate(g) < 1 / 2;
}
