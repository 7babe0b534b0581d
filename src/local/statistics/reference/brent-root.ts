/**
 * Root of a continuous function, or a sign change of one with steps (Brent, Algorithms for Minimization without
 * Derivatives, 1973, section 4.2): inverse quadratic steps where they are safe, bisection else. Where the function is 0
 * on an interval the result is the first point of it that is met.
 * @param f of different signs at `low` and `high`
 * @param tolerance absolute, on the root
 */
export function brentRoot(f: (x: number) => number, low: number, high: number, tolerance: number): number {
  let [a, fa] = [low, f(low)];
  let [b, fb] = [high, f(high)];
  let [c, fc] = [a, fa];
  for (let i = 0; i < 1000; i++) {
    const previous = b - a;
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const least = 2 * Number.EPSILON * Math.abs(b) + tolerance / 2;
    const half = (c - b) / 2;
    if (Math.abs(half) <= least || fb === 0) return b;
    const mayTry = Math.abs(previous) >= least && Math.abs(fa) > Math.abs(fb);
    const tried = mayTry ? interpolated({ a, b, c, fa, fb, fc }) : half;
    const isSafe =
      tried * half > 0 &&
      Math.abs(tried) < 1.5 * Math.abs(half) - least / 2 &&
      Math.abs(tried) < Math.abs(previous) / 2;
    const step = isSafe ? tried : half;
    [a, fa] = [b, fb];
    b += Math.abs(step) < least ? Math.sign(half) * least : step;
    fb = f(b);
    if (Math.sign(fb) === Math.sign(fc)) [c, fc] = [a, fa];
  }
  return b;
}

interface Bracket {
  a: number;
  b: number;
  c: number;
  fa: number;
  fb: number;
  fc: number;
}

/** The secant's step from b while two points are known, then the inverse quadratic one. */
function interpolated({ a, b, c, fa, fb, fc }: Bracket): number {
  const toA = fb / fa;
  if (a === c) return ((c - b) * toA) / (toA - 1);
  const ratio = fa / fc;
  const toC = fb / fc;
  const top = toA * ((c - b) * ratio * (ratio - toC) - (b - a) * (toC - 1));
  return -top / ((ratio - 1) * (toC - 1) * (toA - 1));
}
