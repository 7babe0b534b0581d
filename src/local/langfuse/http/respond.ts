import type { LangfuseData } from '../data';
import type { Refusal } from '../rate-limit';
import { type ApiAnswer, AnswerError, type ApiRequest, internalError, METHOD_NOT_ALLOWED } from './answer';
import { type Keys, refusalOf } from './auth';
import { htmlPage, rateLimited, REMOVED } from './refusals';
import { isRemoved, type Route, routeOf } from './routes';

/** A request as it came over the wire. */
export interface RawRequest {
  method: string;
  /** Path and query, percent-encoded. */
  url: string;
  headers: ApiRequest['headers'];
  body: string;
}

/** What the answers depend on. */
export interface Context {
  data: LangfuseData;
  keys: Keys;
  nowMs: number;
  limit: (bucket: NonNullable<Route['bucket']>, nowMs: number) => Refusal | null;
}

const PREFIX = '/api/public/';

/** The answer to a request: no sockets, no clock of its own. */
export function respond(raw: RawRequest, { data, keys, nowMs, limit }: Context): ApiAnswer {
  const url = new URL(raw.url, 'http://stand-in');
  const segments = segmentsOf(url.pathname);
  if (segments !== null && isRemoved(raw.method, segments)) return REMOVED;
  const route = segments === null ? null : routeOf(raw.method, segments);
  if (segments === null || route === null) return htmlPage(404, 'This page could not be found.');
  if (route.handle === undefined) return METHOD_NOT_ALLOWED;
  const namesError = route.namesError === true;
  const header = raw.headers['authorization'];
  const refusal = route.open ? null : refusalOf(header?.toString(), keys, { method: raw.method, namesError });
  if (refusal !== null) return refusal;
  const exhausted = route.bucket === undefined ? null : limit(route.bucket, nowMs);
  if (exhausted !== null) return rateLimited(exhausted);
  try {
    return route.handle({ ...raw, segments, query: url.searchParams, nowMs, publicKey: keys.publicKey, data });
  } catch (error) {
    return error instanceof AnswerError ? error.answer : internalError(String(error));
  }
}

/** Decoded segments after the prefix; an encoded slash stays inside its segment. Null = not a public path. */
function segmentsOf(pathname: string): string[] | null {
  if (!pathname.startsWith(PREFIX)) return null;
  try {
    return pathname.slice(PREFIX.length).split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
}
