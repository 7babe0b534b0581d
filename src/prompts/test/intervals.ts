/** Two-sided 95 %: the 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;

export interface Interval {
  low: number;
  high: number;
}

/**
 * 95 % interval of a share (Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927, without
 * correction for continuity).
 * @param of at least 1
 */
export function wilson(passed: number, of: number): Interval {
  const share = passed / of;
  const middle = share + Z ** 2 / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  const scale = 1 + Z ** 2 / of;
  return {
    low: passed === 0 ? 0 : (middle - half) / scale,
    high: passed === of ? 1 : (middle + half) / scale,
  };
}

/** So many of so many. */
export interface Count {
  passed: number;
  of: number;
}

/**
 * 95 % interval of a difference of two shares, a - b, of independent samples (Newcombe, Interval estimation for the
 * difference between independent proportions, Statistics in Medicine 1998, method 10).
 * @param a, b at least 1 of each
 */
export function shareDifference(a: Count, b: Count): Interval & { value: number } {
  const [shareA, shareB] = [a.passed / a.of, b.passed / b.of];
  const [ofA, ofB] = [wilson(a.passed, a.of), wilson(b.passed, b.of)];
  const value = shareA - shareB;
  return {
    value,
    low: value - Math.hypot(shareA - ofA.low, ofB.high - shareB),
    high: value + Math.hypot(ofA.high - shareA, shareB - ofB.low),
  };
}
