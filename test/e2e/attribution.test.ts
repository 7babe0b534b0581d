import { LangfuseClient } from '@langfuse/client';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider, startObservation } from '@langfuse/tracing';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Langfuse } from 'langfuse';
import { createLangfuse } from '../../src/adapters/langfuse/create-langfuse';
import { assign } from '../../src/core/assignment/assignment';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { createRouter, traceAttributes, traceMetadata } from '../../src/runtime';
import { PROMPT, ramping, scriptedSource } from '../runtime/assignments';
import { startIngestionServer } from './ingestion-server';

/*
 * An app with the real SDKs serves users by the runtime library; what the controller's adapter then reads from Langfuse
 * names each user and the version that the assignment gave that user.
 */

const ASSIGNMENT = ramping(1, 50);
/** Ordinary ids, and ids that Langfuse would turn into numbers, cut at a quote, or mistake for nothing. */
const USERS = ['user-1', 'user-2', '42', '1234567890123456789', '1e3', 'true', 'Zoë 👩‍🚀', '"quoted"', 'unit:7', 'null'];
const closers: (() => unknown)[] = [];
let standIn: StandIn;

beforeEach(async () => {
  standIn = await startLangfuseStandIn({ nowMs: Date.now });
  closers.push(() => standIn.close());
  for (let version = 1; version <= 8; version++) {
    standIn.data.createPrompt({ name: PROMPT, prompt: `Hello {{name}} from ${version}` }, 1000);
  }
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Unit and version of each generation, as the controller reads them. */
async function attributed(): Promise<(readonly [string | null, number])[]> {
  const { baseUrl, publicKey, secretKey } = standIn;
  const langfuse = createLangfuse({ baseUrl, publicKey, secretKey, timeoutMs: 5000 });
  const nowMs = Date.now();
  const window = { prompt: PROMPT, fromMs: nowMs - 60_000, toMs: nowMs + 60_000, cursor: null, limit: 100 };
  const { rows, malformed } = await langfuse.listObservations(window);
  expect(malformed).toEqual([]);
  return rows.map(({ userId, version }) => [userId, version] as const);
}
const expected = () => USERS.map((user) => [user, assign(ASSIGNMENT, user).version] as const);
const inOrder = (rows: readonly (readonly [string | null, number | null])[]) =>
  rows.map((row) => JSON.stringify(row)).sort();

test.each(['metadata', 'attributes'] as const)('@langfuse/client 5 over OpenTelemetry, by %s', async (way) => {
  const { baseUrl, publicKey, secretKey } = standIn;
  const processor = new LangfuseSpanProcessor({ baseUrl, publicKey, secretKey });
  setLangfuseTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  closers.push(() => processor.shutdown());
  const router = createRouter({
    source: scriptedSource([ASSIGNMENT]),
    langfuse: new LangfuseClient({ baseUrl, publicKey, secretKey }),
  });
  closers.push(() => router.close());
  await router.ready();
  for (const unit of USERS) {
    const { resolution, prompt } = router.serve(PROMPT, { unit });
    const generation = startObservation(
      'answer',
      {
        input: prompt!.compile({ name: unit }),
        prompt: prompt!,
        ...(way === 'metadata' ? { metadata: traceMetadata(unit, resolution) } : {}),
      },
      { asType: 'generation' },
    );
    if (way === 'attributes') generation.otelSpan.setAttributes(traceAttributes(unit, resolution));
    generation.end();
  }
  await processor.forceFlush();
  expect(inOrder(await attributed())).toEqual(inOrder(expected()));
});

test('langfuse 3 over /ingestion', async () => {
  const server = await startIngestionServer(standIn);
  closers.push(() => server.close());
  const { publicKey, secretKey } = standIn;
  const langfuse = new Langfuse({ baseUrl: server.baseUrl, publicKey, secretKey, flushAt: 100 });
  const router = createRouter({ source: scriptedSource([ASSIGNMENT]), langfuse });
  closers.push(() => router.close());
  await router.ready();
  for (const unit of USERS) {
    const { resolution, prompt } = router.serve(PROMPT, { unit });
    langfuse
      .trace({ name: 'request' })
      .generation({ name: 'answer', prompt: prompt!, metadata: traceMetadata(unit, resolution) })
      .end();
  }
  await langfuse.shutdownAsync();
  expect(inOrder(await attributed())).toEqual(inOrder(expected()));
});
