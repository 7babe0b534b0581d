import { metricId, type Metric } from '../metrics/metric';
import { fixedDirection, defaultMargin, metricKey, readMetric, scaleOf, type Scale } from './metric-traits';
import { show, type Path, type Report } from './problem';
import type { Readable } from './read-shape';
import type { WrittenGuardrail } from './written-policy';

type ReadableGuardrail = Readable<WrittenGuardrail>;

/** A doubling: the widest relative margin, so that `10` for "10 %" is refused. */
const WIDEST_RELATIVE_MARGIN = 1;

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

function checkGuardrail(guardrail: ReadableGuardrail, path: Path, report: Report): Metric | null {
  const range = readRange(guardrail.range, [...path, 'range'], report);
  if (guardrail.metric === undefined) return null;
  const metric = readMetric(guardrail.metric, [...path, 'metric'], report);
  if (metric === null) return null;
  if ('range' in guardrail && !(metric.kind === 'score' && metric.categories === null)) {
    report([...path, 'range'], `expected no range for ${show(metricId(metric))}, which has its own, got one`);
    return metric;
  }
  checkDirection(guardrail, metric, path, report);
  checkReference(guardrail, scaleOf(metric, range), path, report);
  if (range === null && 'range' in guardrail) return metric;
  const width = widthOf(scaleOf(metric, range), range);
  checkMargin(guardrail, metric, range, width, path, report);
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

function widthOf(scale: Scale, range: readonly [number, number] | null): number {
  if (scale === 'relative') return WIDEST_RELATIVE_MARGIN;
  return range === null ? 1 : range[1] - range[0];
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
  width: number,
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
  const scale = scaleOf(metric, range);
  if (scale === 'relative' ? margin <= width : margin < width) return;
  const limit = {
    relative: `a relative margin of at most ${width} (0.1 is 10 %)`,
    share: `a margin below 1, as a share${metric.kind === 'score' ? ' (a numeric score needs a range)' : ''}`,
    range: `a margin below ${width}, the width of the range`,
  }[scale];
  report([...path, 'margin'], `expected ${limit}, got ${margin}`);
}

function checkLimit(
  guardrail: ReadableGuardrail,
  metric: Metric,
  range: readonly [number, number] | null,
  path: Path,
  report: Report,
): void {
  const direction = guardrail.direction ?? fixedDirection(metric);
  const [low, high] = range ?? [0, scaleOf(metric, range) === 'relative' ? Infinity : 1];
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

function checkReference(guardrail: ReadableGuardrail, scale: Scale, path: Path, report: Report): void {
  const { rate } = guardrail.reference ?? {};
  if (rate === undefined) return;
  if (scale !== 'share') {
    report([...path, 'reference', 'rate'], `expected a rate only for yes/no metrics, got ${rate}`);
  } else if (guardrail.margin !== undefined && rate + guardrail.margin >= 1) {
    report(
      [...path, 'reference', 'rate'],
      `expected rate and margin to be below 1 together, got ${rate + guardrail.margin}`,
    );
  }
}
