import type { Column, ColumnKind } from '../columns';
import { type Condition, meets } from '../conditions';
import { aggregate } from './aggregate';
import { aliasOf, type MetricsQuery } from './query';
import { rangeOf, type Table } from './table';
import { bucketOf, bucketsBetween, granularityOf } from './time-buckets';

/** A query that the view refuses; the message is the server's. */
export class MetricsQueryError extends Error {}

const DEFAULT_ROWS = 100;
const TIME = 'time_dimension';

const CONDITIONS_OF: Readonly<Record<ColumnKind, readonly Condition['type'][]>> = {
  string: ['string', 'stringOptions'],
  number: ['number'],
  datetime: ['datetime'],
  boolean: ['boolean'],
  array: ['arrayOptions'],
  object: ['stringObject', 'numberObject', 'categoryOptions'],
};

export type ResultRow = Record<string, unknown>;

/**
 * Groups the rows of a table and aggregates each group.
 * @returns at most `row_limit` rows (default 100); truncated without a word
 * @throws MetricsQueryError when the query names what the view does not have
 */
export function runMetrics<Row>(table: Table<Row>, query: MetricsQuery): ResultRow[] {
  check(table, query);
  const conditions = query.filters.map((condition) => ({ condition, column: columnOf(table, condition.column)! }));
  const rows = table
    .rows(query)
    .filter((row) => conditions.every(({ condition, column }) => meets(condition, column, row)));
  const results = [...groups(table, query, rows)].map(([key, members]) => ({
    ...(JSON.parse(key) as ResultRow),
    ...metricsOf(table, query, members),
  }));
  return ordered(query, results).slice(0, query.config?.row_limit ?? DEFAULT_ROWS);
}

function columnOf<Row>(table: Table<Row>, name: string): Column<Row> | undefined {
  return table.dimensions.get(name) ?? table.extraColumns.get(name);
}

function check<Row>(table: Table<Row>, query: MetricsQuery): void {
  const names = table.dimensionNames.join(',');
  for (const { field } of query.dimensions) {
    need(table.dimensionNames.includes(field), `Invalid dimension ${field}. Must be one of ${names}`);
    need(table.dimensions.has(field), `The stand-in cannot group by ${field}`);
  }
  for (const { measure, aggregation } of query.metrics) {
    const known = table.measureNames.includes(measure);
    need(known, `Invalid metric ${measure}. Must be one of ${table.measureNames.join(',')}`);
    need(
      table.measures.has(measure) && aggregation !== 'histogram',
      `The stand-in has no ${aggregation} of ${measure}`,
    );
  }
  for (const { column, type } of query.filters) {
    const known = columnOf(table, column);
    const oneOf = `Must be one of ${names} or ${table.timeColumn}`;
    if (known === undefined) throw new MetricsQueryError(`Invalid filter column ${column}. ${oneOf}`);
    const expected = CONDITIONS_OF[known.kind];
    need(
      type === 'null' || expected.includes(type),
      `Invalid filter for field '${column}': Filter type '${type}' is not supported for dimension type '${known.kind}'. Expected ${expected.map((each) => `'${each}'`).join(' or ')}.`,
    );
  }
  checkOrder(table, query);
}

function checkOrder<Row>(table: Table<Row>, query: MetricsQuery): void {
  const aliases = query.metrics.map(aliasOf);
  const fields = [...query.dimensions.map(({ field }) => field), ...aliases, TIME];
  for (const { field } of query.orderBy ?? []) {
    need(fields.includes(field), `Invalid orderBy field: ${field}. Must be one of the dimension or metric fields.`);
  }
  const high = query.dimensions.map(({ field }) => field).filter((field) => table.highCardinality.includes(field));
  const limited =
    query.config?.row_limit !== undefined &&
    (query.orderBy ?? []).some(({ field, direction }) => direction === 'desc' && aliases.includes(field));
  need(
    high.length === 0 || limited,
    `High cardinality dimension(s) '${high.join(', ')}' require both 'config.row_limit' and 'orderBy' with direction 'desc' on a measure field.`,
  );
}

function need(condition: boolean, message: string): void {
  if (!condition) throw new MetricsQueryError(message);
}

/** Rows by the JSON of their dimensions. Without dimensions there is one group, even of no rows. */
function groups<Row>(table: Table<Row>, query: MetricsQuery, rows: readonly Row[]): Map<string, Row[]> {
  const { fromMs, toMs } = rangeOf(query);
  const time = query.timeDimension;
  const granularity = time ? granularityOf(time.granularity, toMs - fromMs) : null;
  const columns = query.dimensions.map(({ field }) => ({ field, column: table.dimensions.get(field)! }));
  const found = new Map<string, Row[]>();
  if (columns.length === 0 && granularity === null) found.set('{}', []);
  for (const row of rows) {
    const key: ResultRow = {};
    for (const { field, column } of columns) key[field] = column.read(row);
    if (granularity !== null) key[TIME] = bucketOf(table.timeMs(row), granularity);
    const text = JSON.stringify(key);
    const group = found.get(text);
    if (group === undefined) found.set(text, [row]);
    else group.push(row);
  }
  return found;
}

function metricsOf<Row>(table: Table<Row>, query: MetricsQuery, rows: readonly Row[]): ResultRow {
  if (query.metrics.length === 0) return { count: rows.length };
  return Object.fromEntries(
    query.metrics.map((metric) => {
      const read = table.measures.get(metric.measure)!;
      return [aliasOf(metric), aggregate(rows.map(read), metric.aggregation)];
    }),
  );
}

/** As asked; else by time with a row of zeros for every empty bucket; else the first metric, largest first. */
function ordered(query: MetricsQuery, results: readonly ResultRow[]): ResultRow[] {
  if (query.orderBy?.length) return results.toSorted(byFields(query.orderBy));
  if (query.timeDimension) return withEmptyBuckets(query, results);
  const [metric] = query.metrics;
  if (metric !== undefined) return results.toSorted(byFields([{ field: aliasOf(metric), direction: 'desc' }]));
  return results.toSorted(byFields(query.dimensions.map(({ field }) => ({ field, direction: 'asc' }))));
}

function withEmptyBuckets(query: MetricsQuery, results: readonly ResultRow[]): ResultRow[] {
  const { fromMs, toMs } = rangeOf(query);
  const granularity = granularityOf(query.timeDimension!.granularity, toMs - fromMs);
  const empty: ResultRow = {
    ...Object.fromEntries(query.dimensions.map(({ field }) => [field, null])),
    ...Object.fromEntries(query.metrics.map((each) => [aliasOf(each), each.aggregation === 'count' ? 0 : null])),
  };
  const buckets = new Map<unknown, ResultRow[]>(
    bucketsBetween(fromMs, toMs, granularity).map((bucket) => [bucket, []]),
  );
  for (const row of results) buckets.get(row[TIME])?.push(row);
  return [...buckets].flatMap(([bucket, rows]) => (rows.length > 0 ? rows : [{ ...empty, [TIME]: bucket }]));
}

type Order = NonNullable<MetricsQuery['orderBy']>;

/** Rows without a value come last in both directions. */
function byFields(order: Order): (a: ResultRow, b: ResultRow) => number {
  return (a, b) => {
    for (const { field, direction } of order) {
      const [x, y] = [a[field], b[field]];
      if (x === y) continue;
      if (x === null || x === undefined) return 1;
      if (y === null || y === undefined) return -1;
      return x < y === (direction === 'asc') ? -1 : 1;
    }
    return 0;
  };
}
