import { absoluteEffect, growthbookOneSidedHalfWidth } from '../reference/growthbook-sequential';
import { mannWhitneyZ } from '../reference/mann-whitney';
import { normalQuantile } from '../reference/normal';
import { welchT } from '../reference/welch-t';
import { type EvidenceOfOthers, sampleOf } from './evidence-of-others';

/** Whether a rule rolls back at this look. @param worse +1 when higher raw values are worse, -1 when lower are */
export type RuleOfOthers = (evidence: EvidenceOfOthers, worse: 1 | -1, atHour: number) => boolean;

const THRESHOLD = 0.05;
const FIRST_CHECK_HOUR = 24;
const ALPHA = 0.05;
const TUNING_UNITS = 5000;
const KAYENTA_SCORE = normalQuantile(0.99);
const KAYENTA_TOLERANCE = 0.25;
/** Fewer half hours cannot reach 98 %. */
const KAYENTA_FIRST_HOUR = 3;

/** Rules that other programs roll back by, each coded from its documentation or source; none of the programs is run. */
export const RULES_OF_OTHERS = { threshold, welch, kayenta, growthbook } as const;

/** A threshold at a check (Argo Rollouts, Flagger): the candidate's mean is more than 5 % worse, from hour 24 on. */
function threshold({ values }: EvidenceOfOthers, worse: 1 | -1, atHour: number): boolean {
  if (atHour < FIRST_CHECK_HOUR) return false;
  const { stable, candidate } = values;
  if (stable.n === 0 || candidate.n === 0) return false;
  return worse * (candidate.sum / candidate.n / (stable.sum / stable.n) - 1) > THRESHOLD;
}

/** Welch's t test at every look: p < .05 and worse. */
function welch({ values }: EvidenceOfOthers, worse: 1 | -1): boolean {
  const candidate = sampleOf(values.candidate);
  const stable = sampleOf(values.stable);
  if (candidate === null || stable === null) return false;
  const test = welchT(candidate, stable);
  return test !== null && worse * test.t > 0 && test.p < ALPHA;
}

/**
 * Kayenta's judge: the 98 % interval of the Mann-Whitney shift between the half-hour means leaves out all shifts up to a
 * quarter of the Hodges-Lehmann estimate.
 */
function kayenta({ halfHours }: EvidenceOfOthers, worse: 1 | -1, atHour: number): boolean {
  if (atHour < KAYENTA_FIRST_HOUR) return false;
  const means = (points: EvidenceOfOthers['halfHours']['stable']): number[] =>
    points.filter(({ n }) => n > 0).map(({ n, sum }) => (worse * sum) / n);
  const candidate = means(halfHours.candidate);
  const stable = means(halfHours.stable);
  if (candidate.length < 2 || stable.length < 2) return false;
  const isBeyond = (shift: number): boolean => (mannWhitneyZ(candidate, stable, { shift }) ?? 0) > KAYENTA_SCORE;
  return isBeyond(0) && isBeyond(KAYENTA_TOLERANCE * Math.abs(medianDifference(candidate, stable)));
}

/** GrowthBook's one-sided sequential interval over means per user, all steps together, leaves 0 out. */
function growthbook({ users }: EvidenceOfOthers, worse: 1 | -1): boolean {
  const candidate = sampleOf(users.candidate);
  const stable = sampleOf(users.stable);
  if (candidate === null || stable === null || !(candidate.variance > 0 && stable.variance > 0)) return false;
  const effect = absoluteEffect(candidate, stable);
  return worse * effect.estimate > growthbookOneSidedHalfWidth({ ...effect, alpha: ALPHA, tuning: TUNING_UNITS });
}

function medianDifference(x: readonly number[], y: readonly number[]): number {
  const differences = new Float64Array(x.length * y.length);
  let i = 0;
  for (const a of x) for (const b of y) differences[i++] = a - b;
  return differences.sort()[Math.floor(differences.length / 2)]!;
}
