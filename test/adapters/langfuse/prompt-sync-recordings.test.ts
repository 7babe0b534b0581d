import { isRecord } from '../../../src/adapters/langfuse/json';
import { createPromptSync } from '../../../src/adapters/langfuse/prompt-sync';
import { RampartError } from '../../../src/core/errors';
import type { PromptSync } from '../../../src/core/ports';
import type { TestServer } from './http-server';
import { describeRecorded, recordedExchanges, startRecordedServer, type Exchange } from './recorded-server';

/* Answers recorded from a real server, given to the sync one by one. RAMPART_EXCHANGES names the file. */

const exchanges = recordedExchanges().filter((exchange) => callOf(exchange) !== null);

describeRecorded('recorded answers (RAMPART_EXCHANGES names the file)', () => {
  let current: Exchange;
  let server: TestServer;
  let sync: PromptSync;

  beforeAll(async () => {
    server = await startRecordedServer(() => current);
    sync = createPromptSync({ baseUrl: server.baseUrl, publicKey: 'pk', secretKey: 'sk', timeoutMs: 5000 });
  });
  afterAll(() => server.close());

  test('every answer becomes a result or the right error', async () => {
    const seen = new Set<string>();
    for (const exchange of exchanges) {
      current = exchange;
      const outcome: unknown = await callOf(exchange)!(sync).catch((error: unknown) => error);
      const code = outcome instanceof RampartError ? outcome.code : outcome instanceof Error ? outcome : 'result';
      expect({ exchange, right: expectedOf(exchange).includes(String(code)) }).toEqual({ exchange, right: true });
      seen.add(`${exchange.method} ${String(code)}`);
    }
    for (const kind of ['GET result', 'POST result', 'POST provider_bad_response', 'GET provider_auth']) {
      expect(seen).toContain(kind);
    }
  });

  test('what was created is read as it was written', async () => {
    let read = 0;
    for (const exchange of exchanges.filter(({ method, status }) => method === 'POST' && status === 201)) {
      current = exchange;
      const { body, config } = newVersion(exchange);
      const made = await sync.createVersion(newVersion(exchange));
      expect(made).toMatchObject({ body, config: config ?? {} });
      read += 1;
    }
    expect(read).toBeGreaterThan(3);
  });
});

/** The method of the port that sends what was recorded; null when none does. */
function callOf(exchange: Exchange): ((sync: PromptSync) => Promise<unknown>) | null {
  const [, found, name = ''] = /^\/api\/public\/v2\/prompts(\/(.+?))?(\/versions\/.*)?$/u.exec(exchange.path) ?? [];
  const isList = exchange.path.endsWith('/v2/prompts');
  if (!isList && (found === undefined || exchange.path.includes('folder/'))) return null;
  const prompt = decodeURIComponent(name);
  if (exchange.method === 'POST' && isList && isRecord(exchange.requestBody) && 'prompt' in exchange.requestBody) {
    return (sync) => sync.createVersion(newVersion(exchange));
  }
  if (exchange.method !== 'GET') return null;
  if (isList) return (sync) => sync.listPrompt('support-answer');
  const { version, label } = exchange.query ?? {};
  if (Number(version) >= 1) return (sync) => sync.wholeVersion(prompt, Number(version));
  return (sync) => sync.wholeVersionByLabel(prompt, String(label ?? 'production') || 'production');
}

/** The recorded request as a version to be made; without the labels that a sync refuses to send. */
function newVersion({ requestBody }: Exchange) {
  const body = requestBody as Record<string, unknown>;
  const labels = (body['labels'] as string[] | undefined) ?? [];
  const written = body['prompt'];
  return {
    prompt: String(body['name']),
    body:
      body['type'] === 'chat'
        ? { type: 'chat' as const, messages: written as { role: string; content: string }[] }
        : { type: 'text' as const, text: String(written) },
    config: body['config'] ?? {},
    labels: labels.filter((label) => label !== 'production' && label !== 'latest'),
    tags: null,
    commitMessage: (body['commitMessage'] as string | undefined) ?? '',
  };
}

/** A recorded answer to a request that the sync would not have made may be unusable (the wrong label, version 0). */
function expectedOf({ method, status }: Exchange): string[] {
  if (status === 200) return ['result', 'provider_bad_response'];
  if (status === 201) return ['result'];
  if (status === 404) return method === 'GET' ? ['result'] : ['provider_not_found'];
  if (status === 401 || status === 403) return ['provider_auth'];
  if (status === 429) return ['provider_rate_limited'];
  if (status === 500) return ['provider_unavailable'];
  return ['provider_bad_response', 'bad_input'];
}
