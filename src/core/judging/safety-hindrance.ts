import type { FrozenGuardrail } from './guardrail';
import type { GuardrailState } from './guardrail-state';

/** Units in each arm before anything counts as safe: an arm of one is no comparison. */
const LEAST_UNITS = 10;

/**
 * Why nothing can be proven safe, whatever the e-values say; null = nothing stands in the way.
 * @param varies whether a difference has a standard error: enough units in one stage, and not all alike
 */
export function safetyHindrance(g: FrozenGuardrail, { units }: GuardrailState, varies: boolean): string | null {
  const fewest = Math.min(units.stable, units.candidate);
  if (fewest < LEAST_UNITS) return `${fewest} units in the smaller arm, at least ${LEAST_UNITS} are needed`;
  // No bad outcome at all is what a yes/no metric is meant to show; a number that is always the same measures nothing.
  if (g.kind === 'bounded' && !varies) return 'no value differs from another';
  return null;
}
