import gammaln from '@stdlib/math-base-special-gammaln';

const MOST_TERMS = 100_000;
const TINY = 1e-300;

/**
 * ln of both tails of the regularised incomplete gamma function, P(a, x) and Q(a, x) = 1 - P: the series DLMF 8.7.1 left of a + 1, the
 * continued fraction DLMF 8.9.2 (Lentz's method) right of it.
 * @param a above 0
 * @param x not negative
 */
export function logIncompleteGamma(a: number, x: number): { logP: number; logQ: number } {
  if (!(a > 0 && x >= 0)) throw new RangeError(`a, x: expected above 0 and not negative, got ${a}, ${x}`);
  if (x === 0) return { logP: -Infinity, logQ: 0 };
  const front = a * Math.log(x) - x - gammaln(a);
  if (x < a + 1) {
    const logP = front + Math.log(series(a, x));
    return { logP, logQ: Math.log1p(-Math.exp(logP)) };
  }
  const logQ = front + Math.log(fraction(a, x));
  return { logP: Math.log1p(-Math.exp(logQ)), logQ };
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k < MOST_TERMS && term > 1e-17 * sum; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < MOST_TERMS; k++) {
    const term = -k * (k - a);
    b += 2;
    d = 1 / nonZero(term * d + b);
    c = nonZero(b + term / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return value;
}

function nonZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
