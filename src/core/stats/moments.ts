/** Count, mean and sum of squared deviations from it. */
export interface Moments {
  n: number;
  mean: number;
  m2: number;
}

/** Moments of values, in two passes over their distances from the first: large means cost no digits. */
export function momentsOf(values: readonly number[]): Moments {
  const origin = values[0];
  if (origin === undefined) return { n: 0, mean: 0, m2: 0 };
  const n = values.length;
  let sum = 0;
  for (const value of values) sum += value - origin;
  const shift = sum / n;
  let m2 = 0;
  for (const value of values) m2 += (value - origin - shift) ** 2;
  return { n, mean: origin + shift, m2 };
}

/** Moments of two samples together (Chan, Golub, LeVeque 1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const step = b.mean - a.mean;
  return { n, mean: a.mean + (step * b.n) / n, m2: a.m2 + b.m2 + (step * step * a.n * b.n) / n };
}

/** Unbiased sample variance; null for fewer than two values. */
export function varianceOf({ n, m2 }: Moments): number | null {
  return n < 2 ? null : m2 / (n - 1);
}

/**
 * Squared skewness of a sample, (m3 / m2^1.5)^2.
 * @returns null when the values do not vary
 */
export function skewnessSquared(values: readonly number[]): number | null {
  const { n, mean, m2 } = momentsOf(values);
  if (!(m2 > 0)) return null;
  let cubes = 0;
  for (const value of values) cubes += (value - mean) ** 3;
  return (cubes / n) ** 2 / (m2 / n) ** 3;
}
