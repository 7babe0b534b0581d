import { byteSource, putCount, putValue, takeCount, takeValue, type ByteSink } from './packed-values';
import type { JournalLine } from './workspace';

/* A line is the number of its values, then the values. Lines are packed as they come up, since there are several a row. */

/** What changed of a unit, where and when. */
interface Place {
  key: string;
  stage: number;
  atMs: number;
}

export function journalUnit(sink: ByteSink, key: string, stage: number, arm: number): void {
  beginLine(sink, 4, 'unit', key, stage, arm);
}

/** @param values guardrail, z, guardrail, z … */
export function journalAdd(sink: ByteSink, { key, stage, atMs }: Place, arm: number, values: readonly number[]): void {
  beginLine(sink, 5 + values.length, 'add', key, stage, arm);
  putValue(sink, atMs);
  for (let i = 0; i < values.length; i++) putValue(sink, values[i]!);
}

export function journalEdit(
  sink: ByteSink,
  { key, stage, atMs }: Place,
  arm: number,
  { guardrail, z, previousZ }: { guardrail: number; z: number | null; previousZ: number },
): void {
  beginLine(sink, 8, 'edit', key, stage, arm);
  putValue(sink, atMs);
  putValue(sink, guardrail);
  putValue(sink, z);
  putValue(sink, previousZ);
}

export function journalEnter(
  sink: ByteSink,
  { key, stage, atMs }: Place,
  arm: number,
  { guardrail, z }: { guardrail: number; z: number },
): void {
  beginLine(sink, 7, 'enter', key, stage, arm);
  putValue(sink, atMs);
  putValue(sink, guardrail);
  putValue(sink, z);
}

export function journalTick(sink: ByteSink, nowMs: number): void {
  putCount(sink, 2);
  putValue(sink, 'tick');
  putValue(sink, nowMs);
}

function beginLine(sink: ByteSink, values: number, kind: string, key: string, stage: number, arm: number): void {
  putCount(sink, values);
  putValue(sink, kind);
  putValue(sink, key);
  putValue(sink, stage);
  putValue(sink, arm);
}

/** The lines from `at` to the end of the bytes. */
export function* unpackLines(bytes: Uint8Array, at: number): Generator<JournalLine> {
  const source = byteSource(bytes, at);
  while (source.at < bytes.length) {
    const values = takeCount(source);
    yield Array.from({ length: values }, () => takeValue(source) as JournalLine[number]);
  }
}
