/**
 * Sums over the units of one arm in one stage; unit i has m_i scores with the sum y_i. All additive, so cells merge by
 * addition and a further score changes them in constant time.
 */
export interface ArmSums {
  /** Number of units with at least one score. */
  units: number;
  m: number;
  y: number;
  mm: number;
  yy: number;
  ym: number;
}

export function emptyArmSums(): ArmSums {
  return { units: 0, m: 0, y: 0, mm: 0, yy: 0, ym: 0 };
}

/** The mean score of an arm as a ratio of unit sums. */
export interface RatioEstimate {
  /** Sum of scores over number of scores. */
  ratio: number;
  /** Mean number of scores per unit. */
  scoresPerUnit: number;
  /** Variance of one unit's contribution: the variance of the ratio is s2 / units. 0 when there is one unit. */
  s2: number;
}

/** A sum of squares below this share of its terms is rounding, not variance. */
const ROUNDING = 1e-10;

/**
 * Ratio estimator with the delta method's variance, units being the independent ones (Deng, Knoblich, Lu, KDD 2018):
 * s2 = sum (y_i - R m_i)^2 / ((U - 1) mbar^2).
 * @param sums of at least one unit
 */
export function ratioEstimate(sums: ArmSums): RatioEstimate {
  const ratio = sums.y / sums.m;
  const scoresPerUnit = sums.m / sums.units;
  const residuals = sums.yy - 2 * ratio * sums.ym + ratio * ratio * sums.mm;
  const varies = sums.units > 1 && residuals > ROUNDING * sums.yy;
  const s2 = varies ? residuals / ((sums.units - 1) * scoresPerUnit * scoresPerUnit) : 0;
  return { ratio, scoresPerUnit, s2 };
}
