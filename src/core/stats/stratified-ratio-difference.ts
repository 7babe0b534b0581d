import { type ArmSums, type RatioEstimate, ratioEstimate } from './ratio';

/** Both arms of one stage. */
export interface StageSums {
  stable: ArmSums;
  candidate: ArmSums;
}

/** Sums over the units seen in two stages s < t: yy = sum y_s y_t, ym = sum y_s m_t, my = sum m_s y_t, mm = sum m_s m_t. */
export interface CrossSums {
  yy: number;
  ym: number;
  my: number;
  mm: number;
}

/** Index of the pair of stages s < t in a list that grows with t. */
export function pairIndex(s: number, t: number): number {
  return (t * (t - 1)) / 2 + s;
}

/** Index of (arm in the earlier stage, arm in the later stage) within a pair; 1 = candidate. */
export function crossIndex(earlierIsCandidate: boolean, laterIsCandidate: boolean): number {
  return (earlierIsCandidate ? 2 : 0) + (laterIsCandidate ? 1 : 0);
}

export interface StratifiedDifference {
  /** Candidate - stable, stages weighted by h = U1 U0 / (U1 + U0). */
  theta: number;
  se: number;
  /** The arms' means under the same weights: their difference is theta. */
  meanStable: number;
  meanCandidate: number;
  /** Units of the stages that entered, a unit counted once a stage. */
  unitsStable: number;
  unitsCandidate: number;
}

/** Pseudo-observations that pull an arm's variance to the other arm's. */
const DEFAULT_SHRINKAGE = 40;

interface Stratum {
  stage: number;
  /** Harmonic weight U1 U0 / (U1 + U0). */
  h: number;
  units: readonly [stable: number, candidate: number];
  arms: readonly [stable: RatioEstimate, candidate: RatioEstimate];
}

/**
 * Difference of two ratio means, stratified by stage, with units as clusters and the covariance of units seen in two
 * stages. Equal to ordinary least squares with stage dummies; the variance is that of the influence functions (Deng, Knoblich,
 * Lu, KDD 2018, for one stage; the covariance of two stages follows in the same way). Assumes that units are independent and that
 * within a stage the shares do not change.
 * Stages without two units in each arm, or in which neither arm varies, do not enter.
 * @param stages by stage index
 * @param cross by {@link pairIndex}, then {@link crossIndex}; pairs without common units may be missing
 * @param shrinkage pseudo-observations of the other arm's variance, 0 for none
 * @returns null when no stage enters or the variance is 0
 */
export function stratifiedRatioDifference(
  stages: readonly StageSums[],
  cross: readonly (readonly CrossSums[])[],
  shrinkage: number = DEFAULT_SHRINKAGE,
): StratifiedDifference | null {
  const strata = strataOf(stages, 2).filter(({ arms }) => arms[0].s2 + arms[1].s2 > 0);
  const point = weightedDifference(strata);
  if (point === null) return null;
  let variance = 0;
  for (const stratum of strata) variance += stratum.h * stratum.h * stratumVariance(stratum, shrinkage);
  variance += 2 * crossCovariance(strata, cross);
  const se = Math.sqrt(Math.max(variance, 0)) / sum(strata.map(({ h }) => h));
  if (!(se > 0)) return null;
  return {
    ...point,
    se,
    unitsStable: sum(strata.map(({ units }) => units[0])),
    unitsCandidate: sum(strata.map(({ units }) => units[1])),
  };
}

/**
 * The same difference without a standard error, from every stage that has a unit in each arm.
 * @returns null when no stage has both arms
 */
export function pointDifference(
  stages: readonly StageSums[],
): Pick<StratifiedDifference, 'theta' | 'meanStable' | 'meanCandidate'> | null {
  return weightedDifference(strataOf(stages, 1));
}

function strataOf(stages: readonly StageSums[], leastUnits: number): Stratum[] {
  const strata: Stratum[] = [];
  for (const [stage, { stable, candidate }] of stages.entries()) {
    if (stable.units < leastUnits || candidate.units < leastUnits) continue;
    const h = (candidate.units * stable.units) / (candidate.units + stable.units);
    const units = [stable.units, candidate.units] as const;
    strata.push({ stage, h, units, arms: [ratioEstimate(stable), ratioEstimate(candidate)] });
  }
  return strata;
}

function weightedDifference(strata: readonly Stratum[]) {
  const total = sum(strata.map(({ h }) => h));
  if (!(total > 0)) return null;
  const theta = sum(strata.map(({ h, arms }) => h * (arms[1].ratio - arms[0].ratio))) / total;
  const meanStable = sum(strata.map(({ h, arms }) => h * arms[0].ratio)) / total;
  return { theta, meanStable, meanCandidate: meanStable + theta };
}

function stratumVariance({ units, arms }: Stratum, shrinkage: number): number {
  const shrunk = (arm: 0 | 1): number => {
    const freedom = units[arm] - 1;
    return (freedom * arms[arm].s2 + shrinkage * arms[arm === 0 ? 1 : 0].s2) / (freedom + shrinkage);
  };
  return shrunk(0) / units[0] + shrunk(1) / units[1];
}

/** Sum over pairs of stages of h_s h_t Cov(D_s, D_t), through the units seen in both. */
function crossCovariance(strata: readonly Stratum[], cross: readonly (readonly CrossSums[])[]): number {
  let total = 0;
  for (const later of strata) {
    for (const earlier of strata) {
      if (earlier.stage >= later.stage) continue;
      const sums = cross[pairIndex(earlier.stage, later.stage)];
      if (sums === undefined) continue;
      for (const i of [0, 1] as const) {
        for (const j of [0, 1] as const) {
          const group = sums[crossIndex(i === 1, j === 1)];
          if (group === undefined) continue;
          const sign = i === j ? 1 : -1;
          const products = groupProducts(group, earlier.arms[i], later.arms[j]);
          total += (sign * earlier.h * later.h * products) / (earlier.units[i] * later.units[j]);
        }
      }
    }
  }
  return total;
}

/** Sum over a group's units of the product of their two contributions. */
function groupProducts(group: CrossSums, a: RatioEstimate, b: RatioEstimate): number {
  const products = group.yy - b.ratio * group.ym - a.ratio * group.my + a.ratio * b.ratio * group.mm;
  return products / (a.scoresPerUnit * b.scoresPerUnit);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
