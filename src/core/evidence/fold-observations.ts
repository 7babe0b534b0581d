import { bucketOf } from '../assignment/bucket';
import { toZ } from '../judging/guardrail';
import type { ObservationRow } from '../ports';
import { attribute, type Attribution } from './attribute';
import { countObservation, countRow, countTrace, noteFact } from './count-rows';
import { rawOfObservation } from './measure';
import { sessionKey, unknownSubject, withOne, type SubjectRecord } from './records';
import { addValues, exposeUnit } from './units';
import type { ExperimentRules, Workspace } from './workspace';

/** A generation with its unit resolved: the raw id only lives here, in memory. */
export interface ResolvedObservation {
  row: ObservationRow;
  unit: string;
  unitHash: string;
  /** '' = no session. */
  sessionHash: string;
  isFallback: boolean;
  /**
   * False for a row that was found by its trace and is so old that it may have been counted and forgotten: it only says what
   * scores of its trace belong to.
   */
  isCounted: boolean;
}

/** Folds generations, oldest first, into the workspace. A generation that was folded before changes nothing. */
export function foldObservations(work: Workspace, observations: readonly ResolvedObservation[]): void {
  for (const observation of observations) foldObservation(work, observation);
}

function foldObservation(work: Workspace, observation: ResolvedObservation): void {
  const { row, sessionHash, isCounted } = observation;
  const trace = subjectOf(work, row.traceId);
  if (hasGeneration(trace, row.id)) return;
  const attribution = work.experiment === null ? null : attributeTo(work.experiment, observation);
  const stage = attribution?.kind === 'used' ? attribution.stage : -1;
  const isWeekly = work.environments.includes(row.environment);
  const isFirst = trace.v.length === 0;
  noteGeneration(trace, observation, stage, isWeekly);
  forgetUnknown(work, trace);
  trace.changed = true;
  trace.o = withOne(trace.o, [row.id, row.version, trace.u === observation.unitHash ? stage : -1]);
  if (sessionHash !== '') {
    const key = sessionKey(sessionHash);
    const session = subjectOf(work, key);
    noteGeneration(session, observation, stage, isWeekly);
    forgetUnknown(work, session);
    session.changed = true;
  }
  if (!isCounted) return;
  if (isWeekly) countObservation(work, row);
  else noteFact(work, row.startMs, 'other_environment');
  if (isWeekly && isFirst) countTrace(work, row);
  if (work.experiment !== null && attribution !== null) {
    judgeObservation(work, work.experiment, attribution, observation);
  }
}

/** Whether a generation was folded before; only right once its trace was loaded. */
export function wasFolded({ subjects }: Workspace, { traceId, id }: ObservationRow): boolean {
  const trace = subjects.get(traceId);
  return trace !== undefined && hasGeneration(trace, id);
}

function hasGeneration({ o }: SubjectRecord, id: string): boolean {
  for (const generation of o) if (generation[0] === id) return true;
  return false;
}

function attributeTo(rules: ExperimentRules, { row, unit, isFallback }: ResolvedObservation): Attribution {
  const { startMs, version, environment } = row;
  return attribute(rules, { startMs, version, environment, bucket: bucketOf(rules.salt, unit), isFallback });
}

/** Remembers a generation with what scores can be about: its trace or its session. */
function noteGeneration(
  subject: SubjectRecord,
  { row, unitHash }: ResolvedObservation,
  stage: number,
  isWeekly: boolean,
): void {
  if (subject.v.length === 0) {
    subject.t = row.startMs;
    subject.w = isWeekly ? 1 : 0;
  }
  if (!subject.v.includes(row.version)) subject.v = withOne(subject.v, row.version);
  if (subject.s < 0 && stage >= 0) {
    subject.s = stage;
    subject.u = unitHash;
  }
}

/** Scores that were given up for want of a generation get another chance: they count when they are listed again. */
function forgetUnknown(work: Workspace, subject: SubjectRecord): void {
  const { unattributed } = work.manifest;
  if (subject.c.length === 0) return;
  subject.c = subject.c.filter((score) => {
    if (score.length !== 2 || score[1] === 'ambiguous_score') return true;
    unattributed[score[1]] = Math.max(0, unattributed[score[1]] - 1);
    if (score[1] === 'unlinked_score') noteFact(work, subject.t, score[1], -1);
    return false;
  });
}

function subjectOf(work: Workspace, key: string): SubjectRecord {
  let subject = work.subjects.get(key);
  if (subject === undefined) work.subjects.set(key, (subject = unknownSubject()));
  return subject;
}

function judgeObservation(
  work: Workspace,
  rules: ExperimentRules,
  attribution: Attribution,
  { row, unitHash }: ResolvedObservation,
): void {
  if (attribution.kind === 'outside') return;
  if (attribution.kind === 'unusable') {
    const { why } = attribution;
    countRow(work, row.startMs, why);
    if (why === 'no_unit' || why === 'wrong_version') noteFact(work, row.startMs, why);
    return;
  }
  const { stage, arm } = attribution;
  const place = { key: unitHash, stage, atMs: row.startMs };
  exposeUnit(work, rules, place, arm);
  const values: number[] = [];
  let isBad = false;
  for (const judged of rules.metrics) {
    const raw = rawOfObservation(judged.metric, row);
    if (raw === undefined || raw === null) continue;
    const z = toZ(judged.frozen.transform, raw);
    if (z === null) isBad = true;
    else values.push(judged.index, z);
  }
  countRow(work, row.startMs, isBad ? 'bad_value' : null);
  addValues(work, place, values);
}
