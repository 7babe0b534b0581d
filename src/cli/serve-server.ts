import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, type Serving } from '../app/serve/answer';
import { type HttpAnswer, LARGEST_BODY_BYTES, problemAnswer, tooLarge } from '../app/serve/http-message';

/** A running endpoint. */
export interface Served {
  url: string;
  /** Takes no more requests, finishes those under way, and ends. */
  close(): Promise<void>;
}

/** A request that takes longer to arrive is given up, ms. */
const REQUEST_TIMEOUT_MS = 10_000;

/** True for a host that only this machine reaches. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/u, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/u.test(name);
}

/**
 * Serves over HTTP.
 * @param where `port` 0 = any free one; rejects with node's own error when it cannot be had
 */
export async function startServing(serving: Serving, where: { host: string; port: number }): Promise<Served> {
  let isClosing = false;
  const server = createServer((request, response) => {
    void reply(serving, request)
      .then((given) => send(response, isClosing ? lastOf(given) : given))
      .catch(() => response.destroy());
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = where.host.includes(':') ? `[${where.host}]` : where.host;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function reply(serving: Serving, request: IncomingMessage): Promise<HttpAnswer> {
  if (serving.isKey === null && !isForLoopback(request)) {
    return problemAnswer(403, 'host: expected a loopback name, since this endpoint has no keys, got another');
  }
  const body = await readBody(request);
  if (body === null) return lastOf(tooLarge());
  const headers = Object.entries(request.headers).map(([name, value]) => [name, value?.toString()] as const);
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  return answer(serving, { method: request.method ?? '', path, headers: Object.fromEntries(headers), body });
}

/** After this answer the client has to connect again, if it can. */
function lastOf(given: HttpAnswer): HttpAnswer {
  return { ...given, headers: { ...given.headers, connection: 'close' } };
}

/** A web page that resolves its own name to this machine (DNS rebinding) still names itself in `Host`. */
function isForLoopback({ headers }: IncomingMessage): boolean {
  const host = `http://${headers.host ?? ''}`;
  return URL.canParse(host) && isLoopback(new URL(host).hostname);
}

/** @returns null when it is larger than anybody needs; the rest is let go by unread */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  return bytes > LARGEST_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers, ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }) });
  response.end(body);
}
