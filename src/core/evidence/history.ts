import { parseMetric, type Metric } from '../metrics/metric';
import type { GuardrailPolicy, Policy } from '../policy/policy';
import type { ObservationRow, ScoreRow } from '../ports';
import { unitOf } from './attribute';
import { rawOfObservation } from './measure';

/** By metric id: for each unit of the stable version its raw values in time order. */
export type History = Map<string, number[][]>;

/** The stable version's rows that could have been evidence, in time order. */
export interface Past {
  rows: ObservationRow[];
  scores: ScoreRow[];
  unitOfTrace: ReadonlyMap<string, string>;
  unitOfObservation: ReadonlyMap<string, string>;
}

/** The past's values by metric and unit. */
export function historyOf(policy: Policy, past: Past): History {
  return new Map(
    policy.guardrails.map((guardrail) => [guardrail.metric, valuesByUnit(metricOf(guardrail), guardrail, past)]),
  );
}

/** A guardrail's metric, taken apart. */
export function metricOf(guardrail: GuardrailPolicy): Metric {
  const metric = parseMetric(guardrail.metric);
  if (metric === null) throw new Error(`${guardrail.metric} is not a metric`);
  return metric;
}

/**
 * Sorts rows of the past into units, by the same rules as a rollout's evidence: only the policy's environments, only
 * generations whose unit is the kind that is randomised, a trace's score only when the trace saw one version.
 * @param rows generations of the prompt, any version, any order; repeated ones count once
 * @param scores any order; repeated ones count once
 */
export function pastOf(
  policy: Policy,
  stable: number,
  rows: readonly ObservationRow[],
  scores: readonly ScoreRow[],
): Past {
  const unitOfTrace = new Map<string, string>();
  const unitOfObservation = new Map<string, string>();
  const kept = new Map<string, ObservationRow>();
  for (const row of rows) {
    const { unit, isFallback } = unitOf(row, policy.unit);
    if (row.version !== stable || isFallback || !policy.environments.includes(row.environment)) continue;
    unitOfTrace.set(row.traceId, unit);
    unitOfObservation.set(observationKey(row.traceId, row.id), unit);
    kept.set(observationKey(row.traceId, row.id), row);
  }
  for (const row of rows) if (row.version !== stable) unitOfTrace.delete(row.traceId);
  const newest = new Map<string, ScoreRow>();
  for (const score of scores) {
    if ((newest.get(score.id)?.updatedAtMs ?? -Infinity) <= score.updatedAtMs) newest.set(score.id, score);
  }
  return {
    rows: [...kept.values()].sort((a, b) => a.startMs - b.startMs),
    scores: [...newest.values()].sort((a, b) => a.timestampMs - b.timestampMs),
    unitOfTrace,
    unitOfObservation,
  };
}

function observationKey(traceId: string, id: string): string {
  return `${traceId}/${id}`;
}

function unitOfScore({ subject }: ScoreRow, past: Past): string | undefined {
  if (subject.kind === 'trace') return past.unitOfTrace.get(subject.traceId);
  if (subject.kind !== 'observation') return undefined;
  return past.unitOfObservation.get(observationKey(subject.traceId, subject.observationId));
}

function valuesByUnit(metric: Metric, guardrail: GuardrailPolicy, past: Past): number[][] {
  const byUnit = new Map<string, number[]>();
  forEachValue(metric, guardrail, past, (unit, value) => {
    const values = byUnit.get(unit);
    if (values === undefined) byUnit.set(unit, [value]);
    else values.push(value);
  });
  return [...byUnit.values()];
}

/** A metric's values that belong to a unit, in time order. */
export function forEachValue(
  metric: Metric,
  guardrail: GuardrailPolicy,
  past: Past,
  visit: (unit: string, value: number, atMs: number) => void,
): void {
  const add = (unit: string | undefined, value: number | null | undefined, atMs: number): void => {
    if (unit !== undefined && value !== null && value !== undefined) visit(unit, value, atMs);
  };
  if (metric.kind === 'score') {
    for (const score of past.scores) {
      if (score.name === metric.name)
        add(unitOfScore(score, past), rawOfScore(guardrail, metric.categories, score.value), score.timestampMs);
    }
  } else if (metric.kind === 'coverage') {
    const named = past.scores.filter(({ name }) => name === metric.name);
    const scored = new Set(named.map((score) => unitOfScore(score, past)));
    const seen = new Set<string>();
    for (const row of past.rows) {
      const unit = past.unitOfObservation.get(observationKey(row.traceId, row.id));
      if (unit === undefined || seen.has(unit)) continue;
      seen.add(unit);
      add(unit, scored.has(unit) ? 1 : 0, row.startMs);
    }
  } else {
    for (const row of past.rows) {
      add(past.unitOfObservation.get(observationKey(row.traceId, row.id)), rawOfObservation(metric, row), row.startMs);
    }
  }
}

/** A value of a score before it becomes z; 1 (good) or 0 for scores without a range. */
function rawOfScore(
  { direction, range }: GuardrailPolicy,
  categories: readonly string[] | null,
  value: ScoreRow['value'],
): number | null {
  const higherIsBetter = direction === 'higher_is_better';
  if (categories !== null) {
    return typeof value === 'string' ? Number(categories.includes(value) === higherIsBetter) : null;
  }
  if (range !== null) return typeof value === 'number' && Number.isFinite(value) ? value : null;
  if (typeof value === 'string' || value === null) return null;
  const good = Number(value);
  return good === 1 || good === 0 ? Number((good === 1) === higherIsBetter) : null;
}
