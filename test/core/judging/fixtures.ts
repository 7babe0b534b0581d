import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';

/** A yes/no score whose stable version is bad in a share `p` of the units. */
export function binaryGuardrail(changes: Partial<FrozenGuardrail> & { p?: number } = {}): FrozenGuardrail {
  const { p = 0.2, ...rest } = changes;
  const variance = p * (1 - p);
  return {
    id: 'score:thumbs',
    kind: 'binary',
    transform: { kind: 'indicator' },
    delta: 0.05,
    floor: null,
    weight: 1,
    settleMs: 600_000,
    gatesPromotion: true,
    reference: {
      source: 'declared',
      units: 0,
      sigma2: variance,
      p,
      skewness2: variance === 0 ? 10 : (1 - 2 * p) ** 2 / variance,
      mean: 1 - p,
    },
    ...rest,
  };
}

/** A judge's score from 1 to 5. */
export function boundedGuardrail(changes: Partial<FrozenGuardrail> = {}): FrozenGuardrail {
  return {
    id: 'score:quality',
    kind: 'bounded',
    transform: { kind: 'linear', low: 1, high: 5, higherIsBetter: true },
    delta: 0.0625,
    floor: null,
    weight: 1,
    settleMs: 600_000,
    gatesPromotion: true,
    reference: { source: 'declared', units: 0, sigma2: 0.06, p: 0.25, skewness2: 1.6, mean: 0.75 },
    ...changes,
  };
}
