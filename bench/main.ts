import { bigTick } from './big-tick';
import { growth } from './growth';

/* Prints the figures of docs/benchmarks.md: `npm run bench`, or one part: `npm run bench tick`, `npm run bench growth`. */

async function main(): Promise<void> {
  const wanted = process.argv[2];
  if (wanted !== 'growth') console.log(`${await bigTick()}\n`);
  if (wanted !== 'tick') console.log(await growth());
}

void main();
