import type { Metric } from '../metrics/metric';
import type { GuardrailPolicy } from '../policy/policy';
import { quantile } from '../stats/quantile';
import type { Transform } from './guardrail';

/** Raw values per unit of the stable version, in time order; one array a unit. */
export type MetricHistory = readonly (readonly number[])[];

/** Units of history from which reference numbers are taken. */
export const LEAST_HISTORY_UNITS = 200;

const LOW_CAP = 0.01;
const HIGH_CAP = 0.999;

/** Caps without history: 10 ms to 10 min, 1e-6 to 10 USD, 1 to 1e6 tokens. */
const FALLBACK_CAPS = {
  latency: [10, 600_000],
  cost: [1e-6, 10],
  tokens: [1, 1e6],
} as const;

/** The caps are at least so many margins apart, or a metric that hardly varies would have no room to get worse in. */
const LEAST_MARGINS_BETWEEN_CAPS = 4;

/** A limit lies at least this far below the upper cap, so that a mean beyond it can be seen. */
const CAP_OVER_LIMIT = 2;

/** "Slow" when there is no history to say what slow is. */
const FALLBACK_SLOW_MS = 10_000;

/**
 * How a metric's values become z, frozen from the stable version's history.
 * @returns with a warning when a fallback decides what counts as bad
 */
export function freezeTransform(
  metric: Metric,
  written: GuardrailPolicy,
  history: MetricHistory,
): { transform: Transform; warning: string | null } {
  const { range, direction } = written;
  switch (metric.kind) {
    case 'latency':
    case 'cost':
    case 'tokens':
      return { transform: logTransform(metric.kind, written, history), warning: null };
    case 'latency_tail':
      return slowThreshold(metric.quantile, history);
    case 'score':
      if (range === null || metric.categories !== null) return { transform: { kind: 'indicator' }, warning: null };
      return {
        transform: { kind: 'linear', low: range[0], high: range[1], higherIsBetter: direction === 'higher_is_better' },
        warning: null,
      };
    case 'error_rate':
    case 'coverage':
      return { transform: { kind: 'indicator' }, warning: null };
  }
}

function logTransform(
  kind: keyof typeof FALLBACK_CAPS,
  { margin, limit }: GuardrailPolicy,
  history: MetricHistory,
): Transform {
  const sorted = enoughSorted(history, (x) => x > 0);
  const [low, high] = sorted === null ? FALLBACK_CAPS[kind] : [quantile(sorted, LOW_CAP), quantile(sorted, HIGH_CAP)];
  const top = Math.max(high, CAP_OVER_LIMIT * (limit ?? 0));
  const missing = LEAST_MARGINS_BETWEEN_CAPS * Math.log1p(margin) - Math.log(top / low);
  const widening = Number.isFinite(missing) ? Math.max(0, missing) / 2 : 0;
  return { kind: 'log', lnLow: Math.log(low) - widening, lnHigh: Math.log(top) + widening };
}

function slowThreshold(p: number, history: MetricHistory): { transform: Transform; warning: string | null } {
  const sorted = enoughSorted(history, (x) => x >= 0);
  if (sorted !== null) return { transform: { kind: 'threshold', threshold: quantile(sorted, p) }, warning: null };
  return {
    transform: { kind: 'threshold', threshold: FALLBACK_SLOW_MS },
    warning: `no history of ${LEAST_HISTORY_UNITS} units: slow means over ${FALLBACK_SLOW_MS} ms`,
  };
}

/** All usable values, ascending; null when fewer units than needed have one. */
function enoughSorted(history: MetricHistory, isUsable: (x: number) => boolean): number[] | null {
  const units = history
    .map((values) => values.filter((x) => Number.isFinite(x) && isUsable(x)))
    .filter((values) => values.length > 0);
  return units.length < LEAST_HISTORY_UNITS ? null : units.flat().sort((a, b) => a - b);
}
