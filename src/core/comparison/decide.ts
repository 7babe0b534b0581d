import { activeVariants } from './comparison';
import type { Difference } from './difference';
import type { ComparisonLook } from './look';

/** What the differences say: an arm is better (0 = the control), or none is by more than the margin. */
export type Decision = { kind: 'winner'; arm: number } | { kind: 'no_difference' };

type Interval = Difference & { low: number; high: number; difference: number };

/**
 * Decides by the confidence sequences alone, which hold together at every look. A variant wins when it is better than the
 * control and no other arm is better than it by more than the margin; the control wins when every variant is worse. Where every
 * variant is inside the margin or worse, there is no difference that matters.
 * @returns null while neither is shown
 */
export function decide(look: ComparisonLook): Decision | null {
  const racing = racingIntervals(look);
  if (racing === null) return null;
  const best = bestOf(racing);
  if (best !== null && racing.every(({ arm }) => arm === best || isNotBetterThan(look, arm, best))) {
    return { kind: 'winner', arm: best };
  }
  if (racing.every(({ high }) => high < 0)) return { kind: 'winner', arm: 0 };
  const { delta } = look.comparison.metric;
  const isSmall = ({ low, high }: Interval): boolean => high < delta && (low > -delta || high < 0);
  return racing.every(isSmall) ? { kind: 'no_difference' } : null;
}

/**
 * What can be said when the time is over: the best of the variants that are shown to be better, whether or not another one may
 * be better still.
 */
export function decideAtDeadline(look: ComparisonLook): Decision | null {
  const best = bestOf(look.variants.flatMap((variant) => intervalOf(look, variant.arm) ?? []));
  return decide(look) ?? (best === null ? null : { kind: 'winner', arm: best });
}

/** null when one of the variants in the race has no interval yet. */
function racingIntervals(look: ComparisonLook): Interval[] | null {
  const intervals = activeVariants(look.comparison).map((arm) => intervalOf(look, arm));
  return intervals.length > 0 && intervals.every((each) => each !== null) ? intervals : null;
}

function intervalOf({ comparison, variants }: ComparisonLook, arm: number): Interval | null {
  const difference = variants[arm - 1]?.difference;
  if (difference === undefined || comparison.arms[arm]?.dropped !== null) return null;
  return usable(difference, comparison.policy.minUnits);
}

function usable(each: Difference, minUnits: number): Interval | null {
  const { low, high, difference } = each;
  if (low === null || high === null || difference === null) return null;
  return Math.min(each.unitsArm, each.unitsAgainst) < minUnits ? null : { ...each, low, high, difference };
}

/** The arm with the largest difference among those that are shown to be better than the control. */
function bestOf(intervals: readonly Interval[]): number | null {
  const better = intervals.filter(({ low }) => low > 0).sort((a, b) => b.difference - a.difference);
  return better[0]?.arm ?? null;
}

/** True when a variant is shown not to be better than another one by the margin or more. */
function isNotBetterThan({ comparison, among }: ComparisonLook, arm: number, than: number): boolean {
  const { delta } = comparison.metric;
  return among.some((each) => {
    if (each.low === null || each.high === null) return false;
    if (each.arm === arm && each.against === than) return each.high < delta;
    return each.arm === than && each.against === arm && each.low > -delta;
  });
}
