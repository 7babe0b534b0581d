import { studentQuantile, twoSidedStudentP } from './student-t';

/** A sample by its size, mean and unbiased variance. */
export interface Sample {
  n: number;
  mean: number;
  variance: number;
}

export interface WelchT {
  difference: number;
  se: number;
  df: number;
  t: number;
  /** Two-sided. */
  p: number;
}

/**
 * Welch's t test of two means (Welch, Biometrika 1947; degrees of freedom by Satterthwaite, Biometrics Bulletin 1946).
 * @param treatment, control at least two values each
 * @returns null when neither sample varies
 */
export function welchT(treatment: Sample, control: Sample): WelchT | null {
  const partT = treatment.variance / treatment.n;
  const partC = control.variance / control.n;
  const squared = partT + partC;
  if (!(squared > 0)) return null;
  const se = Math.sqrt(squared);
  const df = squared ** 2 / (partT ** 2 / (treatment.n - 1) + partC ** 2 / (control.n - 1));
  const difference = treatment.mean - control.mean;
  return { difference, se, df, t: difference / se, p: twoSidedStudentP(difference / se, df) };
}

/** Two-sided interval of the difference. @param confidence in (0, 1) */
export function welchInterval({ difference, se, df }: WelchT, confidence: number): [low: number, high: number] {
  const half = studentQuantile((1 + confidence) / 2, df) * se;
  return [difference - half, difference + half];
}
