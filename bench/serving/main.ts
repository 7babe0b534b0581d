import { runBundled } from '../bundled';
import { bundleFigures } from '../bundle-figures';
import { median, table, whole } from '../table';
import type { Figures } from './subject-process';
import { SUBJECTS } from './subjects';

/* Prints the table of docs/serving.md: `npm run bench:serving`. */

const PROCESSES = 3;
const GOAL_PER_SECOND = 5_000_000;

async function speed(): Promise<string> {
  const found = new Map<string, Figures[]>(Object.keys(SUBJECTS).map((subject) => [subject, []]));
  for (let round = 0; round < PROCESSES; round++) {
    for (const [subject, figures] of found) {
      figures.push(await runBundled<Figures>('serving/subject-process.ts', { subject }));
    }
  }
  const rows = [...found].map(([subject, figures]) => {
    const of = (key: keyof Figures): number => median(figures.map((each) => each[key]));
    return [
      SUBJECTS[subject]!.name,
      whole(of('perCpuSecond')),
      whole(of('perSecond')),
      whole(of('p50Ns')),
      whole(of('p99Ns')),
      of('candidatePercent').toFixed(2),
    ];
  });
  const perSecond = (subject: string): number => median(found.get(subject)!.map(({ perCpuSecond }) => perCpuSecond));
  const ours = perSecond('rampart');
  const others = [...found.keys()].filter((subject) => !subject.startsWith('rampart')).map(perSecond);
  const met = ours >= GOAL_PER_SECOND && others.every((other) => ours > other);
  return [
    table(['', 'per second of one core', 'per second', 'p50 ns', 'p99 ns', '% candidate'], rows),
    `Goal, at least ${whole(GOAL_PER_SECOND)} per second of one core and ahead of each of them: **${met ? 'met' : 'not met'}**.`,
  ].join('\n\n');
}

async function sizes(): Promise<string> {
  const rows: string[][] = [];
  const seen = new Set<string>();
  for (const { name, imports } of Object.values(SUBJECTS)) {
    if (seen.has(imports)) continue;
    seen.add(imports);
    const { kilobytes, gzippedKilobytes, importMs } = await bundleFigures({ contents: imports }, 'cjs');
    const times = `${importMs.least.toFixed(1)} / ${importMs.median.toFixed(1)}`;
    rows.push([name.replace(/, `.*/u, ''), kilobytes.toFixed(1), gzippedKilobytes.toFixed(1), times]);
  }
  return table(['bundle', 'KB', 'KB gzipped', 'import, least / middle ms'], rows);
}

async function main(): Promise<void> {
  console.log(`${await speed()}\n`);
  console.log(await sizes());
}

void main();
