/** A source of chance: numbers in [0, 1). */
export type Random = () => number;

// Jest makes every use of a global slow, and the simulations draw millions of numbers.
const { imul } = Math;

/**
 * A seeded source of chance (splitmix32, after Steele, Lea, Flood, OOPSLA 2014): the same seed, the same numbers.
 * @param seed any integer
 */
export function seededRandom(seed: number): Random {
  let state = (imul(seed, 0x9e3779b1) ^ 0x85ebca6b) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = imul(z ^ (z >>> 16), 0x21f0aaad);
    z = imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/** A standard normal number (Box and Muller, 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
