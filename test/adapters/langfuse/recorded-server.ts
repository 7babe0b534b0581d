import { readFileSync } from 'node:fs';

import { startServer, type TestServer } from './http-server';

/** A request to a real server and its answer, as they were recorded. */
export interface Exchange {
  method: string;
  path: string;
  /** As it was sent. */
  rawQuery: string | null;
  query: Record<string, string | number> | null;
  requestBody: unknown;
  status: number;
  responseHeaders: Record<string, string>;
  responseBody: unknown;
}

const file = process.env['RAMPART_EXCHANGES'];

/** Tests on what was recorded; RAMPART_EXCHANGES names the file (one JSON object a line). */
export const describeRecorded = file === undefined ? describe.skip : describe;

/** Every exchange of the file; none without a file. */
export function recordedExchanges(): Exchange[] {
  const lines = file === undefined ? [] : readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Exchange);
}

/** A server that gives the recorded answer to the recorded request, and 418 to any other. */
export function startRecordedServer(current: () => Exchange): Promise<TestServer> {
  return startServer((request, response, url) => {
    const { method, path, status, responseHeaders, responseBody: body } = current();
    if (request.method !== method || decodeURIComponent(url.pathname) !== decodeURIComponent(path)) {
      return void response.writeHead(418).end('asked for something else');
    }
    const { 'content-length': _, ...headers } = responseHeaders;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}
