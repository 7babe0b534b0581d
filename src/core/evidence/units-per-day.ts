import type { Metric } from '../metrics/metric';
import type { GuardrailPolicy, Policy } from '../policy/policy';
import { forEachValue, metricOf, type Past } from './history';

const DAY_MS = 86_400_000;

/**
 * Units of the stable version that get a value per day, by metric id. Those who come back on another day count on both, as they do in
 * two steps of a ramp.
 * @param toMs where the past ends
 * @param scoresFromMs from when on scores were read; null = from the same time as generations
 */
export function unitsPerDayOf(
  policy: Policy,
  past: Past,
  { toMs, scoresFromMs }: { toMs: number; scoresFromMs: number | null },
): Map<string, number> {
  const rowsFromMs = past.rows[0]?.startMs ?? toMs;
  return new Map(
    policy.guardrails.map((guardrail) => {
      const metric = metricOf(guardrail);
      const fromMs = metric.kind === 'score' ? Math.max(rowsFromMs, scoresFromMs ?? rowsFromMs) : rowsFromMs;
      return [guardrail.metric, unitsPerDay(metric, guardrail, past, { fromMs, toMs })];
    }),
  );
}

function unitsPerDay(
  metric: Metric,
  guardrail: GuardrailPolicy,
  past: Past,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): number {
  const days = (toMs - fromMs) / DAY_MS;
  const seen = new Set<string>();
  forEachValue(metric, guardrail, past, (unit, _, atMs) => seen.add(`${Math.floor((toMs - atMs) / DAY_MS)} ${unit}`));
  return days > 0 ? seen.size / days : 0;
}
