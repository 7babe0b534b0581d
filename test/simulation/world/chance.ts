import { seededRandom } from '../../../src/local/random';

/** Chance from one seed, so that a world replays. */
export type Chance = ReturnType<typeof seededChance>;

export function seededChance(seed: number) {
  const next = seededRandom(seed);
  return {
    /** A number in [0, 1). */
    next,
    /** True with probability p. */
    happens: (p: number): boolean => next() < p,
    /** A whole number in [low, high]. */
    between: (low: number, high: number): number => low + Math.floor(next() * (high - low + 1)),
    pick<Item>(items: readonly Item[]): Item {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

/** The seeds of a test: SIM_SEED=n alone replays one world, SIM_SEEDS=n runs that many. */
export function seedsOf(defaultCount: number): number[] {
  const only = process.env['SIM_SEED'];
  if (only !== undefined) return [Number(only)];
  const count = Number(process.env['SIM_SEEDS'] ?? defaultCount);
  return Array.from({ length: count }, (_, i) => i + 1);
}
