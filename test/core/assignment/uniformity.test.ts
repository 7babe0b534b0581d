import { BUCKETS } from '../../../src/core/assignment/bucket';
import { bucketAfter, hashSalt } from '../../../src/core/assignment/salted-hash';
import { seededRandom } from '../../../src/local/random';
import { chiSquare } from '../../../src/local/statistics/reference/chi-square';

/*
 * Buckets are even, and a unit's bucket under one salt says nothing about its bucket under another. Nothing is random
 * here: the bounds are far out on purpose, so that only a hash that is broken fails.
 */

/** A test whose p-value leaves this range would be a find once in 1000 hashes that are right. */
const FAR_OUT = { above: 0.0005, below: 0.9995 };

function counted(salt: string, units: Iterable<string>): number[] {
  const state = hashSalt(salt);
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const unit of units) counts[bucketAfter(state, unit)]!++;
  return counts;
}

function* numbered(count: number, name: (i: number) => string): Generator<string> {
  for (let i = 0; i < count; i++) yield name(i);
}

const even = Array.from({ length: BUCKETS }, () => 1 / BUCKETS);

// Jest makes every use of a global slow.
const { floor } = Math;

function uuids(): (i: number) => string {
  const random = seededRandom(1);
  const hex = (digits: number): string =>
    floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`;
}

describe('uniformity: chi-square over the 10,000 buckets', () => {
  test.each([
    ['10 million numbered users', 10_000_000, (i: number) => `user-${i}`],
    ['1 million bare numbers', 1_000_000, String],
    ['200,000 UUIDs', 200_000, uuids()],
    ['1 million addresses', 1_000_000, (i: number) => `name.${i}@example.com`],
    ['1 million names beyond ASCII', 1_000_000, (i: number) => `Zoë-${i}-東京`],
  ])('%s', (_, count, name) => {
    const counts = counted('greeting/8/mka0kzk0', numbered(count, name));
    const { p } = chiSquare(counts, even);
    expect(p).toBeGreaterThan(FAR_OUT.above);
    expect(p).toBeLessThan(FAR_OUT.below);
  });
});

describe('independence: one hundred thousand users under salts that differ in a character', () => {
  const USERS = 100_000;
  const salts = ['greeting/8/a', 'greeting/8/b', 'greeting/9/a', 'greetinh/8/a', 'reply/8/a', 'reply/8/aa'];
  const buckets = salts.map((salt) => {
    const state = hashSalt(salt);
    return Float64Array.from({ length: USERS }, (_, i) => bucketAfter(state, `user-${i}`));
  });
  const pairs = salts.flatMap((a, i) => salts.slice(i + 1).map((b, j) => [a, b, i, i + 1 + j] as const));

  test.each(pairs)('%s and %s: correlation of the buckets', (_, __, a, b) => {
    // The correlation of independent values is about normal with standard deviation 1 / sqrt(n).
    expect(Math.abs(correlation(buckets[a]!, buckets[b]!)) * Math.sqrt(USERS)).toBeLessThan(4);
  });

  test.each(pairs)('%s and %s: chi-square of the tenths that units fall into', (_, __, a, b) => {
    const cells = Array.from({ length: 100 }, () => 0);
    for (let i = 0; i < USERS; i++) cells[floor(buckets[a]![i]! / 1000) * 10 + floor(buckets[b]![i]! / 1000)]!++;
    const { p } = chiSquare(
      cells,
      Array.from({ length: 100 }, () => 0.01),
    );
    expect(p).toBeGreaterThan(FAR_OUT.above);
  });
});

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (list: Float64Array): number => list.reduce((sum, x) => sum + x, 0) / list.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
