/*
 * What is remembered of traces and units between ticks. Kept small and private: trace ids, keyed hashes of unit ids,
 * numbers. Field names are short because there are millions of them at rest.
 */

/** A trace in which the prompt was used. */
export interface TraceRecord {
  /** Versions of the prompt seen in the trace; a trace-level score counts only when there is exactly one. */
  v: number[];
  /** Start of the first generation, ms. */
  t: number;
  /** Keyed hash of the unit; '' = the trace is the only unit known. */
  u: string;
  /** Index of the stage the exposure falls into, -1 = outside the rollout or not usable. */
  s: number;
  /** 1 = candidate arm, 0 = stable. */
  a: 0 | 1;
  /** Generations already counted: id → version. */
  o: Record<string, number>;
  /** Scores already counted: id → [name, value, timestamp]. */
  c: Record<string, [name: string, value: number | boolean | string, atMs: number]>;
  /** Session id's keyed hash; '' = none. Session scores find their traces by it. */
  n: string;
}

/** A session seen in Langfuse: which versions, and one trace that carries its unit. */
export interface SessionRecord {
  v: number[];
  /** A trace of the session. */
  trace: string;
}

/** A unit exposed in the running rollout. */
export interface UnitRecord {
  /** First usable exposure, ms, and the stage and arm it fell into. */
  e: number;
  es: number;
  ea: 0 | 1;
  /** Per stage the unit was seen in: stage, arm, then per guardrail count and sum of z. */
  st: [stage: number, arm: 0 | 1, sums: number[]][];
  /** Per guardrail: 1 once the unit has entered engine B. */
  b: number[];
  /** Per guardrail: [time, z] of the unit's earliest value, for binary metrics; null = none. */
  f: ([atMs: number, z: number] | null)[];
}

/** An empty record for a unit first exposed at this time. */
export function newUnit(atMs: number, stage: number, arm: 0 | 1, guardrails: number): UnitRecord {
  return {
    e: atMs,
    es: stage,
    ea: arm,
    st: [],
    b: Array.from({ length: guardrails }, () => 0),
    f: Array.from({ length: guardrails }, () => null),
  };
}

/** A deep copy that may be changed. */
export function copyUnit(unit: UnitRecord): UnitRecord {
  return {
    ...unit,
    st: unit.st.map(([stage, arm, sums]) => [stage, arm, sums.slice()]),
    b: unit.b.slice(),
    f: unit.f.slice(),
  };
}

/** A deep copy that may be changed. */
export function copyTrace(trace: TraceRecord): TraceRecord {
  return { ...trace, v: trace.v.slice(), o: { ...trace.o }, c: { ...trace.c } };
}
