import gammaln from '@stdlib/math-base-special-gammaln';

const MOST_TERMS = 100_000;
const TINY = 1e-300;

/**
 * Regularised incomplete beta function I_x(a, b): the continued fraction DLMF 8.17.22, evaluated by Lentz's method, on
 * the side of the mean where it converges fast.
 * @param a, b above 0
 * @param x in [0, 1]
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`a, b: expected above 0, got ${a}, ${b}`);
  if (!(x >= 0 && x <= 1)) throw new RangeError(`x: expected in [0, 1], got ${x}`);
  return twoTails(a, b, x, 1 - x);
}

/**
 * The same for an x that is known by its distance to 1 too, where 1 - x would lose digits.
 * @param y 1 - x
 */
export function twoTails(a: number, b: number, x: number, y: number): number {
  if (x === 0) return 0;
  if (y === 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - twoTails(b, a, y, x);
  const front = a * Math.log(x) + b * Math.log(y) - logBeta(a, b) - Math.log(a);
  return Math.exp(front) / fraction(a, b, x);
}

/** ln B(a, b). */
export function logBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}

function fraction(a: number, b: number, x: number): number {
  let value = 1;
  let c = 1;
  let d = 0;
  for (let k = 1; k < MOST_TERMS; k++) {
    const term = coefficient(a, b, x, k);
    d = 1 / nonZero(1 + term * d);
    c = nonZero(1 + term / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return value;
}

function coefficient(a: number, b: number, x: number, k: number): number {
  const m = Math.floor(k / 2);
  if (k % 2 === 0) return (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
  return (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
}

function nonZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
