import type { FrozenGuardrail, Transform } from '../core/judging/guardrail';
import type { Verdict } from '../core/judging/verdict';
import { wordDifference, wordMean } from '../core/judging/wording';
import type { Paint, Tone } from './paint';

/** A guardrail's verdict on the metric's own scale, for programs. */
export interface GuardrailFigures {
  guardrail: string;
  verdict: Verdict['kind'];
  /**
   * Candidate less stable, with its confidence bounds, low <= high: in points of a score's range, relative (0.1 = +10 %)
   * for latency, cost and tokens, as a share of good outcomes for the rest. null = not known yet.
   */
  difference: number | null;
  low: number | null;
  high: number | null;
  /** The difference that is still accepted, on the same scale. */
  margin: number;
  scale: 'score' | 'relative' | 'share';
  unitsStable: number;
  unitsCandidate: number;
  reason: string;
}

export const SCALES = { linear: 'score', log: 'relative', threshold: 'share', indicator: 'share' } as const;

export function guardrailFigures(guardrail: FrozenGuardrail, verdict: Verdict): GuardrailFigures {
  const { transform } = guardrail;
  const own = (z: number | null): number | null => (z === null ? null : ownScale(transform, z));
  const [low, high] = isReversed(transform) ? [verdict.high, verdict.low] : [verdict.low, verdict.high];
  return {
    guardrail: guardrail.id,
    verdict: verdict.kind,
    difference: own(verdict.difference),
    low: own(low),
    high: own(high),
    margin: ownScale(transform, -guardrail.delta),
    scale: SCALES[transform.kind],
    unitsStable: verdict.unitsStable,
    unitsCandidate: verdict.unitsCandidate,
    reason: verdict.reason,
  };
}

/** Cells of one line: metric, means, difference with its bounds, margin, verdict. */
export function guardrailCells(guardrail: FrozenGuardrail, verdict: Verdict, paint: Paint): string[] {
  const { transform } = guardrail;
  const mean = (z: number | null): string => (z === null ? 'no data' : wordMean(transform, z));
  return [
    guardrail.id,
    `${mean(verdict.meanCandidate)} against ${mean(verdict.meanStable)}`,
    differenceText(transform, verdict),
    `accepted ${wordDifference(transform, -guardrail.delta)}`,
    paint(VERDICT_TONES[verdict.kind], verdict.kind.replace('_', ' ')),
  ];
}

/** How a verdict is shown. */
export const VERDICT_TONES: Readonly<Record<Verdict['kind'], Tone>> = {
  safe: 'good',
  inconclusive: 'warn',
  no_data: 'warn',
  harmful: 'bad',
};

/** The difference with its bounds, lower one first, in the metric's own words. */
export function differenceText(transform: Transform, { difference, low, high }: Verdict): string {
  if (difference === null) return 'no difference yet';
  const middle = wordDifference(transform, difference);
  if (low === null || high === null) return middle;
  const ends = isReversed(transform) ? [high, low] : [low, high];
  return `${middle} (${ends.map((end) => wordDifference(transform, end)).join(' to ')})`;
}

/** z is higher where the candidate is better; on these scales better is lower. */
function isReversed(transform: Transform): boolean {
  return transform.kind === 'log' || (transform.kind === 'linear' && !transform.higherIsBetter);
}

/** A difference of z on the metric's own scale, see {@link GuardrailFigures}. */
export function ownScale(transform: Transform, z: number): number {
  switch (transform.kind) {
    case 'linear':
      return z * (transform.high - transform.low) * (transform.higherIsBetter ? 1 : -1);
    case 'log':
      return Math.expm1(-z * (transform.lnHigh - transform.lnLow));
    case 'threshold':
    case 'indicator':
      return z;
  }
}
