import {
  putCount,
  putNumber,
  putText,
  putValue,
  takeCount,
  takeNumber,
  takeText,
  takeValue,
  type ByteSink,
  type ByteSource,
} from './packed-values';
import type { CountedGeneration, CountedScore, SubjectRecord, UnitRecord, UnusedScore } from './records';

/* Records at rest. A stage of -1 is stored as 0, so stages are stored one up. */

/** How a kind of record is stored. */
export interface Packing<Record> {
  pack(sink: ByteSink, record: Record): void;
  unpack(source: ByteSource): Record;
}

export const subjectPacking: Packing<SubjectRecord> = { pack: packSubject, unpack: unpackSubject };
export const unitPacking: Packing<UnitRecord> = { pack: packUnit, unpack: unpackUnit };

function packSubject(sink: ByteSink, { v, t, u, s, w, o, c }: SubjectRecord): void {
  putCount(sink, v.length);
  for (const version of v) putValue(sink, version);
  putNumber(sink, t);
  putText(sink, u);
  putCount(sink, s + 1);
  putCount(sink, w);
  putCount(sink, o.length);
  for (const generation of o) {
    putText(sink, generation[0]);
    putValue(sink, generation[1]);
    putCount(sink, generation[2] + 1);
  }
  putCount(sink, c.length);
  for (const score of c) packScore(sink, score);
}

function packScore(sink: ByteSink, score: CountedScore | UnusedScore): void {
  putCount(sink, score.length);
  putText(sink, score[0]);
  putText(sink, score[1]);
  if (score.length === 2) return;
  putValue(sink, score[2]);
  putNumber(sink, score[3]);
}

function unpackSubject(source: ByteSource): SubjectRecord {
  const v = takeList(source, takeNumeric);
  const t = takeNumber(source);
  const u = takeText(source);
  const s = takeCount(source) - 1;
  const w = takeCount(source) === 1 ? 1 : 0;
  const o = takeList(source, unpackGeneration);
  return { v, t, u, s, w, o, c: takeList(source, unpackScore), changed: false };
}

function unpackGeneration(source: ByteSource): CountedGeneration {
  return [takeText(source), takeNumeric(source), takeCount(source) - 1];
}

function unpackScore(source: ByteSource): CountedScore | UnusedScore {
  const isUnused = takeCount(source) === 2;
  const id = takeText(source);
  if (isUnused) {
    const why = takeText(source) as UnusedScore[1];
    return [id, why];
  }
  return [id, takeText(source), takeValue(source), takeNumber(source)];
}

function packUnit(sink: ByteSink, { e, es, st, b, f }: UnitRecord): void {
  putNumber(sink, e);
  putCount(sink, es);
  putCount(sink, st.length);
  for (const entry of st) {
    putCount(sink, entry[0]);
    putCount(sink, entry[1]);
    putCount(sink, entry[2].length);
    for (let i = 0; i < entry[2].length; i++) putValue(sink, entry[2][i]!);
  }
  putCount(sink, b.length);
  for (const state of b) putCount(sink, state);
  putCount(sink, f.length / 2);
  for (let i = 0; i < f.length; i += 2) {
    const isNone = Number.isNaN(f[i]!);
    putCount(sink, isNone ? 0 : 1);
    if (isNone) continue;
    putNumber(sink, f[i]!);
    putValue(sink, f[i + 1]!);
  }
}

function unpackUnit(source: ByteSource): UnitRecord {
  const e = takeNumber(source);
  const es = takeCount(source);
  const st = takeList(source, unpackStage);
  const b = takeList(source, takeCount);
  return { e, es, st, b, f: unpackFirst(source), changed: false };
}

function unpackStage(source: ByteSource): UnitRecord['st'][number] {
  const stage = takeCount(source);
  const arm = takeCount(source);
  return [stage, arm, takeList(source, takeNumeric)];
}

function unpackFirst(source: ByteSource): UnitRecord['f'] {
  const f = Array<number>(2 * takeCount(source)).fill(NaN);
  for (let i = 0; i < f.length; i += 2) {
    if (takeCount(source) === 0) continue;
    f[i] = takeNumber(source);
    f[i + 1] = takeNumeric(source);
  }
  return f;
}

function takeNumeric(source: ByteSource): number {
  return takeValue(source) as number;
}

function takeList<Value>(source: ByteSource, take: (source: ByteSource) => Value): Value[] {
  const count = takeCount(source);
  const values = Array<Value>(count);
  for (let i = 0; i < count; i++) values[i] = take(source);
  return values;
}
