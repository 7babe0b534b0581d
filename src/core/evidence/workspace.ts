import type { FrozenGuardrail } from '../judging/guardrail';
import type { GuardrailPolicy } from '../policy/policy';
import { parseMetric, type Metric } from '../metrics/metric';
import type { Rollout } from '../rollout/rollout';
import type { AttributionRules } from './attribute';
import type { DayPage, DueEntry, Manifest } from './manifest';
import type { SessionRecord, TraceRecord, UnitRecord } from './records';

/** A guardrail with its metric taken apart and the policy's own words beside the frozen numbers. */
export interface JudgedMetric {
  index: number;
  metric: Metric;
  frozen: FrozenGuardrail;
  policy: GuardrailPolicy;
}

/** One line of the journal: everything that changed the judged state, in order, so that it can be replayed. */
export type JournalLine = readonly (string | number)[];

/**
 * What a batch of rows is folded into: the loaded part of the snapshot. The fold changes it in place; whoever loaded it
 * writes the changed parts back.
 */
export interface Workspace {
  manifest: Manifest;
  traces: Map<string, TraceRecord>;
  sessions: Map<string, SessionRecord>;
  units: Map<string, UnitRecord>;
  days: Map<number, DayPage>;
  changedTraces: Set<string>;
  changedSessions: Set<string>;
  changedUnits: Set<string>;
  changedDays: Set<number>;
  /** Entries made by this batch. */
  due: DueEntry[];
  journal: JournalLine[];
  rollout: RolloutRules | null;
  editWindowMs: number;
  /** Environments whose rows count in the weekly numbers. */
  environments: readonly string[];
  nowMs: number;
}

/** The running rollout's rules, prepared once per tick. */
export interface RolloutRules extends AttributionRules {
  salt: string;
  metrics: JudgedMetric[];
  /** By score name: the guardrails that a score of that name feeds. */
  byScore: Map<string, JudgedMetric[]>;
  coverageByScore: Map<string, JudgedMetric[]>;
  coverage: JudgedMetric[];
  /** Bake time of a stage's step; the watch counts as a step of its length. */
  bakeOfStageMs: (stage: number) => number;
}

/** Prepares the rules of a rollout. */
export function rolloutRules(rollout: Rollout, assignmentMaxAgeMs: number): RolloutRules {
  const metrics = rollout.guardrails.map((frozen, index): JudgedMetric => {
    const policy = rollout.policy.guardrails[index];
    const metric = parseMetric(frozen.id);
    if (policy === undefined || metric === null) throw new Error(`guardrail ${frozen.id} does not match its policy`);
    return { index, metric, frozen, policy };
  });
  const byScore = new Map<string, JudgedMetric[]>();
  const coverageByScore = new Map<string, JudgedMetric[]>();
  for (const judged of metrics) {
    if (judged.metric.kind === 'score') push(byScore, judged.metric.name, judged);
    if (judged.metric.kind === 'coverage') push(coverageByScore, judged.metric.name, judged);
  }
  return {
    stages: rollout.stages,
    stable: rollout.stable,
    candidate: rollout.candidate,
    environments: rollout.policy.environments,
    assignmentMaxAgeMs,
    salt: rollout.salt,
    metrics,
    byScore,
    coverageByScore,
    coverage: metrics.filter(({ metric }) => metric.kind === 'coverage'),
    bakeOfStageMs: (stage) => {
      const step = rollout.stages[stage]?.step ?? 0;
      return rollout.policy.steps[step]?.bakeMs ?? rollout.policy.watchMs;
    },
  };
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
