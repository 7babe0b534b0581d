import { LangfuseAPIClient } from '@langfuse/core';

import { RampartError } from '../../core/errors';
import { isRecord } from './json';
import { notJson, timedOut, translateError, type CallContext, type Endpoint } from './translate-error';

/** What a request is for: prompt reads are not limited by Langfuse, reads and label moves share one limit. */
export type Purpose = 'prompt' | 'read' | 'label';

export interface LangfuseOptions {
  /** Address of the server, without /api. */
  baseUrl: string;
  publicKey: string;
  secretKey: string;
  /** Longest time from the start of a request to the last byte of its answer. */
  timeoutMs: number;
  /** Called before every request, to charge it to the budget; when it rejects, nothing is sent. */
  onRequest?: (purpose: Purpose) => Promise<void>;
}

/** What is passed to every call of the SDK. */
export interface RequestOptions {
  timeoutInSeconds: number;
  maxRetries: 0;
  abortSignal: AbortSignal;
}

/** Sends one request by the SDK, once, and gives the answer's JSON as it came. Rejects with RampartErrors only. */
export type Call = (
  purpose: Purpose,
  endpoint: Endpoint,
  send: (client: LangfuseAPIClient, options: RequestOptions) => PromiseLike<unknown>,
) => Promise<unknown>;

/**
 * The SDK's own time-out ends when the answer's headers arrive and keeps the body from none; ours covers both, and the
 * SDK's (60 s unless told otherwise) must not come first.
 */
const SDK_TIMEOUT_MARGIN_MS = 250;

/** @throws RampartError `bad_input` when the base URL is not one */
export function createCall(options: LangfuseOptions): Call {
  const { host } = parseBaseUrl(options.baseUrl);
  const client = new LangfuseAPIClient({
    environment: options.baseUrl,
    baseUrl: options.baseUrl,
    username: options.publicKey,
    password: options.secretKey,
    xLangfuseSdkName: 'rampart',
    xLangfusePublicKey: options.publicKey,
  });
  return async (purpose, endpoint, send) => {
    const context: CallContext = { endpoint, host, publicKey: options.publicKey };
    await options.onRequest?.(purpose);
    const body = await withinTime(options.timeoutMs, context, (abortSignal) =>
      send(client, {
        timeoutInSeconds: (options.timeoutMs + SDK_TIMEOUT_MARGIN_MS) / 1000,
        maxRetries: 0,
        abortSignal,
      }),
    );
    const text = textOfNonJson(body);
    if (text !== null) throw notJson(context, text);
    return body;
  };
}

function parseBaseUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/u.test(url.protocol)) {
    throw new RampartError(
      'bad_input',
      `LANGFUSE_BASE_URL: expected an http(s) address, got ${JSON.stringify(baseUrl)}`,
    );
  }
  return url;
}

async function withinTime(
  timeoutMs: number,
  context: CallContext,
  send: (abortSignal: AbortSignal) => PromiseLike<unknown>,
): Promise<unknown> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await send(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? timedOut(context, timeoutMs) : translateError(error, context);
  } finally {
    clearTimeout(timer);
  }
}

/** A 2xx answer that is not JSON is handed out by the SDK as if it were data, in this wrapping. */
function textOfNonJson(body: unknown): string | null {
  if (!isRecord(body) || body['ok'] !== false || !isRecord(body['error'])) return null;
  const { reason, rawBody } = body['error'];
  return reason === 'non-json' ? String(rawBody) : null;
}
