import type { Langfuse, ObservationRow, Page } from '../../core/ports';
import type { Call } from './call';
import { equals, within, type Condition } from './filter';
import { readRawPage, parsePage, type RawPage } from './page';
import { parseObservation } from './parse-observation';

/** Most rows that observations v2 gives at once. */
export const OBSERVATION_PAGE_LIMIT = 1000;

/** Field groups of a generation; never `io`, which is what people wrote. */
export const GENERATION_FIELDS = 'core,basic,usage,prompt,metrics,metadata';

/** How rows are chosen: by `filter`, which replaces all other parameters, or by the two plain parameters that work. */
export type Selection = { filter: readonly Condition[] } | { traceId: string };

/** One page of observations, unread. */
export async function readObservations(
  call: Call,
  request: { selection: Selection; fields: string; cursor: string | null; limit: number },
): Promise<RawPage> {
  const { selection, fields, cursor } = request;
  const limit = Math.min(request.limit, OBSERVATION_PAGE_LIMIT);
  const chosen = 'filter' in selection ? { filter: JSON.stringify(selection.filter) } : { traceId: selection.traceId };
  const body = await call('read', 'observations v2', (client, options) =>
    client.observations.getMany({ ...chosen, fields, limit, ...(cursor === null ? {} : { cursor }) }, options),
  );
  return readRawPage(body, 'observations v2', cursor);
}

/**
 * Generations linked to the prompt with start in [fromMs, toMs). A row that does not belong there (a server that does
 * not know the filter gives everything) counts as malformed, so that it is seen and not used.
 */
export async function listObservations(
  call: Call,
  query: Parameters<Langfuse['listObservations']>[0],
): Promise<Page<ObservationRow>> {
  const filter = [
    equals('promptName', query.prompt),
    equals('type', 'GENERATION'),
    ...within('startTime', query.fromMs, query.toMs),
  ];
  const page = await readObservations(call, {
    selection: { filter },
    fields: GENERATION_FIELDS,
    cursor: query.cursor,
    limit: query.limit,
  });
  return parsePage(page, (raw) => {
    const row = parseObservation(raw, query.prompt);
    if (typeof row === 'string' || (row.startMs >= query.fromMs && row.startMs < query.toMs)) return row;
    return 'startTime: expected a time in the window that was asked for, got one outside';
  });
}
