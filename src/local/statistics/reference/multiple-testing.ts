/** p-values adjusted for the false discovery rate (Benjamini, Hochberg, JRSSB 1995), in the order given. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  return stepwise(p, 'from the largest', (value, rank, n) => (value * n) / rank);
}

/** p-values adjusted for the family-wise error (Holm, Scand. J. Statistics 1979), in the order given. */
export function holm(p: readonly number[]): number[] {
  return stepwise(p, 'from the smallest', (value, rank, n) => value * (n - rank + 1));
}

/**
 * Hypotheses that e-BH rejects at false discovery rate alpha under any dependence (Wang, Ramdas, JRSSB 2022).
 * @returns indices, ascending
 */
export function eBh(e: readonly number[], alpha: number): number[] {
  const order = e.map((_, i) => i).sort((a, b) => e[b]! - e[a]!);
  let rejected = 0;
  order.forEach((index, i) => {
    if (e[index]! >= e.length / (alpha * (i + 1))) rejected = i + 1;
  });
  return order.slice(0, rejected).sort((a, b) => a - b);
}

/** Adjusts by rank (1 = smallest), keeps the order of the ranks, and caps at 1. */
function stepwise(
  p: readonly number[],
  direction: 'from the smallest' | 'from the largest',
  adjust: (p: number, rank: number, n: number) => number,
): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const adjusted = order.map((index, i) => Math.min(1, adjust(p[index]!, i + 1, p.length)));
  if (direction === 'from the smallest') {
    for (let i = 1; i < adjusted.length; i++) adjusted[i] = Math.max(adjusted[i]!, adjusted[i - 1]!);
  } else {
    for (let i = adjusted.length - 2; i >= 0; i--) adjusted[i] = Math.min(adjusted[i]!, adjusted[i + 1]!);
  }
  const result = p.map(() => 0);
  order.forEach((index, i) => (result[index] = adjusted[i]!));
  return result;
}
