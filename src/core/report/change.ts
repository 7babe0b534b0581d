import type { Direction } from '../metrics/metric';
import type { Measure, Unit } from './measure';
import type { Numbers } from './numbers';
import { standardErrorOf, welchDifference, type Difference } from './welch';

/** A value as it is stored in a report. */
export interface Value {
  value: number;
  /** Values it was computed from. */
  n: number;
  /** Of a mean: its standard error, every value taken as independent; null below two values, and for what is no mean. */
  standardError: number | null;
}

/** One measure of two stretches of time, or of two versions: `now` against `before`. */
export interface Change {
  id: string;
  label: string;
  unit: Unit;
  better: Direction | null;
  now: Value | null;
  before: Value | null;
  /** now - before; null unless both are there. */
  difference: Difference | null;
}

/** How a change is to be read. `unclear`: the interval includes 0, or there is none. */
export type Meaning = 'better' | 'worse' | 'higher' | 'lower' | 'unclear' | 'unknown';

/** Sets one measure's values side by side. */
export function changeOf(measure: Measure, now: Numbers, before: Numbers): Change {
  const { id, label, unit, better } = measure;
  const a = measure.read(now);
  const b = measure.read(before);
  return {
    id,
    label,
    unit,
    better,
    now: valueOf(measure, a),
    before: valueOf(measure, b),
    difference: differenceOf(measure, a, b),
  };
}

/** The stored part of a reading. */
export function valueOf({ isMean }: Measure, reading: ReturnType<Measure['read']>): Value | null {
  if (reading === null) return null;
  const { value, n, aggregate } = reading;
  return { value, n, standardError: isMean ? standardErrorOf(aggregate) : null };
}

function differenceOf(
  measure: Measure,
  a: ReturnType<Measure['read']>,
  b: ReturnType<Measure['read']>,
): Difference | null {
  if (a === null || b === null) return null;
  if (measure.isMean) return welchDifference(a.aggregate, b.aggregate);
  return { value: a.value - b.value, low: null, high: null, why: 'not_a_mean' };
}

/** Reads a change: clear when its interval excludes 0. */
export function meaningOf({ difference, better }: Change): Meaning {
  if (difference === null) return 'unknown';
  const { low, high } = difference;
  if (low === null || high === null || (low <= 0 && high >= 0)) return 'unclear';
  const isUp = low > 0;
  if (better === null) return isUp ? 'higher' : 'lower';
  return isUp === (better === 'higher_is_better') ? 'better' : 'worse';
}
