import { RampartError } from '../errors';
import { type Metric, parseMetric } from '../metrics/metric';
import type { GuardrailPolicy, Policy } from '../policy/policy';
import { odds } from '../stats/noncentral-hypergeometric';
import { offTheEnds } from './engine-parameters';
import { freezeHarmPlan } from './freeze-harm-plan';
import { freezeReference } from './freeze-reference';
import { freezeTransform, type MetricHistory } from './freeze-transform';
import { type FrozenGuardrail, type Reference, toZ, type Transform } from './guardrail';

/** A margin above this share of the historical mean is called out. */
const WIDE_MARGIN_SHARE = 0.3;

/**
 * A policy's guardrails with everything frozen: how values become z, the margin and the floor on the z scale, and the
 * stable version's reference numbers, each declared, from the history of 200 units or more, or a stated fallback.
 * @param policy the merged policy
 * @param history by metric id: latency in ms, cost in USD, tokens, score values; 1 (good) or 0 for what has no range
 * @param unitsPerDay by metric id: units that get a value per day, to plan the evidence for harm with; null = nothing is planned
 * @returns the guardrails in the policy's order, their weights summing to 1, and warnings for whoever reads the policy
 * @throws bad_input with the path when a metric is unknown or a margin, limit or weight cannot be used
 */
export function freezeGuardrails(
  policy: Policy,
  history: ReadonlyMap<string, MetricHistory>,
  unitsPerDay: ReadonlyMap<string, number> | null = null,
): { guardrails: FrozenGuardrail[]; warnings: string[] } {
  const totalWeight = policy.guardrails.reduce((total, { weight }) => total + weight, 0);
  const warnings: string[] = [];
  const guardrails = policy.guardrails.map((written, i) => {
    const path = `guardrails[${i}]`;
    if (!(written.weight > 0)) throw unusable(`${path}.weight`, 'above 0', written.weight);
    const metric = parseMetric(written.metric);
    if (metric === null) throw unusable(`${path}.metric`, 'a metric', written.metric);
    const frozen = freezeOne(metric, written, history.get(written.metric) ?? [], path, warnings);
    const weighted = { ...frozen, weight: written.weight / totalWeight };
    const harmPlan = freezeHarmPlan(weighted, policy, unitsPerDay?.get(written.metric) ?? 0);
    return harmPlan === undefined ? weighted : { ...weighted, harmPlan };
  });
  return { guardrails, warnings };
}

/** One guardrail frozen, its weight as written. */
export function freezeOne(
  metric: Metric,
  written: GuardrailPolicy,
  values: MetricHistory,
  path: string,
  warnings: string[],
): FrozenGuardrail {
  const { range } = written;
  if (range !== null && !(range[1] > range[0])) throw unusable(`${path}.range`, 'low below high', range.join('..'));
  const { transform, warning } = freezeTransform(metric, written, values);
  if (warning !== null) warnings.push(`${path} (${written.metric}): ${warning}`);
  const reference = freezeReference(metric, transform, written, values);
  const wide = wideMargin(metric, written, transform, reference);
  if (wide !== null) warnings.push(`${path}.margin (${written.metric}): ${wide}`);
  return {
    id: written.metric,
    kind: transform.kind === 'linear' || transform.kind === 'log' ? 'bounded' : 'binary',
    transform,
    delta: freezeDelta(metric, transform, written.margin, reference, path),
    floor: freezeFloor(metric, transform, written, path),
    weight: written.weight,
    settleMs: written.settleMs,
    gatesPromotion: metric.kind !== 'coverage',
    reference,
  };
}

/** The margin on the z scale, in (0, 1]. */
export function freezeDelta(
  metric: Metric,
  transform: Transform,
  margin: number,
  reference: Reference,
  path: string,
): number {
  if (!(margin > 0 && Number.isFinite(margin))) throw unusable(`${path}.margin`, 'a number above 0', margin);
  if (transform.kind === 'log') return Math.min(1, Math.log1p(margin) / (transform.lnHigh - transform.lnLow));
  if (metric.kind === 'latency_tail') {
    const p = offTheEnds(reference.p);
    const worse = odds(p) * (1 + margin);
    return worse / (1 + worse) - p;
  }
  const span = transform.kind === 'linear' ? transform.high - transform.low : 1;
  if (margin > span) throw unusable(`${path}.margin`, `at most the range, ${span}`, margin);
  return margin / span;
}

/** The absolute limit on the z scale; null = none. */
function freezeFloor(metric: Metric, transform: Transform, written: GuardrailPolicy, path: string): number | null {
  const { limit } = written;
  if (limit === null) return null;
  if (transform.kind === 'log' && !(limit > 0)) throw unusable(`${path}.limit`, 'above 0', limit);
  if (transform.kind === 'linear' || transform.kind === 'log') {
    const z = toZ(transform, limit);
    if (z === null) throw unusable(`${path}.limit`, 'a value of the metric', limit);
    return z;
  }
  if (!(limit >= 0 && limit <= 1)) throw unusable(`${path}.limit`, 'a share in 0..1', limit);
  return countsBad(metric, written) ? 1 - limit : limit;
}

/** True when the metric, as people state it, is the share of bad outcomes. */
function countsBad(metric: Metric, { direction }: GuardrailPolicy): boolean {
  return metric.kind !== 'score' || direction === 'lower_is_better';
}

/** A margin that would accept the loss of much of what the score is worth. */
function wideMargin(
  metric: Metric,
  written: GuardrailPolicy,
  transform: Transform,
  { mean }: Reference,
): string | null {
  if (metric.kind !== 'score' || mean === null || (written.range?.[0] ?? 0) !== 0) return null;
  const span = transform.kind === 'linear' ? transform.high : 1;
  const raw = span * (written.direction === 'lower_is_better' ? 1 - mean : mean);
  if (written.margin <= WIDE_MARGIN_SHARE * raw) return null;
  const share = raw > 0 ? `${Math.round((100 * written.margin) / raw)} %` : 'more than all';
  return `${written.margin} is ${share} of the historical mean ${Number(raw.toPrecision(3))}; expected at most 30 %`;
}

function unusable(path: string, expected: string, got: number | string): RampartError {
  return new RampartError('bad_input', `${path}: expected ${expected}, got ${got}`);
}
