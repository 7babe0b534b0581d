import { metricId, type Metric } from '../metrics/metric';
import { fixedDirection, defaultMargin, metricKey, readMetric, marginScale, type MarginScale } from './metric-traits';
import { show, type Path, type Report } from './problem';
import type { Readable } from './read-shape';
import type { WrittenGuardrail } from './written-policy';

type ReadableGuardrail = Readable<WrittenGuardrail>;

/** The widest margins of scales that have no natural end: a doubling, and odds five times as high. `10` is not 10 %. */
const WIDEST_MARGIN = { relative: 1, odds: 4 };

/** States everything that is wrong with a list of guardrails. */
export function checkGuardrails(
  guardrails: readonly (ReadableGuardrail | undefined)[],
  path: Path,
  report: Report,
): void {
  const firstIndex = new Map<string, number>();
  for (const [index, guardrail] of guardrails.entries()) {
    if (guardrail === undefined) continue;
    const metric = checkGuardrail(guardrail, [...path, index], report);
    if (metric === null) continue;
    const first = firstIndex.get(metricKey(metric));
    if (first === undefined) firstIndex.set(metricKey(metric), index);
    else
      report(
        [...path, index, 'metric'],
        `expected every metric once, got ${show(metricId(metric))} as in item ${first}`,
      );
  }
}

/** States everything that is wrong with one guardrail; null when its metric is none. */
export function checkGuardrail(guardrail: ReadableGuardrail, path: Path, report: Report): Metric | null {
  const range = readRange(guardrail.range, [...path, 'range'], report);
  if (guardrail.metric === undefined) return null;
  const metric = readMetric(guardrail.metric, [...path, 'metric'], report);
  if (metric === null) return null;
  if ('range' in guardrail && !(metric.kind === 'score' && metric.categories === null)) {
    report([...path, 'range'], `expected no range for ${show(metricId(metric))}, which has its own, got one`);
    return metric;
  }
  checkDirection(guardrail, metric, path, report);
  checkReference(guardrail, marginScale(metric, range), path, report);
  if (range === null && 'range' in guardrail) return metric;
  checkMargin(guardrail, metric, range, path, report);
  checkLimit(guardrail, metric, range, path, report);
  return metric;
}

function readRange(range: ReadableGuardrail['range'], path: Path, report: Report): readonly [number, number] | null {
  const [low, high] = range ?? [];
  if (low === undefined || high === undefined) return null;
  if (low < high) return [low, high];
  report(path, `expected [low, high] with low below high, got [${low}, ${high}]`);
  return null;
}

function checkDirection(guardrail: ReadableGuardrail, metric: Metric, path: Path, report: Report): void {
  const fixed = fixedDirection(metric);
  const { direction } = guardrail;
  if (fixed === null && !('direction' in guardrail)) {
    report([...path, 'direction'], `expected 'higher_is_better' or 'lower_is_better' for a score, got nothing`);
  }
  if (fixed !== null && direction !== undefined && direction !== fixed) {
    report([...path, 'direction'], `expected '${fixed}' for ${show(metricId(metric))}, got '${direction}'`);
  }
}

function checkMargin(
  guardrail: ReadableGuardrail,
  metric: Metric,
  range: readonly [number, number] | null,
  path: Path,
  report: Report,
): void {
  const { margin } = guardrail;
  if (margin === undefined) {
    if (!('margin' in guardrail) && defaultMargin(metric, range) === null) {
      report([...path, 'margin'], `expected a margin (only the ranges [0, 1] and [1, 5] have a default), got nothing`);
    }
    return;
  }
  const expected = widestMargin(margin, metric, range);
  if (expected !== null) report([...path, 'margin'], `expected ${expected}, got ${margin}`);
}

/** What is expected of a margin that is too wide; null when it is not. */
function widestMargin(margin: number, metric: Metric, range: readonly [number, number] | null): string | null {
  const scale = marginScale(metric, range);
  switch (scale) {
    case 'points': {
      const width = range === null ? 0 : range[1] - range[0];
      return margin < width ? null : `a margin below ${width}, the width of the range`;
    }
    case 'share': {
      const hint = metric.kind === 'score' ? ' (a numeric score needs a range)' : '';
      return margin < 1 ? null : `a margin below 1, as a share${hint}`;
    }
    case 'relative':
    case 'odds': {
      const example = scale === 'relative' ? '0.1 is 10 %' : '0.5 is odds 1.5 times as high';
      return margin <= WIDEST_MARGIN[scale] ? null : `a margin of at most ${WIDEST_MARGIN[scale]} (${example})`;
    }
  }
}

function checkLimit(
  guardrail: ReadableGuardrail,
  metric: Metric,
  range: readonly [number, number] | null,
  path: Path,
  report: Report,
): void {
  const direction = guardrail.direction ?? fixedDirection(metric);
  const [low, high] = range ?? [0, marginScale(metric, range) === 'relative' ? Infinity : 1];
  for (const [key, fitting] of [
    ['floor', 'higher_is_better'],
    ['ceiling', 'lower_is_better'],
  ] as const) {
    const limit = guardrail[key];
    if (limit === undefined) continue;
    if (direction !== null && direction !== fitting) {
      report([...path, key], `expected a ${key} only where ${fitting}, got one where ${direction}`);
    } else if (limit <= low || limit >= high) {
      const between = high === Infinity ? `above ${low}` : `between ${low} and ${high}, both exclusive`;
      report([...path, key], `expected a ${key} ${between}, got ${limit}`);
    }
  }
}

function checkReference(guardrail: ReadableGuardrail, scale: MarginScale, path: Path, report: Report): void {
  const { rate } = guardrail.reference ?? {};
  if (rate === undefined) return;
  if (scale === 'points' || scale === 'relative') {
    report([...path, 'reference', 'rate'], `expected a rate only for yes/no metrics, got ${rate}`);
  } else if (scale === 'share' && guardrail.margin !== undefined && rate + guardrail.margin >= 1) {
    report(
      [...path, 'reference', 'rate'],
      `expected rate and margin to be below 1 together, got ${rate + guardrail.margin}`,
    );
  }
}
