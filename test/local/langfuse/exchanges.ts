/** One recorded request with its answer. */
export interface Exchange {
  server: string;
  at: string;
  note?: string;
  method: string;
  path: string;
  query: Record<string, string | number> | null;
  requestHeaders: Record<string, string>;
  auth: string | null;
  requestBody: unknown;
  status: number;
  responseBody: unknown;
}

/** The endpoints that the stand-in has, and those that a default Langfuse 4 no longer has. */
export const REPLAYED =
  /^\/api\/public\/(?:v2\/(?:prompts|scores|observations|metrics)|v3\/scores|scores|ingestion|otel\/v1\/traces|health|ready|projects|nope|observations|traces|sessions|metrics)(?:\/|$)/u;

/** Set by the server's clock, or by its queue. */
const MASKED = new Set([
  'createdAt',
  'updatedAt',
  'lastUpdatedAt',
  'timestamp',
  'cursor',
  'fileKey',
  'opts',
  // Of the validator's version, not of the server.
  'pattern',
]);

/** A body without what differs from server to server: ids translated, times masked, sums rounded, ties in one order. */
export function normalised(exchange: Exchange, body: unknown, translations: ReadonlyMap<string, string>): unknown {
  if (typeof body === 'string') return body.startsWith('<!DOCTYPE html>') ? 'a page' : body;
  const shown = walk(body, translations);
  if (!exchange.path.endsWith('/v2/metrics')) return shown;
  const { data } = shown as { data?: unknown[] };
  return data === undefined ? shown : { data: data.map((row) => JSON.stringify(row)).sort() };
}

function walk(value: unknown, translations: ReadonlyMap<string, string>, key = ''): unknown {
  if (MASKED.has(key)) return 'masked';
  if (Array.isArray(value)) return value.map((each) => walk(each, translations));
  if (typeof value === 'string') return translations.get(value) ?? value;
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (typeof value !== 'object' || value === null) return value;
  const isJob = (value as { name?: unknown }).name === 'otel-ingestion-job';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !(isJob && name === 'id'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, walk(each, translations, name)]),
  );
}
