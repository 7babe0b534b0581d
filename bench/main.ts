import { bigTick } from './big-tick';
import { coldStartTable } from './cold-start';
import { growth } from './growth';

/* Prints the figures of docs/benchmarks.md: `npm run bench`, or one part: `npm run bench tick`, `npm run bench growth`,
 * `npm run bench cold`. */

async function main(): Promise<void> {
  const wanted = process.argv[2];
  const isWanted = (part: string): boolean => wanted === undefined || wanted === part;
  if (isWanted('tick')) console.log(`${await bigTick()}\n`);
  if (isWanted('growth')) console.log(`${await growth()}\n`);
  if (isWanted('cold')) console.log(await coldStartTable());
}

void main();
