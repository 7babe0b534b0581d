import { z } from 'zod';

import { conditionSchema } from '../conditions';

export const AGGREGATIONS = [
  'sum',
  'avg',
  'count',
  'max',
  'min',
  'p50',
  'p75',
  'p90',
  'p95',
  'p99',
  'histogram',
  'uniq',
] as const;
export const GRANULARITIES = ['auto', 'minute', 'hour', 'day', 'week', 'month'] as const;
export const VIEWS = ['observations', 'scores-numeric', 'scores-categorical', 'scores-boolean'] as const;

export type Aggregation = (typeof AGGREGATIONS)[number];
export type Granularity = (typeof GRANULARITIES)[number];
export type View = (typeof VIEWS)[number];

/** The `query` parameter of metrics v2. Both ends of the time range are inclusive. */
export const metricsQuerySchema = z
  .object({
    view: z.enum(VIEWS),
    dimensions: z.array(z.object({ field: z.string() })).default([]),
    metrics: z.array(z.object({ measure: z.string(), aggregation: z.enum(AGGREGATIONS) })),
    filters: z.array(conditionSchema).default([]),
    timeDimension: z.object({ granularity: z.enum(GRANULARITIES) }).nullish(),
    fromTimestamp: z.iso.datetime({ offset: true }),
    toTimestamp: z.iso.datetime({ offset: true }),
    orderBy: z.array(z.object({ field: z.string(), direction: z.enum(['asc', 'desc']) })).nullish(),
    config: z
      .object({
        bins: z.number().int().gte(1).lte(100).optional(),
        row_limit: z.number().int().gte(1).lte(1000).optional(),
      })
      .nullish(),
  })
  .refine((query) => Date.parse(query.fromTimestamp) < Date.parse(query.toTimestamp), {
    message: 'fromTimestamp must be before toTimestamp',
  });

export type MetricsQuery = z.output<typeof metricsQuerySchema>;

/** The name of a metric in the answer: `avg_latency`. */
export function aliasOf(metric: MetricsQuery['metrics'][number]): string {
  return `${metric.aggregation}_${metric.measure}`;
}
