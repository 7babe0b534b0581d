import { bucketOf } from '../assignment/bucket';
import { addToAggregate, emptyAggregate } from '../metrics/aggregate';
import type { ObservationRow, ScoreRow } from '../ports';
import { toZ } from '../judging/guardrail';
import { attribute, type Unusable } from './attribute';
import type { HourCounts } from './manifest';
import { rawOfObservation, zOfScore } from './measure';
import type { TraceRecord } from './records';
import { addValue, exposeUnit, rolloutEvidence } from './units';
import type { RolloutRules, Workspace } from './workspace';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How many hours of row counts are kept: what the share of unusable rows is computed over. */
const COUNTED_HOURS = 6;

/** A generation with its unit resolved: the raw id only lives here, in memory. */
export interface ResolvedObservation {
  row: ObservationRow;
  unit: string;
  unitHash: string;
  sessionHash: string;
  isFallback: boolean;
}

/** Folds generations, oldest first, into the workspace. A generation that was folded before changes nothing. */
export function foldObservations(work: Workspace, observations: readonly ResolvedObservation[]): void {
  for (const observation of observations) foldObservation(work, observation);
}

function foldObservation(work: Workspace, { row, unit, unitHash, sessionHash, isFallback }: ResolvedObservation): void {
  let trace = work.traces.get(row.traceId);
  if (trace?.o[row.id] !== undefined) return;
  if (trace === undefined) {
    trace = { v: [], t: row.startMs, u: isFallback ? '' : unitHash, s: -1, a: 0, o: {}, c: {}, n: sessionHash };
    work.traces.set(row.traceId, trace);
  }
  trace.o[row.id] = row.version;
  if (!trace.v.includes(row.version)) trace.v.push(row.version);
  work.changedTraces.add(row.traceId);
  noteSession(work, sessionHash, row);
  if (work.environments.includes(row.environment)) countObservation(work, row);
  if (work.rollout !== null) judgeObservation(work, work.rollout, trace, row, unit, unitHash, isFallback);
}

function noteSession(work: Workspace, sessionHash: string, row: ObservationRow): void {
  if (sessionHash === '') return;
  const session = work.sessions.get(sessionHash);
  if (session === undefined) work.sessions.set(sessionHash, { v: [row.version], trace: row.traceId });
  else if (!session.v.includes(row.version)) session.v.push(row.version);
  else return;
  work.changedSessions.add(sessionHash);
}

function judgeObservation(
  work: Workspace,
  rules: RolloutRules,
  trace: TraceRecord,
  row: ObservationRow,
  unit: string,
  unitHash: string,
  isFallback: boolean,
): void {
  const attribution = attribute(rules, {
    startMs: row.startMs,
    version: row.version,
    environment: row.environment,
    bucket: bucketOf(rules.salt, unit),
    isFallback,
  });
  if (attribution.kind === 'outside') return;
  if (attribution.kind === 'unusable') {
    countRow(work, row.startMs, attribution.why);
    return;
  }
  countRow(work, row.startMs, null);
  const { stage, arm } = attribution;
  exposeUnit(work, rules, unitHash, row.startMs, stage, arm);
  trace.s = stage;
  trace.a = arm === 'candidate' ? 1 : 0;
  trace.u = unitHash;
  for (const judged of rules.metrics) {
    const raw = rawOfObservation(judged, row);
    if (raw === undefined || raw === null) continue;
    const z = toZ(judged.frozen.transform, raw);
    if (z === null) countRow(work, row.startMs, 'bad_value');
    else addValue(work, unitHash, judged.index, stage, z, row.startMs, null);
  }
}

/** What became of a score. `unknown_trace`: nothing is known of its subject (yet). */
export type ScoreFate = 'folded' | 'known' | 'unknown_trace' | 'not_this_prompt';

/** Folds scores, oldest first; returns those whose trace is not known. A score that was folded before changes nothing. */
export function foldScores(work: Workspace, scores: readonly ScoreRow[]): ScoreRow[] {
  return scores.filter((score) => foldScore(work, score) === 'unknown_trace');
}

function foldScore(work: Workspace, score: ScoreRow): ScoreFate {
  const subject = subjectOf(work, score);
  if (typeof subject === 'string') return subject;
  const { trace, traceId, version } = subject;
  const known = trace.c[score.id];
  if (known !== undefined && known[1] === score.value) return 'known';
  if (known !== undefined && work.nowMs - score.timestampMs > work.editWindowMs) {
    work.manifest.unattributed.late_edit++;
    return 'known';
  }
  if (version === null) {
    if (known === undefined) work.manifest.unattributed.ambiguous_score++;
    return 'folded';
  }
  const previous = known === undefined ? null : known[1];
  trace.c[score.id] = [score.name, score.value, score.timestampMs];
  work.changedTraces.add(traceId);
  countScore(work, trace.t, version, score, previous);
  if (work.rollout !== null && trace.s >= 0) judgeScore(work, work.rollout, trace, version, score, previous);
  return 'folded';
}

