import type { FrozenGuardrail } from '../judging/guardrail';
import type { GuardrailPolicy } from '../policy/policy';
import { parseMetric, type Metric } from '../metrics/metric';
import type { AttributionRules } from './attribute';
import type { Experiment } from './experiment';
import type { DayPage, DueEntry, Manifest, Metrics } from './manifest';
import type { HeldEntries } from './held-entries';
import type { ByteSink } from './packed-values';
import type { SubjectRecord, UnitRecord } from './records';
import type { RowFacts } from './row-facts';

/** A guardrail with its metric taken apart and the policy's own words beside the frozen numbers. */
export interface JudgedMetric {
  index: number;
  metric: Metric;
  frozen: FrozenGuardrail;
  policy: GuardrailPolicy;
}

/**
 * One line of the journal: everything that changed the judged state, in order, so that it can be replayed.
 *   `unit`  unit, stage, arm (0 = control)                         first exposed
 *   `add`   unit, stage, arm, time, then guardrail, z, …           values came
 *   `edit`  unit, stage, arm, time, guardrail, z, previous z       a value was replaced; z null = withdrawn
 *   `enter` unit, stage, arm, time, guardrail, z                   entered engine B
 *   `tick`  time                                                   open blocks were looked at
 */
export type JournalLine = readonly (string | number | null)[];

/**
 * What rows are folded into, batch by batch: the loaded part of the snapshot. The fold changes it in place; whoever loaded it
 * writes the changed parts back.
 */
export interface Workspace {
  manifest: Manifest;
  /** Traces by id, sessions by `sessionKey`. */
  subjects: Map<string, SubjectRecord>;
  units: Map<string, UnitRecord>;
  days: Map<number, DayPage>;
  /** By version: where in the days the row before was counted, as the next is nearly always too. */
  latest: Map<number, { dayMs: number; hourMs: number; metrics: Metrics }>;
  changedDays: Set<number>;
  /** Records that earlier batches changed, until they are written. */
  heldSubjects: HeldEntries;
  heldUnits: HeldEntries;
  /** Entries that are not written yet. */
  due: DueEntry[];
  /** Packed lines that are not written yet. */
  journal: ByteSink;
  experiment: ExperimentRules | null;
  editWindowMs: number;
  /** How far behind the present scores are read first. */
  scoreLagMs: number;
  /** By hour; not yet in the days. */
  facts: Map<number, RowFacts>;
  /** Environments whose rows count in the weekly numbers. */
  environments: readonly string[];
  nowMs: number;
}

/** The running experiment's rules, prepared once per tick. */
export interface ExperimentRules extends AttributionRules {
  salt: string;
  stages: Experiment['stages'];
  metrics: JudgedMetric[];
  /** Those of the metrics that are judged for every unit when its time has come. */
  coverage: JudgedMetric[];
}

/** Prepares the rules of an experiment. */
export function experimentRules(experiment: Experiment, assignmentMaxAgeMs: number): ExperimentRules {
  const metrics = experiment.guardrails.map((frozen, index): JudgedMetric => {
    const policy = experiment.policies[index];
    const metric = parseMetric(frozen.id);
    if (policy === undefined || metric === null) throw new Error(`guardrail ${frozen.id} does not match its policy`);
    return { index, metric, frozen, policy };
  });
  return {
    stages: experiment.stages,
    versions: experiment.versions,
    environments: experiment.environments,
    assignmentMaxAgeMs,
    salt: experiment.salt,
    metrics,
    coverage: metrics.filter(({ metric }) => metric.kind === 'coverage'),
  };
}
