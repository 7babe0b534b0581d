/** Sums over units of an outcome y and the same unit's covariate x from before. */
export interface PairedSums {
  n: number;
  y: number;
  yy: number;
  x: number;
  xx: number;
  xy: number;
}

/** Mean and variance of y - theta x. */
export interface Adjusted {
  n: number;
  mean: number;
  variance: number;
}

/**
 * Difference adjusted by what units did before (CUPED: Deng, Xu, Kohavi, Walker, WSDM 2013), theta estimated from both
 * arms together. The estimate is the difference of the adjusted means.
 */
export function cuped(
  treatment: PairedSums,
  control: PairedSums,
): { theta: number; treatment: Adjusted; control: Adjusted } {
  const both: PairedSums = {
    n: treatment.n + control.n,
    y: treatment.y + control.y,
    yy: treatment.yy + control.yy,
    x: treatment.x + control.x,
    xx: treatment.xx + control.xx,
    xy: treatment.xy + control.xy,
  };
  const spread = covariance(both.n, both.x, both.x, both.xx);
  const theta = spread > 0 ? covariance(both.n, both.x, both.y, both.xy) / spread : 0;
  return { theta, treatment: adjust(treatment, theta), control: adjust(control, theta) };
}

function adjust({ n, y, yy, x, xx, xy }: PairedSums, theta: number): Adjusted {
  const variance =
    covariance(n, y, y, yy) + theta * theta * covariance(n, x, x, xx) - 2 * theta * covariance(n, x, y, xy);
  return { n, mean: (y - theta * x) / n, variance };
}

function covariance(n: number, a: number, b: number, ab: number): number {
  return (ab - (a * b) / n) / (n - 1);
}
