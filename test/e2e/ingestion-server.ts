import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StandIn } from '../../src/local/langfuse/server';

interface IngestionEvent {
  type: string;
  body: Record<string, unknown> & { id: string };
}

/**
 * A server of version 3 in front of the stand-in, which like a server 4 takes no traces over `/ingestion`: events of a
 * batch become observations, and everything else is passed on.
 */
export async function startIngestionServer({ baseUrl, data }: StandIn) {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request);
    if (request.url === '/api/public/ingestion') {
      const { batch } = JSON.parse(text) as { batch: IngestionEvent[] };
      for (const event of mergeById(batch)) data.addObservation(observationOf(event));
      response.writeHead(207, { 'content-type': 'application/json' }).end('{"successes":[],"errors":[]}');
      return;
    }
    const headers = { authorization: request.headers.authorization ?? '' };
    const passed = await fetch(`${baseUrl}${request.url}`, { headers });
    response.writeHead(passed.status, { 'content-type': 'application/json' }).end(await passed.text());
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An observation is created by one event and updated by others. */
function mergeById(batch: readonly IngestionEvent[]): IngestionEvent['body'][] {
  const merged = new Map<string, IngestionEvent['body']>();
  for (const { type, body } of batch) {
    if (type.startsWith('generation-')) merged.set(body.id, { ...merged.get(body.id), ...body });
  }
  return [...merged.values()];
}

function observationOf(body: IngestionEvent['body']) {
  return {
    id: body.id,
    traceId: String(body['traceId']),
    type: 'GENERATION',
    startMs: Date.parse(String(body['startTime'])),
    endMs: Date.parse(String(body['endTime'])),
    promptName: (body['promptName'] ?? null) as string | null,
    promptVersion: (body['promptVersion'] ?? null) as number | null,
    metadata: body['metadata'] as Record<string, unknown>,
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
