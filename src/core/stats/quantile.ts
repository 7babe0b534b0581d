/**
 * Sample quantile by linear interpolation between order statistics (Hyndman and Fan, type 7).
 * @param sorted ascending, at least one value
 * @param p in [0, 1]
 */
export function quantile(sorted: readonly number[], p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}
