import { bigTick } from './big-tick';

/* Prints the figures of docs/benchmarks.md: `npm run bench`. */

async function main(): Promise<void> {
  console.log(await bigTick());
}

void main();
