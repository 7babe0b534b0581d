import { RampartError } from '../../core/errors';
import type { Page } from '../../core/ports';
import { isRecord, kindOf, readText } from './json';

/** One page of a list as it came: rows unread, and where to go on. */
export interface RawPage {
  rows: unknown[];
  /** Null on the last page. */
  cursor: string | null;
}

/**
 * Reads the outside of a list's page.
 * @param what names the list in errors
 * @param asked the cursor that this page was asked with
 * @throws RampartError `provider_bad_response` when the answer is no page, or when its cursor leads back to itself
 */
export function readRawPage(body: unknown, what: string, asked: string | null): RawPage {
  const rows = rowsOf(body, what);
  const meta = isRecord(body) ? body['meta'] : undefined;
  if (!isRecord(meta)) throw badCursor(what, `meta: ${kindOf(meta)}`);
  const cursor = readText(meta['cursor']);
  if (cursor === undefined) throw badCursor(what, kindOf(meta['cursor']));
  if (cursor !== null && cursor === asked) throw badCursor(what, 'the cursor that was asked with');
  return { rows, cursor };
}

function badCursor(what: string, came: string): RampartError {
  return new RampartError(
    'provider_bad_response',
    `Langfuse's ${what}: expected meta.cursor to be absent or a text that leads on, got ${came}`,
  );
}

/** The `data` list of an answer. @throws RampartError `provider_bad_response` when there is none */
export function rowsOf(body: unknown, what: string): unknown[] {
  const data = isRecord(body) ? body['data'] : undefined;
  if (!Array.isArray(data)) {
    const came = isRecord(body) ? `data: ${kindOf(data)}` : kindOf(body);
    throw new RampartError('provider_bad_response', `Langfuse's ${what}: expected a list under data, got ${came}`);
  }
  return data;
}

/**
 * Reads a page's rows. `parse` gives the row, null for one that is not wanted, or the reason why it cannot be read.
 */
export function parsePage<Row extends object>(page: RawPage, parse: (raw: unknown) => Row | string | null): Page<Row> {
  const rows: Row[] = [];
  const malformed: Page<Row>['malformed'] = [];
  page.rows.forEach((raw, index) => {
    const parsed = parse(raw);
    if (typeof parsed === 'string') malformed.push({ id: idOf(raw) ?? `row ${index}`, reason: parsed });
    else if (parsed !== null) rows.push(parsed);
  });
  return { rows, cursor: page.cursor, malformed };
}

function idOf(raw: unknown): string | null {
  return (isRecord(raw) ? readText(raw['id']) : null) ?? null;
}
