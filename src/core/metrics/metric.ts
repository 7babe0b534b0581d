/**
 * What can be measured. A metric is written as
 *   `score:NAME`            a Langfuse score, numeric (needs a range) or boolean
 *   `score:NAME=a,b`        a categorical score: the share of values that are `a` or `b`
 *   `latency`               response time, log mean (margin 0.1 = +10 %)
 *   `latency.p90|p95|p99`   share of responses slower than stable's historical quantile
 *   `cost`, `tokens`        per generation, log mean
 *   `error_rate`            share of generations whose level is ERROR
 *   `coverage:NAME`         share of exposed units without score NAME two hours later
 */
export type Metric =
  | { kind: 'score'; name: string; categories: readonly string[] | null }
  | { kind: 'latency' | 'cost' | 'tokens' }
  | { kind: 'latency_tail'; quantile: 0.9 | 0.95 | 0.99 }
  | { kind: 'error_rate' }
  | { kind: 'coverage'; name: string };

/** Which way is better. */
export type Direction = 'higher_is_better' | 'lower_is_better';

/** The text form of a metric; {@link parseMetric} reads it back. */
export function metricId(metric: Metric): string {
  switch (metric.kind) {
    case 'score':
      return `score:${metric.name}${metric.categories === null ? '' : `=${metric.categories.join(',')}`}`;
    case 'latency_tail':
      return `latency.p${Math.round(metric.quantile * 100)}`;
    case 'coverage':
      return `coverage:${metric.name}`;
    case 'latency':
    case 'cost':
    case 'tokens':
    case 'error_rate':
      return metric.kind;
  }
}

/**
 * Reads the text form of a metric.
 * @returns the metric, or null when the text is not one
 */
export function parseMetric(text: string): Metric | null {
  switch (text) {
    case 'latency':
    case 'cost':
    case 'tokens':
      return { kind: text };
    case 'error_rate':
      return { kind: 'error_rate' };
    case 'latency.p90':
      return { kind: 'latency_tail', quantile: 0.9 };
    case 'latency.p95':
      return { kind: 'latency_tail', quantile: 0.95 };
    case 'latency.p99':
      return { kind: 'latency_tail', quantile: 0.99 };
  }
  const coverage = /^coverage:(.+)$/su.exec(text);
  if (coverage) return { kind: 'coverage', name: coverage[1]! };
  const score = /^score:([^=]+)(?:=(.+))?$/su.exec(text);
  if (!score) return null;
  const categories = score[2] === undefined ? null : score[2].split(',').map((category) => category.trim());
  if (categories?.some((category) => category === '')) return null;
  return { kind: 'score', name: score[1]!, categories };
}
