/**
 * The least number from which something holds that goes on to hold, by halving.
 * @param most it holds there
 * @param rounds each halves what is left of [least, most]
 */
export function bisect(holds: (x: number) => boolean, least: number, most: number, rounds: number): number {
  let [low, high] = [least, most];
  for (let i = 0; i < rounds; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
