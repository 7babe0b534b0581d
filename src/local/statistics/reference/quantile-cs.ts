/** How the bound is stitched from bounds over epochs of time and cells of p. */
export interface Stitching {
  /** Number of values from which it is tight. */
  fromN: number;
  /** Width of the cells on the logit scale, above 0. */
  delta: number;
  /** Decay of the error over the epochs, above 1. */
  s: number;
  /** Growth of the epochs, above 1. */
  eta: number;
}

const ZETA_TERMS = 1000;

/**
 * Double stitching bound f_n(p): at all n and p together, with probability 1 - alpha, the empirical distribution function
 * stays within f_n(p) / n above p (Howard, Ramdas, Bernoulli 2022, Theorem 3). Quantiles follow:
 * [Q(p - f_n(1 - p) / n), Q(p + f_n(p) / n)] covers the p-quantile.
 * @param p in (0, 1)
 */
export function doubleStitchingBound(p: number, n: number, alpha: number, stitching: Stitching): number {
  const { fromN, delta, s, eta } = stitching;
  const time = Math.max(n, fromN);
  const logit = Math.log(p / (1 - p));
  const shifted = 1 / (1 + Math.exp(-logit - 2 * delta * Math.sqrt((fromN * eta) / time)));
  const r = p >= 0.5 ? p : Math.min(0.5, shifted);
  const cell = (Math.sqrt(time / fromN) * Math.abs(logit)) / (2 * delta) + 1;
  const zetaS = zeta(s);
  const level =
    s * Math.log(Math.log((eta * time) / fromN)) +
    s * Math.log(cell) +
    Math.log((2 * zetaS * (2 * zetaS + 1)) / (alpha * Math.log(eta) ** s));
  const k1 = (eta ** 0.25 + eta ** -0.25) / Math.SQRT2;
  const k2 = (Math.sqrt(eta) + 1) / 2;
  const tail = (k2 * (1 - 2 * p) * level) / 3;
  const spread = r * (1 - r) * time;
  return delta * Math.sqrt((eta * spread) / fromN) + Math.sqrt(k1 * k1 * spread * level + tail * tail) + tail;
}

/** Riemann's zeta function for s > 1, by a sum with its Euler-Maclaurin remainder (DLMF 25.2.9). */
function zeta(s: number): number {
  let sum = 0;
  for (let k = 1; k < ZETA_TERMS; k++) sum += k ** -s;
  const end = ZETA_TERMS;
  return sum + end ** (1 - s) / (s - 1) + end ** -s / 2 + (s * end ** (-s - 1)) / 12;
}
