import type { ScoreRow } from '../ports';

/*
 * What is remembered of traces, sessions and units between ticks. Kept small and private: trace ids, keyed hashes of
 * sessions and units, numbers. Field names are short because there are millions of them at rest; lists instead of objects
 * because ids are other people's texts (`__proto__` is one).
 */

/** A generation that was counted; `stage` of its exposure, -1 = not judged. */
export type CountedGeneration = readonly [id: string, version: number, stage: number];

/** A score that was counted, with its newest value. */
export type CountedScore = readonly [id: string, name: string, value: ScoreRow['value'], updatedAtMs: number];

/** A score that was met and reported, but not used. */
export type UnusedScore = readonly [id: string, why: 'ambiguous_score' | 'unlinked_score' | 'other_trace_score'];

/**
 * What scores can be about: a trace, or a session. Remembered of one without a generation of the prompt is only that it was
 * looked up (`v` is empty).
 */
export interface SubjectRecord {
  /** Versions of the prompt seen, in the order they were met; a score of the whole counts only when there is exactly one. */
  v: number[];
  /** Start of the generation that was met first, ms: the exposure that scores of the whole belong to. */
  t: number;
  /** Keyed hash of the unit of the first usable generation; '' = none. */
  u: string;
  /** Index of the stage of the first usable generation; -1 = none. */
  s: number;
  /** 1 when its environment counts in the weekly numbers. */
  w: 0 | 1;
  /** Generations already counted; kept for traces only. */
  o: CountedGeneration[];
  /** Scores already met. */
  c: (CountedScore | UnusedScore)[];
  /** Whether it is other than what is stored. Not stored. */
  changed: boolean;
}

/** Key of a session's record; a trace's key is its id. */
export function sessionKey(sessionHash: string): string {
  return `s:${sessionHash}`;
}

/** A unit exposed in the running experiment. */
export interface UnitRecord {
  /** First usable exposure, ms, and the stage it fell into. */
  e: number;
  es: number;
  /** Per stage the unit was seen in: stage, arm (0 = control), then per guardrail count and sum of z. */
  st: [stage: number, arm: number, sums: number[]][];
  /** Per guardrail: 1 once the unit has entered engine B, 2 while it is put down for it. */
  b: number[];
  /** Per guardrail time and z of the unit's earliest value, one after the other; NaN = none. */
  f: number[];
  /** Whether it is other than what is stored. Not stored. */
  changed: boolean;
}

/** A record of something of which no generation of the prompt is known. */
export function unknownSubject(): SubjectRecord {
  return { v: [], t: 0, u: '', s: -1, w: 0, o: [], c: [], changed: false };
}

/** An empty record for a unit first exposed at this time. */
export function newUnit(atMs: number, stage: number, guardrails: number): UnitRecord {
  return {
    e: atMs,
    es: stage,
    st: [],
    b: zeros(guardrails),
    f: Array<number>(2 * guardrails).fill(NaN),
    changed: false,
  };
}

/** The list with one value more. A list that begins with its first value takes no room for more: most records have one of each. */
export function withOne<Value>(list: Value[], value: Value): Value[] {
  if (list.length === 0) return [value];
  list.push(value);
  return list;
}

/** So many zeros. */
export function zeros(length: number): number[] {
  return Array<number>(length).fill(0);
}
