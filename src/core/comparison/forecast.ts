import { burnInUnits } from '../judging/burn-in';
import { asymptoticCsRadius } from '../stats/asymptotic-cs';
import { deadlineMs, type Comparison } from './comparison';
import { pairAlpha, type Difference } from './difference';

/** Standard normal quantile at .8: a difference is found with that probability. */
const Z_80 = 0.8416212335729143;
/** Times are searched this far beyond the time that has passed. */
const FARTHEST = 1000;

/** What a comparison can still find, if traffic and variance stay as they were. */
export interface Forecast {
  /** The difference, on the z scale, that would be seen at the deadline with probability .8; null before there is a variance. */
  smallest: number | null;
  /** Time until this pair is decided if the difference stays as it is now, ms; null = not foreseeable. 0 = it is. */
  leftMs: number | null;
}

/**
 * The standard error falls with the root of the time. The smallest detectable difference d at the deadline T satisfies
 * d = radius(T) + z_.8 se(T); looks before are left out, so it is rather too large than too small. Nothing is decided before the
 * burn-in and the least time are over.
 */
export function forecastOf(comparison: Comparison, now: Difference, nowMs: number): Forecast {
  const { se, difference } = now;
  const elapsedMs = nowMs - comparison.startedAtMs;
  if (se === null || difference === null || !(elapsedMs > 0)) return { smallest: null, leftMs: null };
  const { delta } = comparison.metric;
  const alpha = pairAlpha(comparison.policy.alpha, comparison.arms.length);
  const seAfter = (times: number): number => se / Math.sqrt(times);
  const radius = (times: number): number => asymptoticCsRadius(seAfter(times), delta, alpha);
  const timesAtDeadline = Math.max(1, (deadlineMs(comparison) - comparison.startedAtMs) / elapsedMs);
  const size = Math.abs(difference);
  const isDecided = (times: number): boolean => size > radius(times) || size + radius(times) < delta;
  const fewest = Math.max(1, Math.min(now.unitsArm, now.unitsAgainst));
  const leastTimes = Math.max(burnInUnits(comparison.metric, 'safe') / fewest, comparison.atLeastMs / elapsedMs);
  const times = firstTrue((each) => each >= leastTimes && isDecided(each));
  return {
    smallest: radius(timesAtDeadline) + Z_80 * seAfter(timesAtDeadline),
    leftMs: times === null ? null : Math.round((times - 1) * elapsedMs),
  };
}

/** The least number from 1 on for which the question, once true, stays true; null beyond {@link FARTHEST}. */
function firstTrue(isTrue: (times: number) => boolean): number | null {
  if (isTrue(1)) return 1;
  if (!isTrue(FARTHEST)) return null;
  let [low, high] = [1, FARTHEST];
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (isTrue(middle)) high = middle;
    else low = middle;
  }
  return high;
}
