import gammaln from '@stdlib/math-base-special-gammaln';

const NORMAL_975 = 1.959963984540054;
/** Beyond this many degrees of freedom the normal distribution is the same to seven digits. */
const AS_NORMAL = 1e6;
const PANELS = 64;
const BISECTIONS = 60;

/**
 * The 97.5 % quantile of Student's t distribution: half the width of a 95 % interval in standard errors.
 *
 * P(|T| <= t) is integrated after the substitution t = sqrt(df) tan θ, which leaves
 * 2 Γ((df+1)/2) / (sqrt(π) Γ(df/2)) ∫ cos^(df-1) θ dθ over [0, atan(t / sqrt(df))] (Abramowitz and Stegun 26.7.3 and
 * 26.7.4 are its whole-number cases), by Simpson's rule; t is found by bisection.
 * @param df degrees of freedom, at least 1, need not be whole
 */
export function student975(df: number): number {
  if (!(df >= 1)) throw new RangeError(`degrees of freedom must be at least 1, got ${df}`);
  if (df > AS_NORMAL) return NORMAL_975;
  let low = NORMAL_975;
  let high = 13;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (withinShare(middle, df) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function withinShare(t: number, df: number): number {
  const step = Math.atan(t / Math.sqrt(df)) / PANELS;
  let sum = 0;
  for (let i = 0; i <= PANELS; i++) {
    const weight = i === 0 || i === PANELS ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.cos(i * step) ** (df - 1);
  }
  const lnScale = gammaln((df + 1) / 2) - gammaln(df / 2);
  return ((2 * Math.exp(lnScale)) / Math.sqrt(Math.PI)) * ((sum * step) / 3);
}
