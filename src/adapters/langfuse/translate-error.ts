import { LangfuseAPIError } from '@langfuse/core';

import { RampartError } from '../../core/errors';
import { isRecord } from './json';
import { retryAfterMs } from './retry-after';

/** The parts of Langfuse's API that are used. */
export type Endpoint = 'prompts' | 'observations v2' | 'scores v3' | 'metrics v2' | 'datasets' | 'traces' | 'scores';

/** What an error is about, for its message. */
export interface CallContext {
  endpoint: Endpoint;
  /** Host of the server. */
  host: string;
  publicKey: string;
}

const BASE_URL_HINT = 'Is LANGFUSE_BASE_URL right? It is the address of the Langfuse server, without /api.';

/** Longest piece of a server's message that is repeated. */
const MESSAGE_LENGTH = 300;

/**
 * An exception of the SDK as an error of the catalogue. HTTP statuses are kept as `cause.status`. The SDK's exception is
 * not: it carries whole answers.
 */
export function translateError(error: unknown, context: CallContext): RampartError {
  if (!(error instanceof LangfuseAPIError)) return unreachable(context, error instanceof Error ? error.message : '');
  if (error.statusCode === undefined) return unreachable(context, error.message);
  return ofStatus(error.statusCode, error, context);
}

/** HTTP status of the answer that an error of this adapter stands for; null when there was none. */
export function statusOf(error: unknown): number | null {
  const cause = error instanceof RampartError ? error.cause : undefined;
  const status = isRecord(cause) ? cause['status'] : undefined;
  return typeof status === 'number' ? status : null;
}

/** An answer that took longer than it may. */
export function timedOut(context: CallContext, timeoutMs: number): RampartError {
  return unreachable(context, `no complete answer within ${timeoutMs} ms`);
}

/**
 * A successful answer that is not JSON: an HTML page of something else, or JSON that was cut off.
 * @param text the answer
 */
export function notJson(context: CallContext, text: string): RampartError {
  const came = isHtml(text) ? 'an HTML page' : `${text.length} characters that are not JSON (cut off?)`;
  return new RampartError('provider_bad_response', `${subject(context)}: expected JSON, got ${came}`, {
    hint: isHtml(text) ? BASE_URL_HINT : '',
  });
}

function ofStatus(status: number, error: LangfuseAPIError, context: CallContext): RampartError {
  const message = `${subject(context)} answered ${status}: ${messageOf(error.body)}`;
  const cause = { status };
  const waitMs = retryAfterMs((name) => error.rawResponse?.headers.get(name) ?? null, error.body);
  if (status === 401 || status === 403) {
    const hint = `Check LANGFUSE_PUBLIC_KEY (${context.publicKey}), LANGFUSE_SECRET_KEY, and that they belong to a project on ${context.host} (LANGFUSE_BASE_URL).`;
    return new RampartError('provider_auth', message, { hint, cause });
  }
  if (status === 404) return notFound(message, error.body, context);
  if (status === 429) return new RampartError('provider_rate_limited', message, { retryAfterMs: waitMs, cause });
  if (status >= 500 || status === 408) {
    return new RampartError('provider_unavailable', message, { retryAfterMs: waitMs, cause });
  }
  return new RampartError('provider_bad_response', message, {
    hint: isHtml(error.body) ? BASE_URL_HINT : '',
    cause,
  });
}

/** 404 means three things: no such prompt, a server without the endpoint, and not Langfuse at all. */
function notFound(message: string, body: unknown, context: CallContext): RampartError {
  const cause = { status: 404 };
  if (context.endpoint !== 'prompts') {
    return new RampartError(
      'provider_not_supported',
      `${context.host} does not have Langfuse's ${context.endpoint} (404)`,
      {
        hint: `Rampart needs observations v2, scores v3 and metrics v2. Langfuse Cloud and self-hosted Langfuse 4 have them; self-hosted Langfuse 3 from 3.180 has them when its web container runs with LANGFUSE_ENABLE_EVENTS_TABLE_V2_APIS=true. ${BASE_URL_HINT}`,
        cause,
      },
    );
  }
  if (isRecord(body) && body['error'] === 'LangfuseNotFoundError') {
    return new RampartError('provider_not_found', message, { cause });
  }
  return new RampartError('provider_bad_response', message, { hint: BASE_URL_HINT, cause });
}

function unreachable(context: CallContext, detail: string): RampartError {
  const reason = detail === '' ? 'the request failed' : detail.slice(0, MESSAGE_LENGTH);
  return new RampartError('provider_unavailable', `${subject(context)} could not be reached: ${reason}`, {
    hint: `Check that ${context.host} (LANGFUSE_BASE_URL) is the right host, is up, and can be reached from here.`,
  });
}

function subject(context: CallContext): string {
  return `Langfuse (${context.host}, ${context.endpoint})`;
}

/** The server's own words: `message`, and the first of the problems that a refused request is answered with. */
function messageOf(body: unknown): string {
  if (isHtml(body)) return 'an HTML page';
  if (typeof body === 'string' && body !== '') return body.slice(0, MESSAGE_LENGTH);
  if (!isRecord(body) || typeof body['message'] !== 'string') return 'no message';
  const problems: unknown[] = Array.isArray(body['error']) ? body['error'] : [];
  const first = problems[0];
  const problem = isRecord(first) && typeof first['message'] === 'string' ? ` (${first['message']})` : '';
  return `${body['message']}${problem}`.slice(0, MESSAGE_LENGTH);
}

function isHtml(body: unknown): boolean {
  return typeof body === 'string' && /^\s*<(?:!doctype|html)/iu.test(body);
}
