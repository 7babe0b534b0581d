import type { Column } from '../columns';
import type { MetricsQuery } from './query';

/** A view of the metrics: which dimensions and measures there are, and how rows are found. */
export interface Table<Row> {
  /** Every dimension the server knows, in the order in which its errors name them. */
  dimensionNames: readonly string[];
  /** Those that the stand-in can compute. */
  dimensions: ReadonlyMap<string, Column<Row>>;
  /** Columns for filters only. */
  extraColumns: ReadonlyMap<string, Column<Row>>;
  measureNames: readonly string[];
  measures: ReadonlyMap<string, (row: Row) => number | null>;
  /** Dimensions that have as many values as rows. */
  highCardinality: readonly string[];
  /** What errors call the time column of filters. */
  timeColumn: string;
  timeMs: (row: Row) => number;
  rows: (query: MetricsQuery) => Row[];
}

/** A column of a row's own text or number. */
export function column<Row>(kind: Column<Row>['kind'], read: (row: Row) => unknown): Column<Row> {
  return { kind, read };
}

/** Both ends of a query's time range, inclusive. */
export function rangeOf(query: MetricsQuery): { fromMs: number; toMs: number } {
  return { fromMs: Date.parse(query.fromTimestamp), toMs: Date.parse(query.toTimestamp) };
}
