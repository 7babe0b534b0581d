import { createHash } from 'node:crypto';
import { memoryDocumentStore } from '../../../src/adapters/local/memory-document-store';
import { memoryObjectStore } from '../../../src/adapters/local/memory-object-store';
import { memoryPromptStore } from '../../../src/adapters/local/memory-prompt-store';
import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import { memoryAlertSender, memoryMailSender, memoryTickQueue } from '../../../src/adapters/local/memory-senders';
import type { Controller, LogEvent, Settings } from '../../../src/app/controller';
import { pageCache } from '../../../src/app/evidence/page-cache';
import type { Manifest } from '../../../src/core/evidence/manifest';
import type { PromptItem } from '../../../src/core/item/prompt-item';
import type { Langfuse } from '../../../src/core/ports';
import { dayPages, sampleItem, type Hour } from '../../core/report/sample';

/** The part of a manifest that reports read. */
type ReadPart = Pick<Manifest, 'schema' | 'prompt' | 'observations' | 'scores' | 'days'>;

/** A controller on memory adapters whose Langfuse must not be asked. */
export interface TestController extends Controller {
  sentAlerts: ReturnType<typeof memoryAlertSender>['sent'];
  sentMails: ReturnType<typeof memoryMailSender>['sent'];
  logged: LogEvent[];
}

export function testController(settings: Partial<Settings> = {}): TestController {
  const alerts = memoryAlertSender();
  const mail = memoryMailSender();
  const logged: LogEvent[] = [];
  const langfuse = new Proxy({} as Langfuse, {
    get: (_, call) =>
      call === 'countByPrompt'
        ? async () => new Map()
        : () => Promise.reject(new Error(`a report must not ask Langfuse: ${String(call)}`)),
  });
  return {
    langfuse,
    store: memoryPromptStore({ pageSize: 2 }),
    objects: memoryObjectStore(),
    documents: memoryDocumentStore(),
    budget: memoryRequestBudget(null),
    alerts,
    mail,
    queue: memoryTickQueue(),
    hashUnit: (unit) => unit,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    cache: pageCache(1e6),
    settings: {
      deployment: 'acme',
      candidateLabel: 'candidate',
      defaultPolicy: {},
      promptPolicies: {},
      bounds: null,
      alarms: {},
      tickEveryMs: 900_000,
      idleReadEveryMs: 3_600_000,
      maxPagesPerTick: { observations: 1, scores: 1, lookups: 1 },
      assignmentMaxAgeMs: 60_000,
      verifyDeadlineMs: 3_600_000,
      timeZone: 'UTC',
      ...settings,
    },
    log: (event) => logged.push(event),
    sentAlerts: alerts.sent,
    sentMails: mail.sent,
    logged,
  };
}

/** Stores a prompt with hand-made hours, read up to a time. */
export async function putPrompt(
  { objects, store }: Pick<Controller, 'objects' | 'store'>,
  prompt: string,
  hours: readonly Hour[],
  options: { readTo?: string; item?: Partial<PromptItem> } = {},
): Promise<void> {
  const days: Manifest['days'] = [];
  for (const [dayMs, page] of [...dayPages(hours)].sort(([a], [b]) => a - b)) {
    const bytes = new TextEncoder().encode(JSON.stringify(page));
    days.push([dayMs, [await objects.put('snapshot', bytes), 0, bytes.length]]);
  }
  const doneMs = Date.parse(options.readTo ?? '2026-11-23T06:00:00Z');
  const lanes = [{ lagMs: 0, doneMs, window: null }];
  const manifest: ReadPart = { schema: 1, prompt, observations: lanes, scores: lanes, days };
  const name = await objects.put('manifest', new TextEncoder().encode(JSON.stringify(manifest)));
  await store.write(sampleItem(prompt, { manifest: name, ...options.item }));
}
