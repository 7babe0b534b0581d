import type { Random } from '../../random';

/**
 * A seeded source of numbers in [0, 1) with 128 bits of state (sfc32, Doty-Humphrey, PractRand), for runs that draw more
 * numbers than a small generator has.
 * @param seed, stream whole numbers; each pair has a sequence of its own
 */
export function manyNumbers(seed: number, stream: number): Random {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** A Poisson number; by the normal approximation above a mean of 200. */
export function poisson(mean: number, random: Random): number {
  if (mean > 200) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let n = 0;
  for (let left = Math.exp(-mean), p = random(); p > left; p *= random()) n++;
  return n;
}
