import type { ComparisonView } from '../comparison/view';
import type { AuditEvent, PromptItem } from '../item/prompt-item';
import { parseMetric } from '../metrics/metric';
import { changeOf, valueOf, type Change, type Value } from './change';
import { eventsOf, type ReportEvent } from './events';
import { measuresOf, type Measure, type ScoreTraits, type Unit } from './measure';
import type { Health } from './health';
import { describeState, needsOf } from './needs';
import { generations, together, type VersionNumbers } from './numbers';
import { weekSentence } from './sentence';
import { trendsOf, type Trend } from './trend';
import type { Period } from './week';

/** One prompt in a weekly report, as it is stored. Times in ms, shares in 0..1, money in USD. */
export interface PromptWeek {
  prompt: string;
  /** The week in plain words. */
  sentence: string;
  /** How the prompt stood when the report was made. */
  state: string;
  /** What waited for a person when the report was made. */
  needs: string[];
  events: ReportEvent[];
  /** Each measure of the week against the week before, all versions together. */
  changes: Change[];
  versions: VersionTable;
  /** The last eight weeks of the measures that matter most, most important first. */
  trends: Trend[];
  /** The running comparison, or one that ended in the week or since. */
  comparison: ComparisonView | null;
  health: Health;
  /** Generations of the week are in the numbers up to here; null = the whole week. */
  readThroughMs: number | null;
  /** Why there are no numbers although there may have been traffic; null = there is no such problem. */
  problem: string | null;
}

/** Versions side by side: each row has one value per version. */
export interface VersionTable {
  versions: number[];
  rows: { id: string; label: string; unit: Unit; values: (Value | null)[] }[];
}

/** What a prompt's week is made of. */
export interface PromptWeekInput {
  item: PromptItem;
  week: Period;
  now: VersionNumbers;
  before: VersionNumbers;
  /** The weeks before those two, oldest first. */
  earlier: readonly VersionNumbers[];
  health: Health;
  comparison: ComparisonView | null;
  audit: readonly AuditEvent[];
  /** Everything with a time before this has been read, ms; null = nothing was ever read. */
  readThroughMs: number | null;
  problem: string | null;
  /** Writes an instant in the report's zone. */
  when: (atMs: number) => string;
}

/** Puts a prompt's week together. Pure. */
export function promptWeek(input: PromptWeekInput): PromptWeek {
  const { item, week, now, before, when, problem } = input;
  const sums = { now: together(now), before: together(before) };
  const traits = scoreTraits(item);
  const measures = measuresOf([sums.now, sums.before], traits);
  const changes = measures
    .map((measure) => changeOf(measure, sums.now, sums.before))
    .filter((change) => change.now !== null || change.before !== null);
  const events = eventsOf(input.audit, week);
  const needs = needsOf(item, events, week.fromMs, when);
  const isRead = input.readThroughMs !== null && input.readThroughMs >= week.toMs;
  return {
    prompt: item.prompt,
    sentence: problem === null ? weekSentence(changes, events) : `The numbers could not be read: ${problem}`,
    state: describeState(item, when),
    needs: problem === null ? needs : [...needs, `the numbers of the week could not be read: ${problem}`],
    events,
    changes,
    versions: versionTable(measures, now),
    trends: trendsOf([...input.earlier.map(together), sums.before, sums.now], traits),
    comparison: input.comparison,
    health: input.health,
    readThroughMs: isRead ? null : (input.readThroughMs ?? week.fromMs),
    problem,
  };
}

/**
 * The week of a prompt whose stored item cannot be read: that it waits for a person.
 * @param prompt null = not even its name can be read
 */
export function damagedWeek(prompt: string | null, problem: string): PromptWeek {
  return {
    prompt: prompt ?? '(a name that cannot be read)',
    sentence: `What is stored of it could not be read: ${problem}`,
    state: 'what is stored of it cannot be read',
    needs: [`what is stored of the prompt cannot be read, so nothing is judged; restore it from a backup: ${problem}`],
    events: [],
    changes: [],
    versions: { versions: [], rows: [] },
    trends: [],
    comparison: null,
    health: { facts: {}, listed: null },
    readThroughMs: null,
    problem,
  };
}

/** The versions that had generations, newest first. */
export function versionTable(measures: readonly Measure[], numbers: VersionNumbers): VersionTable {
  const seen = [...numbers].filter(([, metrics]) => generations(metrics) > 0).sort(([a], [b]) => b - a);
  return {
    versions: seen.map(([version]) => version),
    rows: measures
      .map((measure) => ({
        id: measure.id,
        label: measure.label,
        unit: measure.unit,
        values: seen.map(([, metrics]) => valueOf(measure, measure.read(metrics))),
      }))
      .filter(({ values }) => values.some((value) => value !== null)),
  };
}

/**
 * What the guardrails of the newest rollout and the metric of the newest comparison say about scores: which way is better, and
 * whether they are yes/no.
 */
export function scoreTraits({ rollout, comparison }: PromptItem): Map<string, ScoreTraits> {
  const traits = new Map<string, ScoreTraits>();
  for (const { metric: text, direction, range } of [
    ...(comparison === null ? [] : [comparison.metricPolicy]),
    ...(rollout?.policy.guardrails ?? []),
  ]) {
    const metric = parseMetric(text);
    if (metric?.kind !== 'score' || metric.categories !== null) continue;
    traits.set(metric.name, { better: direction, isYesNo: range === null });
  }
  return traits;
}
