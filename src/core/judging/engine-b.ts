import { bernoulliLogLikelihoodRatio } from '../stats/bernoulli-likelihood-ratio';
import { logMeanExp } from '../stats/log-sum-exp';
import type { LogEvidence } from './engine-a';
import { gateMargin, HARM_WEIGHTS, isRare, marginRate, referenceRate, safeWeights } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import type { GuardrailState } from './guardrail-state';

/** Engine B: exact at any size, from the closed blocks; open blocks are not judged. */
export function engineB(g: FrozenGuardrail, state: GuardrailState): LogEvidence {
  return {
    harm: logMeanExp(state.logs.harm, HARM_WEIGHTS),
    gate: safety(g, state, state.logs.gate, gateMargin(g.delta)),
    safe: safety(g, state, state.logs.safe, g.delta),
  };
}

/**
 * Where bad outcomes are rare, blocks without any say nothing, so half of the weight goes to "the candidate's bad rate
 * is below history's plus the margin".
 */
function safety(g: FrozenGuardrail, state: GuardrailState, logs: readonly number[], margin: number): number {
  const conditional = logMeanExp(logs, safeWeights(g.kind));
  if (!isRare(g)) return conditional;
  const { candidate, candidateBad } = state.entered;
  const oneSample = bernoulliLogLikelihoodRatio(candidateBad, candidate, referenceRate(g), marginRate(g, margin));
  return logMeanExp([conditional, oneSample]);
}
