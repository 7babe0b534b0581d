/**
 * A guardrail as the judge sees it: everything on the z scale, oriented so that higher is better, inside [0, 1].
 * Frozen when the rollout starts: reference numbers are never estimated from, nor changed in, the running rollout.
 */
export interface FrozenGuardrail {
  /** The metric's text form; unique within a rollout. */
  id: string;
  /** `binary`: z is 0 (bad) or 1. `bounded`: z in [0, 1]. */
  kind: 'binary' | 'bounded';
  transform: Transform;
  /** Non-inferiority margin on the z scale, in (0, 1]. */
  delta: number;
  /** Absolute limit on the candidate's mean z; null = none. */
  floor: number | null;
  /** Weights of a rollout's guardrails sum to 1. */
  weight: number;
  settleMs: number;
  /** False for coverage: it rolls back or holds, and never gates a promotion. */
  gatesPromotion: boolean;
  reference: Reference;
  /** Where the ramp's length in units was foreseen; without it both engines have half of the evidence for harm. */
  harmPlan?: HarmPlan | undefined;
}

/** How the evidence for harm is shared out. */
export interface HarmPlan {
  weights: HarmWeights;
  plannedEnd: PlannedEnd;
}

/** Shares of a guardrail's e-value for harm, each above 0, sum 1: engine A's mixture, its planned end, engine B. */
export interface HarmWeights {
  mixture: number;
  plannedEnd: number;
  engineB: number;
}

/** A test that engine A holds once, when so many units have come. */
export interface PlannedEnd {
  /** Sum over stages of U1 U0 / (U1 + U0). */
  effectiveUnits: number;
  /** What the candidate's deficit has to reach then, in standard errors. */
  bound: number;
}

/** Reference numbers of the stable version and where they came from. */
export interface Reference {
  source: 'declared' | 'history' | 'fallback';
  /** Units the history had. */
  units: number;
  /** Variance of the unit means of z. */
  sigma2: number;
  /** Rate of bad outcomes (binary), in [0, 1]. */
  p: number;
  /** Squared skewness of the unit means. */
  skewness2: number;
  /** Mean of the unit means of z; null when there is no history. */
  mean: number | null;
}

/** How a measured value becomes z. Frozen. */
export type Transform =
  /** z = (x - low) / (high - low), reflected when lower is better; outside the range = invalid. */
  | { kind: 'linear'; low: number; high: number; higherIsBetter: boolean }
  /** z = 1 - clip((ln x - lnLow) / (lnHigh - lnLow), 0, 1). */
  | { kind: 'log'; lnLow: number; lnHigh: number }
  /** z = 0 when x > threshold (or, for lower bad values, x < threshold), else 1. */
  | { kind: 'threshold'; threshold: number }
  /** x is already 1 (good) or 0 (bad). */
  | { kind: 'indicator' };

/**
 * The z of a measured value.
 * @returns z in [0, 1], or null when the value is not a finite number inside the declared range
 */
export function toZ(transform: Transform, x: number): number | null {
  if (!Number.isFinite(x)) return null;
  switch (transform.kind) {
    case 'linear': {
      if (x < transform.low || x > transform.high) return null;
      const z = (x - transform.low) / (transform.high - transform.low);
      return transform.higherIsBetter ? z : 1 - z;
    }
    case 'log': {
      if (x < 0) return null;
      const position =
        (Math.log(Math.max(x, Number.MIN_VALUE)) - transform.lnLow) / (transform.lnHigh - transform.lnLow);
      return 1 - Math.min(1, Math.max(0, position));
    }
    case 'threshold':
      return x > transform.threshold ? 0 : 1;
    case 'indicator':
      return x === 1 ? 1 : x === 0 ? 0 : null;
  }
}
