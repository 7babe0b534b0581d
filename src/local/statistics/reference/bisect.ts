/**
 * Root of a growing function by bisection, to the last digit that a double can tell.
 * @param f at most 0 at `low`, at least 0 at `high`
 */
export function growingRoot(f: (x: number) => number, low: number, high: number): number {
  for (let i = 0; i < 2000; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}
