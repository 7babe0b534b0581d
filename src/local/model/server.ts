import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { createFaults, type Fault, type Faults } from '../langfuse/faults';
import { createAnswerer, embeddingOf, tokensOf, type Answerer } from './answers';
import type { ModelScript } from './script';

/** A model on loopback, for tests and demonstrations. */
export interface ModelStandIn {
  /** `http://127.0.0.1:PORT/v1` */
  baseUrl: string;
  /** Bodies of the requests that came, in order. */
  requests: { path: string; authorization: string | null; body: Record<string, unknown> }[];
  /** Most requests that were answered at the same time. */
  mostAtOnce(): number;
  faults: Faults;
  close: () => Promise<void>;
}

const chatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).min(1),
});
const embeddingRequest = z.looseObject({ model: z.string(), input: z.union([z.string(), z.array(z.string())]) });

/** Serves `/v1/chat/completions` and `/v1/embeddings` in OpenAI's form, by a script and with the faults that are planned. */
export async function startModelStandIn(script: ModelScript = { answers: [] }): Promise<ModelStandIn> {
  const answerer = createAnswerer(script);
  const faults = createFaults();
  const requests: ModelStandIn['requests'] = [];
  const closing = new AbortController();
  let [running, most] = [0, 0];
  const server = createServer((request, response) => {
    most = Math.max(most, ++running);
    void serve(request, response)
      .catch(() => response.destroy())
      .finally(() => void (running -= 1));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseJson(await textOf(request));
    const path = request.url ?? '';
    requests.push({ path, authorization: request.headers.authorization ?? null, body });
    const fault = faults.take(request.method ?? '', path);
    if (fault?.delayMs !== undefined) await wait(fault.delayMs);
    if (fault !== null && fault.kind !== 'delay') return answerFault(fault, response);
    const { status, json, latencyMs } = answerTo(path, body, answerer);
    await wait(latencyMs);
    send(response, status, json);
  }

  async function wait(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: closing.signal });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    mostAtOnce: () => most,
    faults,
    close: () =>
      new Promise<void>((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerTo(
  path: string,
  body: unknown,
  answerer: Answerer,
): { status: number; json: unknown; latencyMs: number } {
  const refused = (status: number, message: string) => ({ status, json: { error: { message } }, latencyMs: 0 });
  switch (path) {
    case '/v1/chat/completions': {
      const parsed = chatRequest.safeParse(body);
      if (!parsed.success) return refused(400, z.prettifyError(parsed.error));
      const { text, latencyMs } = answerer.answer(parsed.data);
      return { status: 200, json: completion(parsed.data, text), latencyMs };
    }
    case '/v1/embeddings': {
      const parsed = embeddingRequest.safeParse(body);
      if (!parsed.success) return refused(400, z.prettifyError(parsed.error));
      const data = [parsed.data.input].flat().map((text, index) => ({ index, embedding: embeddingOf(text) }));
      return { status: 200, json: { object: 'list', model: parsed.data.model, data }, latencyMs: 0 };
    }
    default:
      return refused(404, `no such path: ${path}`);
  }
}

function completion({ model, messages }: z.infer<typeof chatRequest>, text: string): unknown {
  const prompt = messages.reduce((sum, { content }) => sum + tokensOf(content), 0);
  const answer = tokensOf(text);
  return {
    id: 'chatcmpl-stand-in',
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer },
  };
}

function answerFault(fault: Exclude<Fault, { kind: 'delay' }>, response: ServerResponse): void {
  switch (fault.kind) {
    case 'status':
      send(response, fault.status, fault.body ?? { error: { message: `status ${fault.status}` } }, fault.headers);
      return;
    case 'html':
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>');
      return;
    case 'rate_limited':
      send(
        response,
        429,
        { error: { message: 'Rate limit reached' } },
        { 'retry-after': String(fault.retryAfterSeconds) },
      );
      return;
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"choices": [', () => response.destroy());
      return;
    case 'dropped':
      response.destroy();
  }
}

function send(response: ServerResponse, status: number, json: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}
