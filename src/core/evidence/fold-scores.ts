import type { ScoreRow } from '../ports';
import { countCovered, countRow, countScore, noteFact } from './count-rows';
import { zOfScore } from './measure';
import {
  sessionKey,
  unknownSubject,
  withOne,
  type CountedScore,
  type SubjectRecord,
  type UnusedScore,
} from './records';
import { changeValue, coverUnit } from './units';
import type { ExperimentRules, Workspace } from './workspace';

/** What a score belongs to: the version that earned it, the exposure it is counted with, and the stage; -1 = not judged. */
interface Exposure {
  subject: SubjectRecord;
  version: number;
  stage: number;
}

/** Key of the record of what a score is about; null for what is never used live (an experiment). */
export function subjectKey({ subject }: ScoreRow): string | null {
  switch (subject.kind) {
    case 'trace':
    case 'observation':
      return subject.traceId;
    case 'session':
      return sessionKey(subject.sessionId);
    case 'experiment':
      return null;
  }
}

/**
 * Folds scores, oldest first. A score that was folded before changes nothing, an edited one replaces what it was.
 * @returns those whose generation is not known
 */
export function foldScores(work: Workspace, scores: readonly ScoreRow[]): ScoreRow[] {
  return scores.filter((score) => !foldScore(work, score));
}

/** Gives up scores whose generation was looked for and not found: they are counted, once each, by why they are not used. */
export function giveUpScores(work: Workspace, scores: readonly ScoreRow[]): void {
  for (const score of scores) {
    const key = subjectKey(score);
    if (key === null) continue;
    const subject = work.subjects.get(key) ?? unknownSubject();
    work.subjects.set(key, subject);
    if (subject.c.some(([id]) => id === score.id)) continue;
    leaveUnused(work, subject, [score.id, subject.v.length === 0 ? 'other_trace_score' : 'unlinked_score']);
  }
}

/** @returns false when nothing is known of the score's generation */
function foldScore(work: Workspace, score: ScoreRow): boolean {
  const key = subjectKey(score);
  if (key === null) return true;
  const subject = work.subjects.get(key);
  if (subject === undefined) return false;
  const index = indexOfScore(subject, score);
  const met = subject.c[index];
  if (met !== undefined) {
    if (met.length === 4) foldAgain(work, subject, index, met, score);
    return true;
  }
  if (subject.v.length === 0) {
    leaveUnused(work, subject, [score.id, 'other_trace_score']);
    return true;
  }
  const exposure = exposureOf(subject, score);
  if (exposure === null) return false;
  if (score.subject.kind !== 'observation' && subject.v.length > 1) {
    leaveUnused(work, subject, [score.id, 'ambiguous_score']);
    return true;
  }
  coverTrace(work, subject, score, subject.c, 1);
  subject.c = withOne(subject.c, [score.id, score.name, score.value, score.updatedAtMs]);
  subject.changed = true;
  if (score.value === null) countUnreadable(work, subject);
  use(work, exposure, score, null);
  return true;
}

function countUnreadable(work: Workspace, { t }: SubjectRecord): void {
  work.manifest.unattributed.malformed++;
  noteFact(work, t, 'malformed');
}

/** Whether the score was met before, just as it is. */
export function isMet(subject: SubjectRecord, score: ScoreRow): boolean {
  const met = subject.c[indexOfScore(subject, score)];
  return met !== undefined && (met.length === 2 || (met[1] === score.name && met[2] === score.value));
}

function indexOfScore({ c }: SubjectRecord, { id }: ScoreRow): number {
  for (let index = 0; index < c.length; index++) if (c[index]![0] === id) return index;
  return -1;
}

