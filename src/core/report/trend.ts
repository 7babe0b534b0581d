import { measuresOf, type Measure, type ScoreTraits, type Unit } from './measure';
import type { Numbers } from './numbers';
import { meanInterval } from './welch';

/** Weeks that a trend shows, the report's own included. */
export const TREND_WEEKS = 8;

/** One measure over the last weeks. */
export interface Trend {
  id: string;
  label: string;
  unit: Unit;
  /** One per week, oldest first; null where nothing was measured. */
  points: (TrendPoint | null)[];
}

export interface TrendPoint {
  value: number;
  n: number;
  /** Ends of the 95 % interval of a mean whose values vary; null together. */
  low: number | null;
  high: number | null;
}

const MAX_FIRST_SCORES = 2;

/**
 * The measures that matter over some weeks: at most two scores, the response time that one in twenty exceeds, the error
 * rate, then the other scores, cost and volume. Guarded scores come before others, categories not at all, and neither does what
 * was measured in fewer than two of the weeks.
 * @param weeks all versions together, oldest first
 * @param traits of the guarded scores
 */
export function trendsOf(weeks: readonly Numbers[], traits: ReadonlyMap<string, ScoreTraits>): Trend[] {
  const measures = measuresOf(weeks, traits);
  const byId = (id: string): Measure[] => measures.filter((measure) => measure.id === id);
  const scores = measures.filter(({ id }) => id.startsWith('score:') && !id.includes('='));
  const isGuarded = ({ id }: Measure): boolean => traits.has(id.slice('score:'.length));
  const ranked = [...scores.filter(isGuarded), ...scores.filter((score) => !isGuarded(score))];
  const chosen = [
    ...ranked.slice(0, MAX_FIRST_SCORES),
    ...byId('latency.p95'),
    ...byId('error_rate'),
    ...ranked.slice(MAX_FIRST_SCORES),
    ...byId('cost'),
    ...byId('generations'),
  ];
  return chosen
    .map(({ id, label, unit, isMean, read }): Trend => ({
      id,
      label,
      unit,
      points: weeks.map((numbers) => pointOf(read(numbers), isMean)),
    }))
    .filter(({ points }) => points.filter((point) => point !== null).length > 1);
}

function pointOf(reading: ReturnType<Measure['read']>, isMean: boolean): TrendPoint | null {
  if (reading === null) return null;
  const { value, n, aggregate } = reading;
  const interval = isMean ? meanInterval(aggregate) : null;
  return { value, n, low: interval?.low ?? null, high: interval?.high ?? null };
}
