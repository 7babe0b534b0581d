import type { Metric } from '../metrics/metric';
import type { GuardrailPolicy } from '../policy/policy';
import { momentsOf, skewnessSquared, varianceOf } from '../stats/moments';
import { LEAST_HISTORY_UNITS, type MetricHistory } from './freeze-transform';
import { type Reference, toZ, type Transform } from './guardrail';

/** Variance of a uniform value on [0, 1]. */
const FALLBACK_SIGMA2 = 1 / 12;
const FALLBACK_SKEWNESS2 = 10;

/** What is known of the stable version before any rule is applied; null = not known. */
interface Known {
  sigma2: number | null;
  p: number | null;
}

/**
 * Reference numbers of the stable version on the z scale, each from the first source that has it: declared, the history
 * of 200 units or more, a fallback. They tune the tests and set the burn-in; they never move while a rollout runs.
 */
export function freezeReference(
  metric: Metric,
  transform: Transform,
  written: GuardrailPolicy,
  history: MetricHistory,
): Reference {
  const means = unitMeans(transform, history);
  const hasHistory = means.length >= LEAST_HISTORY_UNITS;
  const isBinary = transform.kind === 'threshold' || transform.kind === 'indicator';
  const declared = declaredOf(transform, written.reference);
  const moments = momentsOf(means);
  const p = declared.p ?? (hasHistory ? 1 - moments.mean : fallbackRate(metric));
  const decided = isBinary ? declared.p : declared.sigma2;
  return {
    source: decided !== null ? 'declared' : hasHistory ? 'history' : 'fallback',
    units: means.length,
    sigma2: declared.sigma2 ?? sigma2Of(isBinary, p, decided === null && hasHistory ? varianceOf(moments) : null),
    p,
    skewness2: (hasHistory ? skewnessSquared(means) : null) ?? skewness2Of(isBinary, p, declared.p !== null),
    mean: hasHistory ? moments.mean : null,
  };
}

/** Declared numbers are on the metric's own scale: the logarithm's for latency, cost and tokens. */
function declaredOf(transform: Transform, { variance, rate }: GuardrailPolicy['reference']): Known {
  const span =
    transform.kind === 'linear'
      ? transform.high - transform.low
      : transform.kind === 'log'
        ? transform.lnHigh - transform.lnLow
        : 1;
  return { sigma2: variance === null ? null : Math.min(1, variance / (span * span)), p: rate };
}

function sigma2Of(isBinary: boolean, p: number, measured: number | null): number {
  if (measured !== null) return measured;
  return isBinary ? p * (1 - p) : FALLBACK_SIGMA2;
}

/** A yes/no outcome's rate tells its skewness; where the rate is a fallback, the stated fallback is the least. */
function skewness2Of(isBinary: boolean, p: number, isDeclared: boolean): number {
  const variance = p * (1 - p);
  if (!isBinary || variance === 0) return FALLBACK_SKEWNESS2;
  return Math.max(isDeclared ? 0 : FALLBACK_SKEWNESS2, (1 - 2 * p) ** 2 / variance);
}

/** Bad rate without history. One half for yes/no scores: no other rate makes the odds of a margin stricter. */
function fallbackRate(metric: Metric): number {
  switch (metric.kind) {
    case 'error_rate':
      return 0.01;
    case 'latency_tail':
    case 'coverage':
      return 0.1;
    case 'score':
    case 'latency':
    case 'cost':
    case 'tokens':
      return 0.5;
  }
}

function unitMeans(transform: Transform, history: MetricHistory): number[] {
  const means: number[] = [];
  for (const values of history) {
    const zs = values.map((x) => toZ(transform, x)).filter((z) => z !== null);
    if (zs.length > 0) means.push(zs.reduce((total, z) => total + z, 0) / zs.length);
  }
  return means;
}
