const WORDS = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Likeness of two texts from 0 to 1: the F1 of their words as bags, as reading comprehension is scored (Rajpurkar et al., SQuAD,
 * EMNLP 2016, §6.1), case and form of characters aside. Order does not count. Words are those of Unicode's segmentation
 * (UAX 29), so that languages without blanks have some.
 */
export function wordSimilarity(a: string, b: string): number {
  const [wordsA, wordsB] = [words(a), words(b)];
  if (wordsA.length === 0 || wordsB.length === 0) return wordsA.length === wordsB.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wordsA) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of wordsB) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared += 1;
  }
  return (2 * shared) / (wordsA.length + wordsB.length);
}

function words(text: string): string[] {
  return [...WORDS.segment(text.normalize('NFKC').toLowerCase())]
    .filter(({ isWordLike }) => isWordLike === true)
    .map(({ segment }) => segment);
}

/** Cosine of two vectors, at least 0; 0 where one has no length. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  return lengths === 0 ? 0 : Math.min(1, Math.max(0, dot / lengths));
}
