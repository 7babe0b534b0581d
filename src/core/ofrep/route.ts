/** What a request is about. */
export type Route =
  /** `keys`: the names that the path may mean, the most likely first. */
  { kind: 'prompt'; keys: string[] } | { kind: 'all' } | { kind: 'assignments' } | { kind: 'unknown' };

const EVALUATE = '/ofrep/v1/evaluate/flags';

/**
 * Reads the path of a request. A prompt's name is everything after `…/flags/`, percent-encoded or not: some clients
 * leave the slashes of folders as they are, and an Amazon API Gateway HTTP API hands on a path that is decoded already (a
 * function URL does not), where decoding once more would change a name that has a `%` in it. So the text as it came is the
 * second guess.
 * @param path of the URL, without the query
 */
export function routeOf(path: string): Route {
  const clean = path.replace(/^\/+/u, '/');
  if (clean === EVALUATE || clean === `${EVALUATE}/`) return { kind: 'all' };
  if (clean === '/assignments') return { kind: 'assignments' };
  if (!clean.startsWith(`${EVALUATE}/`)) return { kind: 'unknown' };
  const raw = clean.slice(EVALUATE.length + 1);
  return { kind: 'prompt', keys: [...new Set([decoded(raw), raw])] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
