import { normalQuantile, twoSidedNormalP } from './normal';

/** Successes out of n. */
export interface Proportion {
  successes: number;
  n: number;
}

type Interval = [low: number, high: number];

/**
 * Score interval of a proportion (Wilson, JASA 1927).
 * @param confidence in (0, 1)
 */
export function wilson({ successes, n }: Proportion, confidence: number): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const p = successes / n;
  const grown = 1 + (z * z) / n;
  const center = (p + (z * z) / (2 * n)) / grown;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / grown;
  return [successes === 0 ? 0 : center - half, successes === n ? 1 : center + half];
}

/** Interval of treatment - control from two Wilson intervals (Newcombe, Statistics in Medicine 1998, method 10). */
export function newcombe(treatment: Proportion, control: Proportion, confidence: number): Interval {
  const t = treatment.successes / treatment.n;
  const c = control.successes / control.n;
  const [lowT, highT] = wilson(treatment, confidence);
  const [lowC, highC] = wilson(control, confidence);
  return [t - c - Math.hypot(t - lowT, highC - c), t - c + Math.hypot(highT - t, c - lowC)];
}

/** Interval of treatment - control with one success and one failure added to each (Agresti, Caffo, Am. Statistician 2000). */
export function agrestiCaffo(treatment: Proportion, control: Proportion, confidence: number): Interval {
  const t = (treatment.successes + 1) / (treatment.n + 2);
  const c = (control.successes + 1) / (control.n + 2);
  const se = Math.sqrt((t * (1 - t)) / (treatment.n + 2) + (c * (1 - c)) / (control.n + 2));
  const half = normalQuantile((1 + confidence) / 2) * se;
  return [t - c - half, t - c + half];
}

/** z tests of two proportions with the pooled and with the separate variances; p two-sided. */
export function twoProportionZ(
  treatment: Proportion,
  control: Proportion,
): Record<'pooled' | 'unpooled', { z: number; p: number }> {
  const t = treatment.successes / treatment.n;
  const c = control.successes / control.n;
  const all = (treatment.successes + control.successes) / (treatment.n + control.n);
  const test = (variance: number): { z: number; p: number } => {
    const z = (t - c) / Math.sqrt(variance);
    return { z, p: twoSidedNormalP(z) };
  };
  return {
    pooled: test(all * (1 - all) * (1 / treatment.n + 1 / control.n)),
    unpooled: test((t * (1 - t)) / treatment.n + (c * (1 - c)) / control.n),
  };
}
