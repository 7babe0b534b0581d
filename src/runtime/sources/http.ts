import { parseAssignmentList } from './assignment-list';
import { SourceError, type AssignmentSource, type SourceAnswer } from './source';

export interface HttpSourceOptions {
  /** The address of the list, such as `https://rampart.example.com/assignments`. */
  url: string;
  /** The endpoint's key, sent as `X-API-Key`. */
  apiKey?: string;
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>>;
  fetch?: typeof fetch;
}

/** Assignments from Rampart's HTTP endpoint. An answer that has not changed is not sent again (ETag); redirects are not followed, since the key is for this address. */
export function httpSource(options: HttpSourceOptions): AssignmentSource {
  const url = checkedUrl(options.url);
  const send = options.fetch ?? fetch;
  let last: { etag: string; answer: SourceAnswer } | null = null;
  return {
    async read(signal) {
      const headers = {
        accept: 'application/json',
        ...(options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey }),
        ...(last === null ? {} : { 'if-none-match': last.etag }),
        ...options.headers,
      };
      const response = await reach(url, () => send(url, { headers, signal, redirect: 'manual' }));
      const ageMs = secondsOf(response, 'age') ?? 0;
      if (response.status === 304 && last !== null) return { ...last.answer, ageMs };
      const text = await reach(url, () => response.text());
      if (response.status !== 200) throw refused(url, response);
      const answer = parseAssignmentList(url, text);
      const etag = response.headers.get('etag');
      last = etag === null ? null : { etag, answer };
      return { ...answer, ageMs };
    },
  };
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/u.test(new URL(url).protocol)) return url;
  throw new TypeError(`httpSource: url: expected an http or https address, got ${JSON.stringify(url) ?? 'nothing'}`);
}

async function reach<Result>(url: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    const { cause: inner } = cause as { cause?: unknown };
    const why = inner instanceof Error ? inner.message : cause instanceof Error ? cause.message : String(cause);
    throw new SourceError('SOURCE_UNAVAILABLE', `${url}: ${why}`, { cause });
  }
}

function refused(url: string, response: Response): SourceError {
  const retryAfterMs = secondsOf(response, 'retry-after');
  const hint = response.status === 401 || response.status === 403 ? '; is the key right?' : '';
  return new SourceError('SOURCE_UNAVAILABLE', `${url}: expected status 200, got ${response.status}${hint}`, {
    retryAfterMs,
  });
}

/** A header in seconds, as ms; null when it is not there or none. */
function secondsOf(response: Response, header: string): number | null {
  const value = response.headers.get(header);
  return value !== null && /^\d{1,9}$/u.test(value) ? Number(value) * 1000 : null;
}
