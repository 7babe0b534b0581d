import { createHash } from 'node:crypto';
import { memoryDocumentStore } from '../../src/adapters/local/memory-document-store';
import { memoryObjectStore } from '../../src/adapters/local/memory-object-store';
import { memoryPromptStore } from '../../src/adapters/local/memory-prompt-store';
import { memoryRequestBudget } from '../../src/adapters/local/memory-request-budget';
import { memoryAlertSender, memoryTickQueue } from '../../src/adapters/local/memory-senders';
import type { Controller, LogEvent } from '../../src/app/controller';
import { readEvidence } from '../../src/app/evidence/read-evidence';
import { readHistory } from '../../src/app/read-history';
import { tickPrompt } from '../../src/app/tick-prompt';
import { assign } from '../../src/core/assignment/assignment';
import { RampartError } from '../../src/core/errors';
import type { PromptItem } from '../../src/core/item/prompt-item';
import type { PromptStore } from '../../src/core/ports';
import { createLangfuseData } from '../../src/local/langfuse/data';
import { inMemoryLangfuse } from '../../src/local/langfuse/in-memory';
import { localSettings } from '../../src/local/replay/replay';
import { START_MS, storedOf, TICK_MS, type Seen } from '../core/rollout/fixtures';
import { HELPFUL } from '../core/policy/example-policy';

export const PROMPT = 'greeting';

/** What every call of a port passes through: a test counts it, waits in it, or lets it fail. */
export type Hook = (call: string, args: readonly unknown[]) => void | Promise<void>;

/** A whole controller in memory around one prompt, whose evidence a test states. */
export interface World {
  controller: Controller;
  data: ReturnType<typeof createLangfuseData>;
  alerts: ReturnType<typeof memoryAlertSender>;
  logs: LogEvent[];
  nowMs: number;
  /** What the evidence shows from now on. */
  seen: Seen;
  hook: Hook;
  tick(afterMs?: number): ReturnType<typeof tickPrompt>;
  item(): Promise<PromptItem>;
  production(): number | null;
  /** Kinds of alerts sent so far, in order. */
  sent(): string[];
}

/**
 * A prompt whose version 1 is in production, with further versions without a label. The reading of evidence is replaced:
 * the caller's test file has to mock `read-evidence` and `read-history`.
 */
export function newWorld(settings: Partial<Controller['settings']> = {}, versions = 6): World {
  const data = createLangfuseData();
  for (let version = 1; version <= versions; version++) {
    data.createPrompt(
      { name: PROMPT, prompt: `text ${version}`, labels: version === 1 ? ['production'] : [] },
      START_MS,
    );
  }
  const alerts = memoryAlertSender();
  const store = memoryPromptStore();
  const world: World = {
    controller: undefined as never,
    data,
    alerts,
    logs: [],
    nowMs: START_MS,
    seen: {},
    hook: () => {},
    tick: (afterMs = TICK_MS) => tickPrompt(world.controller, PROMPT, (world.nowMs += afterMs)),
    item: async () => (await world.controller.store.read(PROMPT))!,
    production: () => data.prompts.byLabel(PROMPT, 'production')?.version ?? null,
    sent: () => alerts.sent.map(({ attributes }) => attributes['alert']!),
  };
  const hook: Hook = (call, args) => world.hook(call, args);
  world.controller = {
    langfuse: hooked(
      'langfuse',
      inMemoryLangfuse(data, () => world.nowMs),
      hook,
    ),
    store: hooked('store', store, hook),
    objects: hooked('objects', memoryObjectStore(), hook),
    documents: memoryDocumentStore(),
    budget: hooked('budget', memoryRequestBudget(null), hook),
    alerts: hooked('alerts', alerts, hook),
    mail: null,
    queue: memoryTickQueue(),
    hashUnit: (unit) => unit,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    cache: undefined as never,
    settings: localSettings({ defaultPolicy: { guardrails: [HELPFUL] }, ...settings }),
    log: (event) => world.logs.push(event),
  };
  stateEvidence(world, store);
  return world;
}

export function label(world: World, version: number, name = 'candidate'): void {
  world.data.setLabel(PROMPT, version, name, world.nowMs);
}

/** Versions that anybody is served now. */
export async function served(world: World): Promise<Set<number | null>> {
  const assignment = await world.controller.store.readAssignment(PROMPT);
  if (assignment === null) return new Set();
  return new Set(Array.from({ length: 300 }, (_, unit) => assign(assignment, `user-${unit}`).version));
}

export function down(code: 'provider_unavailable' | 'bad_input' = 'provider_unavailable'): RampartError {
  return new RampartError(code, 'expected an answer, got none');
}

function stateEvidence(world: World, store: PromptStore): void {
  jest
    .mocked(readHistory)
    .mockImplementation(async () => ({ history: new Map(), unitsPerDay: new Map(), fromMs: null }));
  jest.mocked(readEvidence).mockImplementation(async (_, prompt, __, running, nowMs) => {
    await world.hook('readEvidence', [prompt]);
    const rollout = (await store.read(prompt))?.rollout;
    const lane = { lagMs: 0, doneMs: nowMs - (running?.settleMs ?? 0), window: null };
    const experiment = running === null || rollout?.id !== running.id ? null : storedOf(rollout, nowMs, world.seen);
    const manifest = { observations: [lane], scores: [lane], experiment };
    return { manifest: manifest as never, problem: null, observations: 0, scores: 0, requests: 0 };
  });
}

/** A port whose calls go through the hook first. */
function hooked<Port extends object>(name: string, port: Port, hook: Hook): Port {
  return new Proxy(port, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        await hook(`${name}.${String(key)}`, args);
        const result: unknown = await Reflect.apply(method, target, args);
        await hook(`${name}.${String(key)} done`, args);
        return result;
      };
    },
  });
}
