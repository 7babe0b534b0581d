import type { HttpAnswer, HttpRequest } from '../src/app/serve/http-message';
import { badEvent, isRecord } from './handler';

/** What a function URL or an HTTP API wants back (payload format 2.0). */
export interface UrlResponse {
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * Reads a request of a function URL or of an HTTP API, payload format 2.0.
 * @throws RampartError `bad_input` for anything else
 */
export function parseUrlEvent(event: unknown): HttpRequest {
  const context = isRecord(event) ? event['requestContext'] : undefined;
  const http = isRecord(context) ? context['http'] : undefined;
  const path = isRecord(event) ? event['rawPath'] : undefined;
  if (!isRecord(event) || !isRecord(http) || typeof http['method'] !== 'string' || typeof path !== 'string') {
    // The event is not shown: its headers hold a key.
    throw badEvent('a request of payload format 2.0 with rawPath and requestContext.http.method', typeof event);
  }
  return { method: http['method'], path, headers: headersOf(event['headers']), body: bodyOf(event) };
}

/** The answer in the same format. */
export function urlResponse({ status, headers, body }: HttpAnswer): UrlResponse {
  return { statusCode: status, headers, body };
}

function bodyOf({ body, isBase64Encoded }: Record<string, unknown>): string {
  if (typeof body !== 'string') return '';
  return isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body;
}

function headersOf(headers: unknown): Record<string, string> {
  if (!isRecord(headers)) return {};
  const texts = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value]));
}
