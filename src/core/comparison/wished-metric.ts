import { RampartError } from '../errors';
import { freezeDelta, freezeOne } from '../judging/freeze-guardrails';
import type { MetricHistory } from '../judging/freeze-transform';
import type { FrozenGuardrail } from '../judging/guardrail';
import { parseMetric } from '../metrics/metric';
import { checkGuardrail } from '../policy/guardrail-rules';
import { metricKey } from '../policy/metric-traits';
import { normaliseGuardrail } from '../policy/normalise-policy';
import type { GuardrailPolicy, Policy } from '../policy/policy';
import { collectProblems, describeProblem } from '../policy/problem';
import type { ComparisonWish } from './wish';

/** The metric of interest in the policy's own form, and the guardrail that measures it already; -1 = none does. */
export interface WishedMetric {
  written: GuardrailPolicy;
  guardrail: number;
}

type MetricWish = Pick<ComparisonWish, 'metric' | 'direction' | 'range' | 'margin'>;

/**
 * Reads the metric of a wish. Where a guardrail of the policy measures it, what the wish leaves open is as the guardrail says,
 * and nothing else may be said about it but the margin.
 * @throws bad_input with everything that is wrong, each with its path
 */
export function wishedMetric(policy: Policy, wish: MetricWish): WishedMetric {
  const id = metricText(wish.metric);
  const guardrail = policy.guardrails.findIndex(({ metric }) => keyOf(metric) === keyOf(id));
  const guarded = policy.guardrails[guardrail];
  if (guarded !== undefined) checkAgreement(guarded, wish);
  const written = {
    metric: id,
    ...given('direction', wish.direction ?? (guarded === undefined ? null : writtenDirection(guarded))),
    ...given('range', wish.range ?? guarded?.range ?? null),
    ...given('margin', wish.margin ?? guarded?.margin ?? null),
  };
  const problems = collectProblems((report) => void checkGuardrail(written, ['metric'], report));
  if (problems.length > 0) throw new RampartError('bad_input', problems.map(describeProblem).join('; '));
  const normal = normaliseGuardrail(written as Parameters<typeof normaliseGuardrail>[0], policy.settleMs);
  return { written: guarded === undefined ? normal : { ...guarded, margin: normal.margin }, guardrail };
}

/**
 * The metric of interest with everything frozen: as its guardrail measures it, else from the control's history.
 * @param guardrails the policy's, frozen
 * @param history raw values per unit of the control
 */
export function freezeMetric(
  { written, guardrail }: WishedMetric,
  guardrails: readonly FrozenGuardrail[],
  history: MetricHistory,
): { metric: FrozenGuardrail; metricIndex: number; warnings: string[] } {
  const parsed = parseMetric(written.metric);
  if (parsed === null) throw new Error(`${written.metric} is no metric`);
  const guarded = guardrails[guardrail];
  if (guarded !== undefined) {
    const delta = freezeDelta(parsed, guarded.transform, written.margin, guarded.reference, 'metric');
    return { metric: { ...guarded, delta, weight: 0, floor: null }, metricIndex: guardrail, warnings: [] };
  }
  const warnings: string[] = [];
  const frozen = freezeOne(parsed, { ...written, limit: null }, history, 'metric', warnings);
  return { metric: { ...frozen, weight: 0, gatesPromotion: false }, metricIndex: guardrails.length, warnings };
}

/** `clarity` stands for the score of that name. */
function metricText(text: string): string {
  return parseMetric(text) === null && /^[^:]+$/u.test(text) && text.trim() === text ? `score:${text}` : text;
}

function keyOf(text: string): string {
  const metric = parseMetric(text);
  return metric === null ? text : metricKey(metric);
}

function checkAgreement({ metric, direction, range }: GuardrailPolicy, wish: MetricWish): void {
  const isSame = wish.range === null || (range !== null && wish.range.every((end, index) => end === range[index]));
  if (wish.direction !== null && wish.direction !== direction) {
    throw new RampartError(
      'bad_input',
      `metric.direction: expected ${direction}, as the policy guards ${metric}, got ${wish.direction}`,
    );
  }
  if (isSame) return;
  const expected = range === null ? 'none (it is yes or no)' : range.join('..');
  throw new RampartError(
    'bad_input',
    `metric.range: expected ${expected}, as the policy guards ${metric}, got ${wish.range!.join('..')}`,
  );
}

function writtenDirection({ metric, direction }: GuardrailPolicy): GuardrailPolicy['direction'] | null {
  return parseMetric(metric)?.kind === 'score' ? direction : null;
}

function given<Key extends string, Value>(key: Key, value: Value | null): Partial<Record<Key, Value>> {
  return value === null ? {} : ({ [key]: value } as Partial<Record<Key, Value>>);
}

/** The policy with the metric of interest among its guardrails, for whoever reads history. */
export function withMetric(policy: Policy, { written, guardrail }: WishedMetric): Policy {
  return guardrail >= 0 ? policy : { ...policy, guardrails: [...policy.guardrails, written] };
}
