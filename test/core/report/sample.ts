import type { DayPage } from '../../../src/core/evidence/manifest';
import type { AuditEvent, PromptItem } from '../../../src/core/item/prompt-item';
import { emptyItem } from '../../../src/core/item/next-item';
import { addToAggregate, emptyAggregate, type Aggregate } from '../../../src/core/metrics/aggregate';
import type { Policy } from '../../../src/core/policy/policy';
import { startRollout } from '../../../src/core/rollout/plan-start';
import type { Rollout } from '../../../src/core/rollout/rollout';

const DAY_MS = 24 * 3_600_000;

/** An aggregate of these values. */
export function aggregate(values: readonly number[], withBins = false): Aggregate {
  const sums = emptyAggregate(withBins);
  for (const value of values) addToAggregate(sums, value);
  return sums;
}

/** One hour of one version: raw values by metric. */
export interface Hour {
  hour: string;
  version: number;
  values: Record<string, readonly number[]>;
}

/** Hours as the pages that a reader would have kept, by UTC day. */
export function dayPages(hours: readonly Hour[]): Map<number, DayPage> {
  const days = new Map<number, DayPage>();
  for (const { hour, version, values } of hours) {
    const hourMs = Date.parse(hour);
    const dayMs = hourMs - (hourMs % DAY_MS);
    const day = days.get(dayMs) ?? {};
    days.set(dayMs, day);
    const metrics = ((day[String(hourMs)] ??= {})[String(version)] ??= {});
    for (const [metric, list] of Object.entries(values)) metrics[metric] = aggregate(list, metric === 'latency');
  }
  return days;
}

/** The policy of {@link sampleRollout}: `clarity` from 1 to 5, and `refused`, yes/no, lower is better. */
const POLICY: Policy = {
  unit: 'user',
  steps: [{ percent: 10, bakeMs: DAY_MS }],
  guardrails: [
    {
      metric: 'score:clarity',
      direction: 'higher_is_better',
      range: [1, 5],
      margin: 0.25,
      limit: null,
      weight: 1,
      settleMs: 0,
      reference: { variance: null, rate: null },
    },
    {
      metric: 'score:refused',
      direction: 'lower_is_better',
      range: null,
      margin: 0.05,
      limit: null,
      weight: 1,
      settleMs: 0,
      reference: { variance: null, rate: null },
    },
  ],
  minUnits: 100,
  alpha: 0.05,
  beta: 0.05,
  alphaSrm: 0.001,
  settleMs: 600_000,
  editWindowMs: DAY_MS,
  environments: ['production'],
  deadlines: {
    no_data: { alertMs: 1, pauseMs: 1 },
    late_data: { alertMs: 1, pauseMs: 1 },
    provider_error: { alertMs: 1, pauseMs: 1 },
    inconclusive: { alertMs: 1, pauseMs: 1 },
    data_fault: { alertMs: 1, pauseMs: 1 },
  },
  // oxlint-disable-next-line unicorn/no-thenable -- a word of the policy, never a function
  maxHold: { afterMs: 7 * DAY_MS, then: 'page' },
  maxUnusableShare: 0.05,
  holdout: 5,
  watchMs: 2 * DAY_MS,
  onNewCandidate: 'supersede',
  quietHours: [],
  allowWithoutScores: false,
};

/** A rollout of version 4 against 3, at 10 % since Tuesday of 2026-W47. */
export function sampleRollout(prompt: string, changes: Partial<Rollout> = {}): Rollout {
  const { rollout } = startRollout(
    {
      prompt,
      stable: 3,
      candidate: 4,
      startedBy: 'label',
      labelledAtStart: 4,
      policy: POLICY,
      policySources: {},
      policyHash: 'hash',
      guardrails: [],
      warnings: [],
    },
    Date.parse('2026-11-17T09:00:00Z'),
  );
  return { ...rollout, ...changes };
}

/** An item at rest with version 3 in production. */
export function sampleItem(prompt: string, changes: Partial<PromptItem> = {}): PromptItem {
  return { ...emptyItem(prompt, 3, 0), revision: 1, ...changes };
}

/** An audit event of the rollout of version 4 against 3. */
export function sampleEvent(
  prompt: string,
  revision: number,
  at: string,
  kind: string,
  detail: AuditEvent['detail'] = {},
): AuditEvent {
  return {
    id: `${prompt}#${revision}#0`,
    atMs: Date.parse(at),
    kind,
    by: 'controller',
    rolloutId: `${prompt}/4/x`,
    detail: { stable: 3, candidate: 4, step: 0, percent: 10, ...detail },
  };
}
