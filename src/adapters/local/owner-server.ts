import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the owner of a state folder serves on loopback, for those who have its token. */
export interface OwnerServer {
  port: number;
  /** Takes no more commands and waits for those under way; it still says that it is alive. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

/**
 * Serves `GET /owner` (am I alive) and `POST /command` (JSON in, JSON out) on a free loopback port.
 * @param answer carries a command out; what it throws becomes a 500 without a body
 */
export async function startOwnerServer(options: {
  token: string;
  answer: (command: unknown) => Promise<unknown>;
}): Promise<OwnerServer> {
  const underWay = new Set<Promise<void>>();
  let isDraining = false;
  const carryOut = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const command = await readJson(request);
    if (command === undefined) respond(response, 400, { error: 'expected JSON' });
    else respond(response, 200, await options.answer(command));
  };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const fail = (): void => respond(response, 500, null);
    if (!hasToken(request, options.token)) return respond(response, 401, null);
    if (request.method === 'GET' && request.url === '/owner') return respond(response, 200, { pid: process.pid });
    if (request.method !== 'POST' || request.url !== '/command') return respond(response, 404, null);
    if (isDraining) return respond(response, 503, null);
    const work: Promise<void> = carryOut(request, response)
      .catch(fail)
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const server = createServer(serve);
  server.keepAliveTimeout = 1;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async drain() {
      isDraining = true;
      await Promise.all(underWay);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function hasToken(request: IncomingMessage, token: string): boolean {
  const expected = Buffer.from(`Bearer ${token}`);
  const came = Buffer.from(request.headers.authorization ?? '');
  return came.length === expected.length && timingSafeEqual(came, expected);
}

/** @returns undefined when the body is not JSON or too large */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  const text = body === null ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(text);
}
