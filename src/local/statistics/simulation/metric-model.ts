import type { Arm } from '../../../core/assignment/assignment';
import type { FrozenGuardrail, Transform } from '../../../core/judging/guardrail';
import { growingRoot } from '../reference/bisect';
import { informationPerUnit } from '../reference/wald-bound';

/** How one metric behaves in both arms, and what is known of it before the rollout. */
export interface MetricModel {
  guardrail: FrozenGuardrail;
  /** Raw values: +1 when higher is worse, -1 when lower is. */
  worse: 1 | -1;
  /** Whether `draw` wants a standard normal number or one in [0, 1). */
  chance: 'normal' | 'uniform';
  /** A raw value. @param swing time of day in -1..1, 0 for none */
  draw: (arm: Arm, chance: number, swing: number) => number;
  /** A raw value of either arm while the provider fails. */
  broken?: (chance: number) => number;
  /** Nats per unit that a test of "both arms have the same law" can gain, null where it is not stated. */
  information: ((share: number) => number) | null;
}

/** Where a candidate lies: the metric's own effect, 0 for none. */
export type Family = (effect: number) => MetricModel;

const LIKERT = [0.03, 0.05, 0.12, 0.35, 0.45];
const LATENCY_SD = 0.7;
const LATENCY_LOG_MEDIAN = Math.log(2);
/** Standard normal quantiles of the caps that are frozen from history: 1 % and 99.9 %. */
const CAPS = { low: -2.3263478740408408, high: 3.090232306167813 };

/** Thumbs up with .8; the effect is a change of that probability. Margin 5 points. */
export const thumbs: Family = (effect) => ({
  guardrail: guardrail('score:thumbs', 'binary', { kind: 'indicator' }, 0.05, binaryMoments(0.2)),
  worse: -1,
  chance: 'uniform',
  draw: (arm, u, swing) => (u < 0.8 + (arm === 'candidate' ? effect : 0) - 0.06 * swing ? 1 : 0),
  information: (share) => informationPerUnit([0.2 - effect, 0.8 + effect], [0.2, 0.8], share),
});

/** Thumbs with an absolute limit on the share of thumbs up; when the provider fails, three in ten are up. */
export function limitedThumbs(limit: number): Family {
  return (effect) => {
    const model = thumbs(effect);
    return { ...model, guardrail: { ...model.guardrail, floor: limit }, broken: (u) => (u < 0.3 ? 1 : 0) };
  };
}

/** Errors in a share `p`; the effect adds to that. A value is 1 for a success. Margin 1 point. */
export function errorsFrom(p: number): Family {
  return (effect) => ({
    guardrail: guardrail('error_rate', 'binary', { kind: 'indicator' }, 0.01, binaryMoments(p)),
    worse: -1,
    chance: 'uniform',
    draw: (arm, u, swing) => (u < 1 - p - (arm === 'candidate' ? effect : 0) - 0.3 * p * swing ? 1 : 0),
    information:
      p > 0 && p + effect < 1 ? (share) => informationPerUnit([p + effect, 1 - p - effect], [p, 1 - p], share) : null,
  });
}

/** Errors in 1 %. */
export const errors: Family = errorsFrom(0.01);

/** A score of 1 to 5, ordered logit; the effect is a change of its mean. Margin .25. */
export const likert: Family = (effect) => {
  const base = LIKERT.map((_, k) => LIKERT.slice(0, k + 1).reduce((sum, p) => sum + p, 0)).slice(0, -1);
  const cuts = base.map((p) => Math.log(p / (1 - p)));
  const below = (eta: number): number[] => cuts.map((cut) => 1 / (1 + Math.exp(eta - cut)));
  const meanAt = (eta: number): number => 5 - below(eta).reduce((sum, p) => sum + p, 0);
  const target = meanAt(0) + effect;
  const shift = effect === 0 ? 0 : growingRoot((eta) => meanAt(eta) - target, -6, 6);
  const probabilities = (eta: number): number[] => [...below(eta), 1].map((p, k, all) => p - (all[k - 1] ?? 0));
  return {
    guardrail: guardrail(
      'score:quality',
      'bounded',
      { kind: 'linear', low: 1, high: 5, higherIsBetter: true },
      0.0625,
      momentsOfLaw(LIKERT.map((p, k) => [k / 4, p])),
    ),
    worse: -1,
    chance: 'uniform',
    draw: (arm, u, swing) => {
      const eta = (arm === 'candidate' ? shift : 0) - 0.3 * swing;
      const logit = Math.log(u / (1 - u)) + eta;
      return 1 + cuts.reduce((above, cut) => above + (logit > cut ? 1 : 0), 0);
    },
    information: (share) => informationPerUnit(probabilities(shift), LIKERT, share),
  };
};

