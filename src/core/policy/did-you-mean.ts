/** Longer texts get no suggestion; keeps the table below small. */
const LONGEST_COMPARED = 64;

/** Case and separators do not count: `min_units`, `minunits` and `minUnits` are the same word. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Least number of insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, substitution, swapped ? before[j - 2]! + 1 : Infinity));
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/**
 * The candidate that a misspelt text most likely stands for: at most a third of its characters wrong, or one a part of the other.
 * @returns the candidate as given, or null when none is near
 */
export function closest(text: string, candidates: readonly string[]): string | null {
  const wanted = fold(text);
  if (wanted === '' || wanted.length > LONGEST_COMPARED) return null;
  const ranked = candidates
    .map((candidate) => ({ candidate, wrong: distance(wanted, fold(candidate)) }))
    .sort((a, b) => a.wrong - b.wrong);
  const best = ranked[0];
  if (best !== undefined && best.wrong <= Math.max(1, Math.floor(wanted.length / 3))) return best.candidate;
  const part = (shorter: string, longer: string): boolean => shorter.length >= 3 && longer.includes(shorter);
  const related = candidates.find((candidate) => part(wanted, fold(candidate)) || part(fold(candidate), wanted));
  return related ?? null;
}

/** `; did you mean 'minUnits'?`, or nothing when no candidate is near. */
export function didYouMean(text: string, candidates: readonly string[]): string {
  const candidate = closest(text, candidates);
  return candidate === null ? '' : `; did you mean '${candidate}'?`;
}
