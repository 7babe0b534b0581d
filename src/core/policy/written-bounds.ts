import type * as z from 'zod';
import { duration, flag, list, number, object, table, text, wholeNumber } from './shape';

/** What a deployment allows policies to say, as it is written. A key that is left out bounds nothing. */
export const writtenBounds = object('Limits of a deployment; a policy may be stricter, never looser.', {
  maxFirstPercent: number('Highest percent of the first step.', { above: 0, below: 100 }).exactOptional(),
  minBake: duration('Shortest bake time of any step.').exactOptional(),
  minUnits: wholeNumber('Least `minUnits`.', 1, 1_000_000_000).exactOptional(),
  requiredGuardrails: list('Metrics that must be guarded.', text('A metric.', 200), 0).exactOptional(),
  minRequiredWeightShare: number('Least share of the total weight that each required guardrail has.', {
    atLeast: 0,
    below: 1,
  }).exactOptional(),
  maxMargins: table('Widest margin per metric.', number('A margin, as in a guardrail.', { above: 0 })).exactOptional(),
  minAlpha: number('Smallest `alpha`: a tiny one would never roll back.', { above: 0, atMost: 0.5 }).exactOptional(),
  maxAlpha: number('Largest `alpha`.', { above: 0, atMost: 0.5 }).exactOptional(),
  maxBeta: number('Largest `beta`.', { above: 0, atMost: 0.5 }).exactOptional(),
  minAlphaSrm: number('Smallest `alphaSrm`.', { above: 0, atMost: 0.5 }).exactOptional(),
  maxSettle: duration("Longest settle time, the policy's and any guardrail's.").exactOptional(),
  maxUnusableShare: number('Largest `maxUnusableShare`.', { atLeast: 0, atMost: 1 }).exactOptional(),
  minHoldout: number('Least percent of the hold-out.', { atLeast: 0, below: 50 }).exactOptional(),
  minWatch: duration('Shortest watch.').exactOptional(),
  allowWithoutScores: flag('False: no policy may do without a guardrail on a score.').exactOptional(),
  allowDeclaredReference: flag('False: reference numbers come from history only.').exactOptional(),
});

export type WrittenBounds = z.infer<typeof writtenBounds>;

/** The bounds that a deployment in AWS has unless it writes its own. The default policy keeps within them. */
export const SHIPPED_BOUNDS: WrittenBounds = {
  maxFirstPercent: 25,
  minBake: '1h',
  minUnits: 30,
  requiredGuardrails: ['error_rate'],
  minRequiredWeightShare: 0.05,
  maxMargins: { error_rate: 0.05, latency: 0.5 },
  minAlpha: 0.001,
  maxAlpha: 0.1,
  maxBeta: 0.1,
  minAlphaSrm: 0.0001,
  maxSettle: '24h',
  maxUnusableShare: 0.2,
  minHoldout: 1,
  minWatch: '24h',
  allowDeclaredReference: false,
};
