import { RampartError } from '../../core/errors';
import type { Langfuse } from '../../core/ports';
import type { Call } from './call';
import { equals, isoTime, type Condition } from './filter';
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
  const counts = new Map<number, number>();
  const rows = await countRows(call, query, 'promptVersion', [equals('promptName', query.prompt)]);
  for (const row of rows) addCount(counts, row);
  return counts;
}

/**
 * Generations per linked prompt with start in [fromMs, toMs), those without one under null.
 * @throws RampartError as {@link countByVersion}
 */
export async function countByPrompt(
  call: Call,
  query: Parameters<Langfuse['countByPrompt']>[0],
): Promise<Map<string | null, number>> {
  const counts = new Map<string | null, number>();
  const rows = await countRows(call, query, 'promptName', [equals('type', 'GENERATION')]);
  for (const row of rows) {
    const name = isRecord(row) ? row['promptName'] : undefined;
    const count = isRecord(row) ? readNumber(row['count_count']) : undefined;
    if ((typeof name !== 'string' && name !== null) || typeof count !== 'number') {
      throw new RampartError(
        'provider_bad_response',
        `Langfuse's metrics v2: expected promptName to be text or null and count_count a number, got ${kindOf(name)} and ${kindOf(count)}`,
      );
    }
    const prompt = name === '' ? null : name;
    counts.set(prompt, (counts.get(prompt) ?? 0) + count);
  }
  return counts;
}

async function countRows(
  call: Call,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  dimension: string,
  filters: readonly Condition[],
): Promise<unknown[]> {
  if (toMs <= fromMs) return [];
  // Both ends of metrics v2 are inclusive, so the window's exclusive end is 1 ms earlier.
  const query = {
    view: 'observations',
    dimensions: [{ field: dimension }],
    metrics: [{ measure: 'count', aggregation: 'count' }],
    filters,
    fromTimestamp: isoTime(fromMs),
    toTimestamp: isoTime(toMs - 1),
    config: { row_limit: ROW_LIMIT },
  };
  const body = await call('read', 'metrics v2', (client, options) =>
    client.metrics.metrics({ query: JSON.stringify(query) }, options),
  );
  const rows = rowsOf(body, 'metrics v2');
  if (rows.length < ROW_LIMIT) return rows;
  throw new RampartError(
    'provider_bad_response',
    `Langfuse's metrics v2: expected fewer than ${ROW_LIMIT} rows, got ${rows.length}: there may be more`,
  );
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
