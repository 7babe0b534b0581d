import { metricId, parseMetric } from '../metrics/metric';
import { DEFAULT_COVERAGE_SETTLE, DEFAULT_DEADLINES, DEFAULT_MAX_HOLD } from './default-policy';
import { parseDuration } from './duration';
import { defaultMargin, fixedDirection } from './metric-traits';
import type { Deadline, GuardrailPolicy, Policy } from './policy';
import type { WrittenGuardrail, WrittenPolicy } from './written-policy';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/**
 * The form the controller uses: every value present, durations in ms, metrics in their one text form.
 * @param written a whole policy that every rule has accepted
 * @throws Error when a rule let something through that it should not have
 */
export function normalisePolicy(written: Required<WrittenPolicy>): Policy {
  const settleMs = toMs(written.settle);
  return {
    unit: written.unit,
    steps: written.steps.map(({ percent, bake }) => ({ percent, bakeMs: toMs(bake) })),
    minUnits: written.minUnits,
    guardrails: written.guardrails.map((guardrail) => normaliseGuardrail(guardrail, settleMs)),
    alpha: written.alpha,
    beta: written.beta,
    alphaSrm: written.alphaSrm,
    settleMs,
    editWindowMs: toMs(written.editWindow),
    environments: [...written.environments],
    deadlines: {
      no_data: normaliseDeadline(written, 'noData'),
      late_data: normaliseDeadline(written, 'lateData'),
      provider_error: normaliseDeadline(written, 'providerError'),
      inconclusive: normaliseDeadline(written, 'inconclusive'),
      data_fault: normaliseDeadline(written, 'dataFault'),
    },
    holdout: written.holdout,
    watchMs: toMs(written.watch),
    onNewCandidate: written.onNewCandidate,
    quietHours: written.quietHours.map((quiet) => ({
      ...quiet,
      days: quiet.days.map((day) => WEEKDAYS.indexOf(day) + 1),
    })),
    allowWithoutScores: written.allowWithoutScores,
    maxHold: {
      afterMs: toMs(written.maxHold.after ?? DEFAULT_MAX_HOLD.after),
      // oxlint-disable-next-line unicorn/no-thenable -- a word of the written policy, never a function
      then: written.maxHold.then ?? DEFAULT_MAX_HOLD.then,
    },
    maxUnusableShare: written.maxUnusableShare,
  };
}

function normaliseDeadline(written: Required<WrittenPolicy>, kind: keyof typeof DEFAULT_DEADLINES): Deadline {
  const { alert, pause } = { ...DEFAULT_DEADLINES[kind], ...written.deadlines[kind] };
  return { alertMs: toMs(alert), pauseMs: toMs(pause) };
}

/** A guardrail that every rule has accepted, in the form the controller uses. */
export function normaliseGuardrail(written: WrittenGuardrail, policySettleMs: number): GuardrailPolicy {
  const metric = present(parseMetric(written.metric), `metric ${written.metric}`);
  const range = written.range ?? null;
  const defaultSettleMs = metric.kind === 'coverage' ? toMs(DEFAULT_COVERAGE_SETTLE) : policySettleMs;
  return {
    metric: metricId(metric),
    direction: present(written.direction ?? fixedDirection(metric), `direction of ${written.metric}`),
    range,
    margin: present(written.margin ?? defaultMargin(metric, range), `margin of ${written.metric}`),
    limit: written.floor ?? written.ceiling ?? null,
    weight: written.weight ?? 1,
    settleMs: written.settle === undefined ? defaultSettleMs : toMs(written.settle),
    reference: { variance: written.reference?.variance ?? null, rate: written.reference?.rate ?? null },
  };
}

function toMs(text: string): number {
  return present(parseDuration(text), `duration ${text}`);
}

function present<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`the rules accepted a policy without a valid ${what}`);
  return value;
}
