import { startLangfuseStandIn, type StandIn, type StandInOptions } from '../../../src/local/langfuse/server';

export const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

/** The part of a body that most answers have; tests match the rest. */
export interface Body extends Record<string, unknown> {
  data: Record<string, unknown>[];
  meta: { cursor?: string; limit?: number };
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
  text: string;
}

export interface Client {
  standIn: StandIn;
  /** The server's clock. */
  clock: { nowMs: number };
  get: (path: string, query?: Record<string, string | number>) => Promise<Answer>;
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
}

/** A stand-in of its own with a client that has the right key. Paths are below `/api/public`. */
export async function startClient(options: Partial<StandInOptions> = {}): Promise<Client> {
  const clock = { nowMs: NOW_MS };
  const standIn = await startLangfuseStandIn({ nowMs: () => clock.nowMs, ...options });
  const authorization = `Basic ${btoa(`${standIn.publicKey}:${standIn.secretKey}`)}`;

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${standIn.baseUrl}/api/public${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : {}) as Body };
  }

  function get(path: string, query: Record<string, string | number> = {}): Promise<Answer> {
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) parameters.set(key, String(value));
    return send('GET', `${path}?${parameters.toString()}`);
  }

  return { standIn, clock, get, send };
}

/** All rows of a list, page by page. */
export async function walk(
  client: Client,
  path: string,
  query: Record<string, string | number>,
): Promise<Body['data']> {
  const rows: Body['data'] = [];
  let cursor: string | undefined;
  do {
    const { body } = await client.get(path, cursor === undefined ? query : { ...query, cursor });
    rows.push(...body.data);
    cursor = body.meta.cursor;
  } while (cursor !== undefined);
  return rows;
}
