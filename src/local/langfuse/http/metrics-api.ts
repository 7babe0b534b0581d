import { z } from 'zod';

import { observationsTable } from '../metrics/observations-table';
import { metricsQuerySchema } from '../metrics/query';
import { MetricsQueryError, runMetrics } from '../metrics/run';
import { scoresTable } from '../metrics/scores-table';
import { type ApiAnswer, type ApiRequest, invalidData, invalidRequest, ok, valid } from './answer';

/** `GET /v2/metrics`: one query as JSON. */
export function queryMetrics(request: ApiRequest): ApiAnswer {
  const text = valid(z.object({ query: z.string() }), { query: request.query.get('query') ?? undefined }).query;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return invalidRequest('Invalid JSON in query parameter');
  }
  const parsed = metricsQuerySchema.safeParse(json);
  if (!parsed.success) {
    return invalidData(parsed.error.issues.map((issue) => ({ ...issue, path: ['query', ...issue.path] })));
  }
  const query = parsed.data;
  const { data, nowMs } = request;
  try {
    return ok({
      data:
        query.view === 'observations'
          ? runMetrics(observationsTable(data, nowMs), query)
          : runMetrics(scoresTable(data, query.view, nowMs), query),
    });
  } catch (error) {
    if (error instanceof MetricsQueryError) return invalidRequest(error.message);
    throw error;
  }
}