/** Which trace and version a score belongs to (FACTS: a trace or session must have seen exactly one version). */
function subjectOf(
  work: Workspace,
  score: ScoreRow,
): ScoreFate | { trace: TraceRecord; traceId: string; version: number | null } {
  const { subject } = score;
  if (subject.kind === 'experiment') return 'not_this_prompt';
  if (subject.kind === 'session') {
    const session = work.sessions.get(subject.sessionId);
    const trace = session && work.traces.get(session.trace);
    if (session === undefined || trace === undefined) return 'unknown_trace';
    return { trace, traceId: session.trace, version: session.v.length === 1 ? session.v[0]! : null };
  }
  const trace = work.traces.get(subject.traceId);
  if (trace === undefined) return 'unknown_trace';
  if (subject.kind === 'trace') {
    return { trace, traceId: subject.traceId, version: trace.v.length === 1 ? trace.v[0]! : null };
  }
  const version = trace.o[subject.observationId];
  if (version === undefined) {
    work.manifest.unattributed.unlinked_score++;
    return 'not_this_prompt';
  }
  return { trace, traceId: subject.traceId, version };
}

function judgeScore(
  work: Workspace,
  rules: RolloutRules,
  trace: TraceRecord,
  version: number,
  score: ScoreRow,
  previous: number | boolean | string | null,
): void {
  const isOfThisRollout = trace.t >= (rules.stages[0]?.fromMs ?? Infinity);
  if (!isOfThisRollout || version !== (trace.a === 1 ? rules.candidate : rules.stable)) return;
  for (const judged of rules.byScore.get(score.name) ?? []) {
    const z = zOfScore(judged, score.value);
    const previousZ = previous === null ? null : zOfScore(judged, previous);
    countRow(work, trace.t, z === null ? 'bad_value' : null);
    if (z !== null) addValue(work, trace.u, judged.index, trace.s, z, score.timestampMs, previousZ);
  }
  for (const judged of rules.coverageByScore.get(score.name) ?? []) {
    const unit = work.units.get(trace.u);
    if (unit === undefined || unit.b[judged.index] === 1) continue;
    unit.f[judged.index] = [score.timestampMs, 1];
    work.changedUnits.add(trace.u);
  }
}

/** Counts a row as used or as not used, by the hour of its exposure. */
function countRow(work: Workspace, atMs: number, why: Unusable | null): void {
  const { hours } = rolloutEvidence(work);
  const hourMs = atMs - (atMs % HOUR_MS);
  let counts: HourCounts | undefined = hours.find((hour) => hour.hourMs === hourMs);
  if (counts === undefined) {
    if (hours.length > 0 && hourMs < hours[0]!.hourMs) return;
    counts = { hourMs, used: 0, unusable: {} };
    hours.push(counts);
    hours.sort((a, b) => a.hourMs - b.hourMs);
    if (hours.length > COUNTED_HOURS) hours.shift();
  }
  if (why === null) counts.used++;
  else counts.unusable[why] = (counts.unusable[why] ?? 0) + 1;
}

function countObservation(work: Workspace, row: ObservationRow): void {
  count(work, row.startMs, row.version, 'error_rate', row.isError ? 1 : 0, 1);
  if (row.latencyMs !== null) count(work, row.startMs, row.version, 'latency', row.latencyMs, 1);
  if (row.costUsd !== null) count(work, row.startMs, row.version, 'cost', row.costUsd, 1);
  if (row.tokens !== null) count(work, row.startMs, row.version, 'tokens', row.tokens, 1);
}

function countScore(
  work: Workspace,
  exposureMs: number,
  version: number,
  score: ScoreRow,
  previous: number | boolean | string | null,
): void {
  const put = (value: number | boolean | string, sign: 1 | -1): void => {
    if (typeof value === 'string') count(work, exposureMs, version, `score:${score.name}=${value}`, 1, sign);
    else count(work, exposureMs, version, `score:${score.name}`, Number(value), sign);
  };
  if (previous !== null) put(previous, -1);
  put(score.value, 1);
}

function count(work: Workspace, atMs: number, version: number, metric: string, value: number, sign: 1 | -1): void {
  if (!Number.isFinite(value)) return;
  const day = work.days.get(atMs - (atMs % DAY_MS));
  if (day === undefined) return;
  work.changedDays.add(atMs - (atMs % DAY_MS));
  const versions = (day[String(atMs - (atMs % HOUR_MS))] ??= {});
  const metrics = (versions[String(version)] ??= {});
  const aggregate = (metrics[metric] ??= emptyAggregate(metric === 'latency'));
  addToAggregate(aggregate, value, sign);
}
