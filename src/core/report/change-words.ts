import type { Change, Value } from './change';
import type { Unit } from './measure';
import type { PromptWeek } from './prompt-week';
import { wordDifference, wordError, wordRelative, wordValue } from './wording';

/** A value as people read it, `none` where there is none. */
export function valueText(unit: Unit, value: Value | null): string {
  if (value === null) return 'none';
  const basis = basisText(unit, value);
  return basis === '' ? wordValue(unit, value.value) : `${wordValue(unit, value.value)} (${basis})`;
}

/** What a value was computed from, where the value does not say that itself: `n 805, se 0.0112`. */
export function basisText(unit: Unit, { value, n, standardError }: Value): string {
  if (unit === 'count') return '';
  const count = `n ${wordValue('count', n)}`;
  return standardError === null ? count : `${count}, se ${wordError(unit, standardError, Math.abs(value))}`;
}

/** The difference in words; volumes, times and money as a percentage too. '' where there is none. */
export function differenceText({ unit, now, before, difference }: Change): string {
  if (now === null || before === null || difference === null) return '';
  const text = wordDifference(unit, difference, Math.max(Math.abs(now.value), Math.abs(before.value)));
  const relative = unit === 'count' || unit === 'usd' || unit === 'ms' ? wordRelative(now.value, before.value) : '';
  return relative === '' || relative === 'unchanged' ? text : `${text}, ${relative}`;
}

/** How far the numbers go, when that is not the whole week; else ''. */
export function describeReading({ readThroughMs, problem }: PromptWeek, when: (atMs: number) => string): string {
  if (readThroughMs === null || problem !== null) return '';
  return `Langfuse has been read up to ${when(readThroughMs)} only: what came later in the week is not in the numbers.`;
}