/** A score that was counted is listed again: by another lane, twice on a page, or because it was edited. */
function foldAgain(
  work: Workspace,
  subject: SubjectRecord,
  index: number,
  [id, name, value, updatedAtMs]: CountedScore,
  score: ScoreRow,
): void {
  const isSame = name === score.name && value === score.value;
  if (isSame || score.updatedAtMs < updatedAtMs) return;
  const isLate = score.updatedAtMs - score.timestampMs > work.editWindowMs;
  const exposure = exposureOf(subject, score);
  if (exposure === null || (isLate && score.updatedAtMs === updatedAtMs)) return;
  subject.changed = true;
  if (isLate) {
    work.manifest.unattributed.late_edit++;
    noteFact(work, subject.t, 'late_edit');
    subject.c[index] = [id, name, value, score.updatedAtMs];
    return;
  }
  if (name !== score.name) {
    const others = subject.c.filter((_, other) => other !== index);
    coverTrace(work, subject, { ...score, name }, others, -1);
    coverTrace(work, subject, score, others, 1);
  }
  subject.c[index] = [id, score.name, score.value, score.updatedAtMs];
  use(work, exposure, score, { name, value });
}

function leaveUnused(work: Workspace, subject: SubjectRecord, unused: UnusedScore): void {
  subject.c = withOne(subject.c, unused);
  const why = unused[1];
  work.manifest.unattributed[why]++;
  if (why !== 'other_trace_score') noteFact(work, subject.t, why);
  subject.changed = true;
}

/**
 * Counts a trace as having a score of a name, or takes that back.
 * @param others the trace's scores beside this one: if one of them has the name, nothing changes
 */
function coverTrace(
  work: Workspace,
  { t, v, w }: SubjectRecord,
  { name, subject }: ScoreRow,
  others: SubjectRecord['c'],
  sign: 1 | -1,
): void {
  if (w !== 1 || subject.kind === 'session') return;
  for (const met of others) if (met.length === 4 && met[1] === name) return;
  countCovered(work, { atMs: t, version: v[0]! }, name, sign);
}

/** The exposure a score belongs to (whoever saw one version only, that one); null when its generation is not known. */
function exposureOf(subject: SubjectRecord, score: ScoreRow): Exposure | null {
  const about = score.subject;
  if (about.kind !== 'observation') return { subject, version: subject.v[0]!, stage: subject.s };
  const generation = subject.o.find(([id]) => id === about.observationId);
  return generation === undefined ? null : { subject, version: generation[1], stage: generation[2] };
}

type NamedValue = Pick<ScoreRow, 'name' | 'value'>;

function use(work: Workspace, exposure: Exposure, score: ScoreRow, previous: NamedValue | null): void {
  const { subject, version, stage } = exposure;
  if (subject.w === 1) countScore(work, { atMs: subject.t, version }, score, previous);
  const isOfThis = work.experiment !== null && subject.t >= (work.experiment.stages[0]?.fromMs ?? Infinity);
  if (isOfThis && stage >= 0) judgeScore(work, work.experiment!, exposure, score, previous);
}

function judgeScore(
  work: Workspace,
  rules: ExperimentRules,
  { subject, stage }: Exposure,
  score: ScoreRow,
  previous: NamedValue | null,
): void {
  const place = { key: subject.u, stage, atMs: score.timestampMs };
  let isBad = false;
  let isJudged = false;
  for (const judged of rules.metrics) {
    if (judged.metric.kind !== 'score') continue;
    const isNamed = judged.metric.name === score.name;
    const z = isNamed ? zOfScore(judged, score.value) : null;
    const previousZ = previous?.name === judged.metric.name ? zOfScore(judged, previous.value) : null;
    isJudged ||= isNamed;
    isBad ||= isNamed && z === null;
    changeValue(work, place, judged.index, z, previousZ);
  }
  if (isJudged && (isBad || previous === null)) countRow(work, subject.t, isBad ? 'bad_value' : null);
  for (const judged of rules.coverage) {
    if (judged.metric.kind === 'coverage' && judged.metric.name === score.name) {
      coverUnit(work, judged, subject.u, score.timestampMs);
    }
  }
}
