import type { Comparison } from '../../core/comparison/comparison';
import { comparisonExperiment } from '../../core/comparison/comparison-experiment';
import type { DifferencePoint, DifferenceSeries } from '../../core/comparison/difference-svg';
import { differencesOf } from '../../core/comparison/look';
import { startReplay } from '../../core/evidence/replay-journal';
import type { Controller } from '../controller';
import { readJournal } from '../evidence/journal';

/** Looks that are drawn at most: more than a chart has pixels for. */
const MOST_POINTS = 240;

/**
 * The differences at each look so far, replayed from the stored journal: the same numbers as the ticks saw. Of very many looks
 * every second, third … one, and the last.
 * @param journal name of its newest object; null = no tick has looked yet
 */
export async function differenceSeries(
  { objects }: Pick<Controller, 'objects'>,
  comparison: Comparison,
  journal: string | null,
): Promise<DifferenceSeries> {
  const replay = startReplay(comparisonExperiment(comparison));
  const points: DifferencePoint[][] = comparison.arms.slice(1).map(() => []);
  let stride = 1;
  let looks = 0;
  let last: (() => void) | null = null;
  for await (const line of readJournal(objects, journal)) {
    replay.feed(line);
    if (line[0] !== 'tick') continue;
    const atMs = line[1] as number;
    const look = (): void => addPoints(points, comparison, differencesOf(comparison, replay.states).toControl, atMs);
    last = looks++ % stride === 0 ? null : look;
    if (last !== null) continue;
    look();
    if (looks / stride < MOST_POINTS) continue;
    stride *= 2;
    for (const each of points) keepEverySecond(each);
  }
  last?.();
  return comparison.arms.slice(1).map(({ name }, index) => ({ name, points: points[index]! }));
}

function addPoints(
  points: DifferencePoint[][],
  { arms }: Comparison,
  differences: ReturnType<typeof differencesOf>['toControl'],
  atMs: number,
): void {
  for (const [index, { difference, low, high }] of differences.entries()) {
    const dropped = arms[index + 1]!.dropped;
    if (difference === null || (dropped !== null && atMs > dropped.atMs)) continue;
    points[index]!.push({ atMs, difference, low, high });
  }
}

function keepEverySecond(points: DifferencePoint[]): void {
  const kept = points.filter((_, index) => index % 2 === 0);
  points.splice(0, points.length, ...kept);
}
