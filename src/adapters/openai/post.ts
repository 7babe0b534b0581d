import { RampartError, type ErrorCode } from '../../core/errors';
import { retryAfterMs } from '../langfuse/retry-after';

/** How an endpoint is reached. */
export interface EndpointOptions {
  /** With its version, such as `https://api.openai.com/v1`. */
  baseUrl: string;
  /** Null for endpoints that want none. */
  apiKey: string | null;
  /** Longest time of one try, answer included. */
  timeoutMs: number;
  /** Most tries of one request. */
  tries: number;
  /** Longest wait between two tries that is accepted; an endpoint that asks for more is given up. */
  maxWaitMs: number;
  /** Milliseconds that only grow. */
  now: () => number;
  wait: (ms: number) => Promise<void>;
  /** 0 to below 1, so that parallel requests do not come back at the same time. */
  random: () => number;
  /** Ends everything. */
  signal?: AbortSignal;
}

const FIRST_WAIT_MS = 500;

/** Statuses after which the same request may be answered: RFC 9110 §15 and RFC 6585 §4; any 5xx as well. */
const WORTH_TRYING = [408, 409, 425, 429];

interface Failure {
  error: RampartError;
  again: boolean;
}

/**
 * Sends JSON until it is answered: after a 408, 409, 425, 429, 5xx, a lost connection and a time-out it is sent again, after
 * the wait that the endpoint asks for, else after a growing one.
 * @throws RampartError `provider_auth`, `provider_rate_limited`, `provider_unavailable`, `provider_bad_response`, or `refused`
 */
export async function post(
  options: EndpointOptions,
  path: string,
  json: unknown,
): Promise<{ body: unknown; latencyMs: number }> {
  for (let attempt = 1; ; attempt++) {
    const startMs = options.now();
    const tried = await tryOnce(options, path, json);
    if ('body' in tried) return { body: tried.body, latencyMs: Math.max(0, options.now() - startMs) };
    const waitMs = tried.error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + options.random());
    if (!tried.again || attempt >= options.tries || waitMs > options.maxWaitMs) throw tried.error;
    options.signal?.throwIfAborted();
    await options.wait(waitMs);
  }
}

async function tryOnce(options: EndpointOptions, path: string, json: unknown): Promise<{ body: unknown } | Failure> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await fetch(`${options.baseUrl.replace(/\/+$/u, '')}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify(json),
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
    });
    const text = await response.text();
    return response.ok ? readBody(text) : refusal(response, text);
  } catch (cause) {
    options.signal?.throwIfAborted();
    const why = timeout.aborted ? `no answer within ${options.timeoutMs} ms` : networkReason(cause);
    return { error: failure('provider_unavailable', `expected an answer, got ${why}`, null, cause), again: true };
  }
}

function readBody(text: string): { body: unknown } | Failure {
  try {
    return { body: JSON.parse(text) as unknown };
  } catch (cause) {
    return {
      error: failure('provider_bad_response', `expected JSON, got ${shortened(text)}`, null, cause),
      again: true,
    };
  }
}

function refusal(response: Response, text: string): Failure {
  const { status } = response;
  const body = jsonOrNull(text);
  const waitMs = retryAfterMs((name) => response.headers.get(name), body);
  const message = `expected an answer, got ${status}: ${messageOf(body) ?? shortened(text)}`;
  return { error: failure(codeOf(status), message, waitMs), again: WORTH_TRYING.includes(status) || status >= 500 };
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'provider_auth';
  if (status === 429) return 'provider_rate_limited';
  return status >= 500 || WORTH_TRYING.includes(status) ? 'provider_unavailable' : 'refused';
}

function failure(code: ErrorCode, message: string, retryAfterMs: number | null, cause?: unknown): RampartError {
  return new RampartError(code, `model endpoint: ${message}`, {
    retryAfterMs,
    ...(cause === undefined ? {} : { cause }),
    ...(code === 'provider_auth' ? { hint: 'OPENAI_API_KEY is the key, OPENAI_BASE_URL the address.' } : {}),
  });
}

function networkReason(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}

function messageOf(body: unknown): string | null {
  const error = (body as { error?: unknown } | null)?.error;
  const message = typeof error === 'string' ? error : (error as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? shortened(message) : null;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  return line === '' ? 'nothing' : line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
