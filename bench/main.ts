import { bigTick } from './big-tick';
import { coldStartTable } from './cold-start';
import { deployBench } from './deploy';
import { growth } from './growth';
import { judging } from './judging';
import { reportBench } from './report';
import { runtimeSizes } from './runtime-size';
import { timeToSafe } from './time-to-safe';
import { validateBench } from './validate';

/* Prints the figures of docs/benchmarks.md: `npm run bench`, or one part: `npm run bench tick`, `npm run bench growth`,
 * `npm run bench cold`, `npm run bench judging`, `npm run bench deploy`, `npm run bench report`. Only when asked for, those of docs/serving.md:
 * `npm run bench time-to-safe` (three minutes) and `npm run bench size`. */

async function main(): Promise<void> {
  const wanted = process.argv[2];
  const isWanted = (part: string): boolean => wanted === undefined || wanted === part;
  if (isWanted('tick')) console.log(`${await bigTick()}\n`);
  if (isWanted('growth')) console.log(`${await growth()}\n`);
  if (isWanted('deploy')) console.log(`${await deployBench()}\n`);
  if (isWanted('validate')) console.log(`${await validateBench()}\n`);
  if (isWanted('cold')) console.log(`${await coldStartTable()}\n`);
  if (isWanted('judging')) console.log(`${await judging()}\n`);
  if (isWanted('report')) console.log(await reportBench());
  if (wanted === 'size') console.log(await runtimeSizes());
  if (wanted === 'time-to-safe') console.log(await timeToSafe());
}

void main();
