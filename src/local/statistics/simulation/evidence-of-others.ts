import type { Arm } from '../../../core/assignment/assignment';
import type { Sample } from '../reference/welch-t';

/** Count, sum and sum of squares of one arm. */
export interface Sums {
  n: number;
  sum: number;
  squares: number;
}

/** What the rules of others look at, by arm. */
export interface EvidenceOfOthers {
  /** Raw values, all steps together. */
  values: Record<Arm, Sums>;
  /** Means per user, over the values from the arm where the user was first; all steps together. */
  users: Record<Arm, Sums>;
  /** Count and sum of the raw values of every half hour. */
  halfHours: Record<Arm, { n: number; sum: number }[]>;
}

/** One user, as far as means per user need it. */
export interface SeenUser {
  firstArm: Arm;
  n: number;
  sum: number;
}

export function noEvidenceOfOthers(): EvidenceOfOthers {
  const sums = (): Sums => ({ n: 0, sum: 0, squares: 0 });
  return {
    values: { stable: sums(), candidate: sums() },
    users: { stable: sums(), candidate: sums() },
    halfHours: { stable: [], candidate: [] },
  };
}

/** Adds a raw value. Changes `evidence` and `user`. */
export function addRawValue(evidence: EvidenceOfOthers, arm: Arm, x: number, halfHour: number, user: SeenUser): void {
  addTo(evidence.values[arm], 1, x, x * x);
  const points = evidence.halfHours[arm];
  while (points.length <= halfHour) points.push({ n: 0, sum: 0 });
  const point = points[halfHour]!;
  point.n += 1;
  point.sum += x;
  if (arm !== user.firstArm) return;
  const before = user.n === 0 ? 0 : user.sum / user.n;
  user.n += 1;
  user.sum += x;
  const after = user.sum / user.n;
  addTo(evidence.users[arm], user.n === 1 ? 1 : 0, after - before, after * after - before * before);
}

/** The arm as a sample; null below two values. */
export function sampleOf({ n, sum, squares }: Sums): Sample | null {
  if (n < 2) return null;
  const mean = sum / n;
  return { n, mean, variance: Math.max(0, squares - n * mean * mean) / (n - 1) };
}

function addTo(sums: Sums, n: number, sum: number, squares: number): void {
  sums.n += n;
  sums.sum += sum;
  sums.squares += squares;
}
