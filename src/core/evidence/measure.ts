import { toZ } from '../judging/guardrail';
import type { Metric } from '../metrics/metric';
import type { ObservationRow, ScoreRow } from '../ports';
import type { JudgedMetric } from './workspace';

/**
 * The value of an observation metric, raw: ms, USD, tokens; 1 (good) or 0 for errors.
 * @returns undefined when the metric is not measured on observations, null when this observation has no value for it
 */
export function rawOfObservation(metric: Metric, row: ObservationRow): number | null | undefined {
  switch (metric.kind) {
    case 'latency':
    case 'latency_tail':
      return row.latencyMs;
    case 'cost':
      return row.costUsd;
    case 'tokens':
      return row.tokens;
    case 'error_rate':
      return row.isError ? 0 : 1;
    case 'score':
    case 'coverage':
      return undefined;
  }
}

/**
 * The z of a score for a guardrail.
 * @returns null when the value could not be read, is of the wrong type or out of the declared range
 */
export function zOfScore(judged: JudgedMetric, value: ScoreRow['value']): number | null {
  if (judged.metric.kind !== 'score') return null;
  const higherIsBetter = judged.policy.direction === 'higher_is_better';
  if (judged.metric.categories !== null) {
    if (typeof value !== 'string') return null;
    return judged.metric.categories.includes(value) === higherIsBetter ? 1 : 0;
  }
  if (judged.frozen.kind === 'binary') {
    const outcome = typeof value === 'boolean' ? value : value === 1 ? true : value === 0 ? false : null;
    return outcome === null ? null : outcome === higherIsBetter ? 1 : 0;
  }
  return typeof value === 'number' ? toZ(judged.frozen.transform, value) : null;
}
