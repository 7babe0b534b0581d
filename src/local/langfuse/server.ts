import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { createLangfuseData, type LangfuseData } from './data';
import type { Fault } from './faults';
import { type ApiAnswer, internalError } from './http/answer';
import { htmlPage, rateLimited } from './http/refusals';
import { type Context, respond } from './http/respond';
import { createRateLimiter, type RateLimits } from './rate-limit';

export interface StandInOptions {
  /** The server's clock. */
  nowMs: () => number;
  publicKey?: string;
  secretKey?: string;
  /** Every answer waits this long, in real time. */
  latencyMs?: number;
  /** Default: no limits, as on a self-hosted server. */
  rateLimit?: RateLimits;
  /** The project that is served; default: an empty one. */
  data?: LangfuseData;
}

export interface StandIn {
  /** `http://127.0.0.1:PORT` */
  baseUrl: string;
  publicKey: string;
  secretKey: string;
  data: LangfuseData;
  /** Requests that came so far. */
  requests: () => number;
  /** Answers that still wait are dropped. */
  close: () => Promise<void>;
}

/**
 * Serves one Langfuse project over HTTP on loopback, with the answers of a Langfuse 4.16 server in its default settings.
 * What is written is listed at once; `visibleFromMs` of a row delays it.
 */
export async function startLangfuseStandIn(options: StandInOptions): Promise<StandIn> {
  const data = options.data ?? createLangfuseData();
  const keys = { publicKey: options.publicKey ?? 'pk-lf-local', secretKey: options.secretKey ?? 'sk-lf-local' };
  const limiters = {
    publicApi: createRateLimiter(options.rateLimit?.publicApi ?? UNLIMITED),
    metrics: createRateLimiter(options.rateLimit?.metrics ?? UNLIMITED),
  };
  const context = (): Context => ({
    data,
    keys,
    nowMs: options.nowMs(),
    limit: (bucket, nowMs) => limiters[bucket](nowMs),
  });
  const closing = new AbortController();
  const wait = async (ms: number): Promise<void> => {
    if (ms > 0) await delay(ms, undefined, { signal: closing.signal });
  };
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    serve(request, response, context, (ms) => wait(ms + (options.latencyMs ?? 0))).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    ...keys,
    data,
    requests: () => requests,
    close: () =>
      new Promise<void>((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const UNLIMITED = { requests: Number.POSITIVE_INFINITY, windowMs: 1 };

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  context: () => Context,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  const body = await readBody(request);
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const { data } = context();
  const fault = data.faults.take(method, url.split('?', 1)[0]!);
  await wait(fault?.delayMs ?? 0);
  const answer = (): ApiAnswer => respond({ method, url, headers: request.headers, body }, context());
  if (fault === null) send(response, answer());
  else fail(response, fault, answer, context().nowMs);
}

/** Carries out a fault. Only faults that stand for a lost answer run the request itself. */
function fail(response: ServerResponse, fault: Fault, answer: () => ApiAnswer, nowMs: number): void {
  switch (fault.kind) {
    case 'delay':
      send(response, answer());
      return;
    case 'status':
      send(response, {
        status: fault.status,
        body: fault.body ?? internalError('A planned fault').body,
        headers: fault.headers ?? {},
      });
      return;
    case 'html':
      send(response, htmlPage(fault.status, 'Bad gateway'));
      return;
    case 'rate_limited': {
      const { retryAfterSeconds } = fault;
      send(response, rateLimited({ limit: 30, resetMs: nowMs + retryAfterSeconds * 1000, retryAfterSeconds }));
      return;
    }
    case 'truncated':
      truncate(response, answer());
      return;
    case 'dropped':
      if (fault.after === true) answer();
      response.destroy();
  }
}

function send(response: ServerResponse, answer: ApiAnswer): void {
  const bytes = bytesOf(answer);
  response.writeHead(answer.status, headersOf(answer, bytes.length));
  response.end(bytes);
}

function truncate(response: ServerResponse, answer: ApiAnswer): void {
  const bytes = bytesOf(answer);
  response.writeHead(answer.status, headersOf(answer, bytes.length));
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

function bytesOf({ body }: ApiAnswer): Buffer {
  if (body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function headersOf(answer: ApiAnswer, length: number): Record<string, string | number> {
  if (answer.body === null) return { ...answer.headers };
  return {
    'content-type': answer.contentType ?? 'application/json; charset=utf-8',
    'content-length': length,
    ...answer.headers,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
