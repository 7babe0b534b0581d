import { byteSource, putCount, putValue, takeCount, takeValue, type ByteSink } from './packed-values';
import type { JournalLine } from './workspace';

/** Adds a line of the journal: how many values it has, then the values. */
export function packLine(sink: ByteSink, line: JournalLine): void {
  putCount(sink, line.length);
  for (const value of line) putValue(sink, value);
}

/** The lines from `at` to the end of the bytes. */
export function* unpackLines(bytes: Uint8Array, at: number): Generator<JournalLine> {
  const source = byteSource(bytes, at);
  while (source.at < bytes.length) {
    const values = takeCount(source);
    yield Array.from({ length: values }, () => takeValue(source) as JournalLine[number]);
  }
}
