import type { Sample } from './welch-t';

/** An effect with the variance of its estimate, from both arms' units. */
export interface SequentialInput {
  estimate: number;
  variance: number;
  /** Units of both arms. */
  n: number;
  alpha: number;
  /** Number of units at which the interval is tightest. */
  tuning: number;
}

/** Absolute difference, treatment - control. */
export function absoluteEffect(
  treatment: Sample,
  control: Sample,
): Pick<SequentialInput, 'estimate' | 'variance' | 'n'> {
  return {
    estimate: treatment.mean - control.mean,
    variance: treatment.variance / treatment.n + control.variance / control.n,
    n: treatment.n + control.n,
  };
}

/** Relative difference, treatment / control - 1, with the delta method's variance. */
export function relativeEffect(
  treatment: Sample,
  control: Sample,
): Pick<SequentialInput, 'estimate' | 'variance' | 'n'> {
  const square = control.mean ** 2;
  return {
    estimate: treatment.mean / control.mean - 1,
    variance:
      treatment.variance / treatment.n / square + ((control.variance / control.n) * treatment.mean ** 2) / square ** 2,
    n: treatment.n + control.n,
  };
}

/**
 * Two-sided sequential interval and p-value as in GrowthBook's statistics engine (asymptotic confidence sequence,
 * Waudby-Smith et al., Ann. Stat. 2024, eq. 9).
 */
export function growthbookTwoSided(input: SequentialInput): { ci: [low: number, high: number]; p: number } {
  const { estimate, variance, n, alpha } = input;
  const rho = rhoOf(alpha, input.tuning);
  const grown = n * rho * rho + 1;
  const half = (Math.sqrt(variance * n) * Math.sqrt(grown * Math.log(grown / alpha ** 2))) / (n * rho);
  const logE = (rho * rho * n * estimate ** 2) / (2 * grown * variance) - Math.log(grown) / 2;
  return { ci: [estimate - half, estimate + half], p: Math.min(1, Math.exp(-logE)) };
}

/**
 * Half-width of the one-sided sequential interval as in GrowthBook's statistics engine: its guardrail is worse when the
 * interval on the worse side leaves 0 out.
 */
export function growthbookOneSidedHalfWidth({ variance, n, alpha, tuning }: Omit<SequentialInput, 'estimate'>): number {
  const rho = rhoOf(2 * alpha, tuning);
  const grown = n * rho * rho + 1;
  return Math.sqrt((variance * n * 2 * grown * Math.log1p(Math.sqrt(grown) / (2 * alpha))) / (n * rho) ** 2);
}

function rhoOf(alpha: number, tuning: number): number {
  const twice = -2 * Math.log(alpha);
  return Math.sqrt((twice + Math.log(twice + 1)) / tuning);
}
