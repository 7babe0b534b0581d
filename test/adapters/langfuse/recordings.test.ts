import { createLangfuse } from '../../../src/adapters/langfuse/create-langfuse';
import { isRecord } from '../../../src/adapters/langfuse/json';
import { RampartError, type ErrorCode } from '../../../src/core/errors';
import type { Langfuse } from '../../../src/core/ports';
import type { TestServer } from './http-server';
import { describeRecorded, recordedExchanges, startRecordedServer, type Exchange } from './recorded-server';

/*
 * Answers recorded from a real server, given to the adapter one by one: each recorded request is answered to the method
 * of the port that asks that endpoint. RAMPART_EXCHANGES names the file (one JSON object a line).
 */

const exchanges = recordedExchanges().filter((exchange) => callOf(exchange) !== null);

describeRecorded('recorded answers (RAMPART_EXCHANGES names the file)', () => {
  let current: Exchange;
  let server: TestServer;
  let langfuse: Langfuse;

  beforeAll(async () => {
    server = await startRecordedServer(() => current);
    langfuse = createLangfuse({ baseUrl: server.baseUrl, publicKey: 'pk', secretKey: 'sk', timeoutMs: 5000 });
  });
  afterAll(() => server.close());

  async function replay(exchange: Exchange): Promise<unknown> {
    current = exchange;
    const sent = server.requests.length;
    const outcome = await callOf(exchange)?.(langfuse).catch((error: unknown) => error);
    expect(server.requests.length).toBeGreaterThan(sent);
    return outcome;
  }

  test('every answer becomes a result or the right error', async () => {
    const outcomes = new Set<string>();
    for (const exchange of exchanges) {
      const outcome = await replay(exchange);
      const code = outcome instanceof RampartError ? outcome.code : outcome instanceof Error ? outcome : 'result';
      expect({ exchange, right: codesFor(exchange).includes(code as ErrorCode) }).toEqual({ exchange, right: true });
      if (code === 'provider_rate_limited') {
        expect(outcome).toMatchObject({ retryAfterMs: Number(exchange.responseHeaders['retry-after']) * 1000 });
      }
      outcomes.add(`${endpointOf(exchange)} ${String(code)}`);
    }
    for (const endpoint of ['v2/prompts', 'v3/scores', 'v2/observations', 'v2/metrics']) {
      for (const code of ['result', 'provider_auth', 'provider_bad_response', 'provider_rate_limited']) {
        expect(outcomes).toContain(`${endpoint} ${code}`);
      }
    }
  });

  test('no score with a subject is malformed', async () => {
    const asked = exchanges.filter((exchange) => isPage(exchange, 'v3/scores', 'subject'));
    expect(asked.length).toBeGreaterThan(3);
    for (const exchange of asked) {
      const judged = rowsIn(exchange).filter((row) => !/^(?:TEXT|CORRECTION)$/u.test(String(row['dataType'])));
      expect(await replay(exchange)).toMatchObject({ malformed: [], rows: judged.map(({ id }) => ({ id })) });
    }
  });

  test('generations asked for with all fields are read, unless they have no version', async () => {
    const asked = exchanges.filter((exchange) => isPage(exchange, 'v2/observations', 'prompt', 'usage', 'basic'));
    expect(asked.length).toBeGreaterThan(3);
    let read = 0;
    for (const exchange of asked) {
      const linked = rowsIn(exchange).filter((row) => row['promptName'] === promptIn(exchange));
      const readable = linked.filter((row) => row['promptVersion'] !== null);
      const page = await replay(exchange);
      expect(page).toMatchObject({ rows: readable.map(({ id, totalCost }) => ({ id, costUsd: totalCost })) });
      read += readable.length;
    }
    expect(read).toBeGreaterThan(5);
  });
});

/** The method of the port that asks what was recorded; null when none does. */
function callOf(exchange: Exchange): ((langfuse: Langfuse) => Promise<unknown>) | null {
  const window = { fromMs: 0, toMs: 4e12, cursor: null, limit: 100 };
  const [, prompt = '', version] = /v2\/prompts\/(.+?)(?:\/versions\/(.+))?$/u.exec(exchange.path) ?? [];
  const name = decodeURIComponent(prompt);
  switch (`${exchange.method} ${endpointOf(exchange)}`) {
    case 'GET v2/prompts':
      if (name === '') return (langfuse) => langfuse.promptsWithLabel('production');
      // Recorded to show that a name in a folder must be encoded, which the adapter always does.
      if (exchange.path.includes('folder/')) return null;
      return (langfuse) => readPrompt(langfuse, name, new URLSearchParams(exchange.rawQuery ?? ''));
    case 'PATCH v2/prompts':
      return /^\d+$/u.test(version ?? '')
        ? (langfuse) => langfuse.moveLabel(name, Number(version), labelIn(exchange))
        : null;
    case 'GET v3/scores':
      return (langfuse) => langfuse.listScores({ ...window, names: [] });
    case 'GET v2/observations':
      return (langfuse) => langfuse.listObservations({ ...window, prompt: promptIn(exchange) });
    case 'GET v2/metrics':
      return (langfuse) => langfuse.countByVersion({ ...window, prompt: 'support-answer' });
    default:
      return null;
  }
}

function readPrompt(langfuse: Langfuse, name: string, query: URLSearchParams): Promise<unknown> {
  const version = Number(query.get('version'));
  if (version >= 1) return langfuse.version(name, version);
  return langfuse.versionByLabel(name, query.get('label') || 'production');
}

function labelIn({ requestBody }: Exchange): string {
  const labels: unknown = isRecord(requestBody) ? requestBody['newLabels'] : undefined;
  const first: unknown = Array.isArray(labels) ? labels[0] : undefined;
  return typeof first === 'string' && /^[a-z0-9]{1,36}$/u.test(first) && first !== 'latest' ? first : 'production';
}

function endpointOf({ path }: Exchange): string {
  return /^\/api\/public\/(v2\/prompts|v3\/scores$|v2\/observations$|v2\/metrics$)/u.exec(path)?.[1] ?? '';
}

/** What may come of a recorded answer. Requests that the adapter would not have made may be answered unusably. */
function codesFor(exchange: Exchange): (ErrorCode | 'result')[] {
  switch (exchange.status) {
    case 200:
      return ['v3/scores', 'v2/observations'].includes(endpointOf(exchange))
        ? ['result']
        : ['result', 'provider_bad_response'];
    case 401:
    case 403:
      return ['provider_auth'];
    case 404:
      return exchange.method === 'GET' ? ['result'] : ['provider_not_found'];
    case 429:
      return ['provider_rate_limited'];
    case 500:
      return ['provider_unavailable'];
    default:
      return ['provider_bad_response'];
  }
}

/** True for a page of that endpoint which was asked for with these field groups. */
function isPage(exchange: Exchange, endpoint: string, ...groups: string[]): boolean {
  const fields = new URLSearchParams(exchange.rawQuery ?? '').get('fields')?.split(',') ?? [];
  return (
    endpointOf(exchange) === endpoint && exchange.status === 200 && groups.every((group) => fields.includes(group))
  );
}

function rowsIn({ responseBody }: Exchange): Record<string, unknown>[] {
  const data: unknown = isRecord(responseBody) ? responseBody['data'] : undefined;
  return Array.isArray(data) ? data.filter(isRecord) : [];
}

function promptIn(exchange: Exchange): string {
  const linked = rowsIn(exchange).find((row) => typeof row['promptName'] === 'string' && row['promptName'] !== '');
  return typeof linked?.['promptName'] === 'string' ? linked['promptName'] : 'support-answer';
}
