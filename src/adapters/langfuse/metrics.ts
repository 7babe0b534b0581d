import { RampartError } from '../../core/errors';
import type { Langfuse } from '../../core/ports';
import type { Call } from './call';
import { equals, isoTime } from './filter';
import { isRecord, kindOf, readNumber } from './json';
import { rowsOf } from './page';
import { isVersion } from './parse-observation';

/** Most rows that metrics v2 gives; it does not say when there were more. */
const ROW_LIMIT = 1000;

/**
 * Generations per version with start in [fromMs, toMs), spans that were sent twice counted twice. Generations linked to
 * the prompt without a version are not counted.
 * @throws RampartError `provider_bad_response` when a row cannot be read or the answer may have been cut off
 */
export async function countByVersion(
  call: Call,
  query: Parameters<Langfuse['countByVersion']>[0],
): Promise<Map<number, number>> {
  if (query.toMs <= query.fromMs) return new Map();
  const body = await call('read', 'metrics v2', (client, options) =>
    client.metrics.metrics({ query: JSON.stringify(metricsQuery(query)) }, options),
  );
  const rows = rowsOf(body, 'metrics v2');
  if (rows.length >= ROW_LIMIT) {
    throw new RampartError(
      'provider_bad_response',
      `Langfuse's metrics v2: expected fewer than ${ROW_LIMIT} rows, got ${rows.length}: there may be more`,
    );
  }
  const counts = new Map<number, number>();
  for (const row of rows) addCount(counts, row);
  return counts;
}

/** Both ends of metrics v2 are inclusive, so the window's exclusive end is 1 ms earlier. */
function metricsQuery(query: { prompt: string; fromMs: number; toMs: number }): object {
  return {
    view: 'observations',
    dimensions: [{ field: 'promptVersion' }],
    metrics: [{ measure: 'count', aggregation: 'count' }],
    filters: [equals('promptName', query.prompt)],
    fromTimestamp: isoTime(query.fromMs),
    toTimestamp: isoTime(query.toMs - 1),
    config: { row_limit: ROW_LIMIT },
  };
}

function addCount(counts: Map<number, number>, row: unknown): void {
  if (isRecord(row) && row['promptVersion'] === null) return;
  const version = isRecord(row) ? readNumber(row['promptVersion']) : undefined;
  const count = isRecord(row) ? readNumber(row['count_count']) : undefined;
  if (!isVersion(version) || typeof count !== 'number') {
    const came = isRecord(row) ? `${kindOf(row['promptVersion'])} and ${kindOf(row['count_count'])}` : kindOf(row);
    throw new RampartError(
      'provider_bad_response',
      `Langfuse's metrics v2: expected promptVersion and count_count to be numbers, got ${came}`,
    );
  }
  counts.set(version, (counts.get(version) ?? 0) + count);
}
