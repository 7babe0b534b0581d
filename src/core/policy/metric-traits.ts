import { metricId, parseMetric, type Direction, type Metric } from '../metrics/metric';
import { closest, didYouMean } from './did-you-mean';
import { show, type Path, type Report } from './problem';

/**
 * What a metric's margin is written in: points of a declared range, a share of yes/no outcomes, relative to the stable
 * version's mean, or relative to its odds.
 */
export type MarginScale = 'points' | 'share' | 'relative' | 'odds';

/** The scale of a metric's margin. A score without a range and without categories is boolean. */
export function marginScale(metric: Metric, range: readonly [number, number] | null): MarginScale {
  switch (metric.kind) {
    case 'score':
      return range === null ? 'share' : 'points';
    case 'latency':
    case 'cost':
    case 'tokens':
      return 'relative';
    case 'latency_tail':
      return 'odds';
    case 'error_rate':
    case 'coverage':
      return 'share';
  }
}

/** The only direction that makes sense for a metric; null for scores, which must say theirs. */
export function fixedDirection(metric: Metric): Direction | null {
  return metric.kind === 'score' ? null : 'lower_is_better';
}

/**
 * The margin where none is written (stats method, section 6): 5 points of 100 for yes/no scores, coverage and scores in
 * [0, 1]; .25 for scores in [1, 5]; one point for errors; 10 % for latency, cost and tokens; odds ratio 1.5 for tails.
 * @returns null for a score with another range: its margin must be written
 */
export function defaultMargin(metric: Metric, range: readonly [number, number] | null): number | null {
  switch (metric.kind) {
    case 'error_rate':
      return 0.01;
    case 'latency':
    case 'cost':
    case 'tokens':
      return 0.1;
    case 'latency_tail':
      return 0.5;
    case 'coverage':
      return 0.05;
    case 'score':
      if (range === null || (range[0] === 0 && range[1] === 1)) return 0.05;
      return range[0] === 1 && range[1] === 5 ? 0.25 : null;
  }
}

const PLAIN_METRICS = ['latency', 'latency.p90', 'latency.p95', 'latency.p99', 'cost', 'tokens', 'error_rate'];
const NAMED_METRICS = ['score', 'coverage'];

/**
 * Reads a metric that a person wrote, stating what is wrong with it.
 * @returns null when it is not a metric
 */
export function readMetric(text: string, path: Path, report: Report): Metric | null {
  const metric = parseMetric(text);
  if (metric !== null && !('name' in metric && metric.name !== metric.name.trim())) return metric;
  report(path, `expected ${PLAIN_METRICS.join(', ')}, score:NAME or coverage:NAME, got ${show(text)}${hint(text)}`);
  return null;
}

/** Every metric by one text, also where its categories are in another order. */
export function metricKey(metric: Metric): string {
  if (metric.kind !== 'score' || metric.categories === null) return metricId(metric);
  return metricId({ ...metric, categories: [...new Set(metric.categories)].sort() });
}

function hint(text: string): string {
  const colon = text.indexOf(':');
  if (colon === -1) {
    const near = didYouMean(text, PLAIN_METRICS);
    return near === '' && text.trim() !== '' ? `; did you mean ${show(`score:${text.trim()}`)}?` : near;
  }
  const kind = text.slice(0, colon);
  const name = text.slice(colon + 1).trim();
  if (!NAMED_METRICS.includes(kind)) {
    const near = closest(kind, NAMED_METRICS);
    return near === null ? '' : `; did you mean ${show(`${near}:${name}`)}?`;
  }
  return name === ''
    ? '; its name is empty'
    : '; names and categories must not be empty or start or end with white space';
}