/** Log-normal response times in seconds; the effect is a change of the mean logarithm. Margin 10 %. */
export const latency: Family = (effect) => {
  const lnLow = LATENCY_LOG_MEDIAN + CAPS.low * LATENCY_SD;
  const lnHigh = LATENCY_LOG_MEDIAN + CAPS.high * LATENCY_SD;
  const sigma2 = (LATENCY_SD / (lnHigh - lnLow)) ** 2;
  return {
    guardrail: guardrail('latency', 'bounded', { kind: 'log', lnLow, lnHigh }, Math.log(1.1) / (lnHigh - lnLow), {
      sigma2,
      p: 0.5,
      skewness2: 0,
      mean: 1 - (LATENCY_LOG_MEDIAN - lnLow) / (lnHigh - lnLow),
    }),
    worse: 1,
    chance: 'normal',
    draw: (arm, z, swing) =>
      Math.exp(LATENCY_LOG_MEDIAN + LATENCY_SD * z + (arm === 'candidate' ? effect : 0) + 0.15 * swing),
    information: (share) => (share * (1 - share) * effect ** 2) / (2 * LATENCY_SD ** 2),
  };
};

/** A judge's scores in 0..1 as they were given, one law per arm. Margin .05. */
export function judged(stable: Law, candidate: Law): MetricModel {
  const draws = { stable: drawFrom(stable), candidate: drawFrom(candidate) };
  return {
    guardrail: guardrail(
      'score:judge',
      'bounded',
      { kind: 'linear', low: 0, high: 1, higherIsBetter: true },
      0.05,
      momentsOfLaw(stable),
    ),
    worse: -1,
    chance: 'uniform',
    draw: (arm, u) => draws[arm](u),
    information: null,
  };
}

/** Values with their probabilities, sum 1. */
export type Law = readonly (readonly [value: number, probability: number])[];

type KnownMoments = Pick<FrozenGuardrail['reference'], 'sigma2' | 'p' | 'skewness2' | 'mean'>;

function binaryMoments(p: number): KnownMoments {
  return { sigma2: p * (1 - p), p, skewness2: p === 0 ? 0 : (1 - 2 * p) ** 2 / (p * (1 - p)), mean: 1 - p };
}

function momentsOfLaw(law: Law): KnownMoments {
  const mean = law.reduce((sum, [z, p]) => sum + p * z, 0);
  const moment = (k: number): number => law.reduce((sum, [z, p]) => sum + p * (z - mean) ** k, 0);
  return { sigma2: moment(2), p: 1 - mean, skewness2: moment(3) ** 2 / moment(2) ** 3, mean };
}

function drawFrom(law: Law): (u: number) => number {
  const ends: number[] = [];
  law.reduce((sum, [, p]) => {
    ends.push(sum + p);
    return sum + p;
  }, 0);
  return (u) => {
    let low = 0;
    let high = law.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! > u) high = middle;
      else low = middle + 1;
    }
    return law[low]![0];
  };
}

function guardrail(
  id: string,
  kind: FrozenGuardrail['kind'],
  transform: Transform,
  delta: number,
  moments: KnownMoments,
): FrozenGuardrail {
  return {
    id,
    kind,
    transform,
    delta,
    floor: null,
    weight: 1,
    settleMs: 600_000,
    gatesPromotion: true,
    reference: { source: 'history', units: 10_000, ...moments },
  };
}
