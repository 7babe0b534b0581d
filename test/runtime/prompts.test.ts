import { LangfuseClient } from '@langfuse/client';
import { Langfuse } from 'langfuse';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { createRouter, type Router, type RouterOptions, type RouterProblem } from '../../src/runtime';
import { atRest, CANDIDATE, PROMPT, ramping, scriptedSource, STABLE } from './assignments';
import { until } from './sources/reading';

/*
 * Both real packages against the stand-in over HTTP. Eight versions of one prompt: 7 is stable, 8 the candidate.
 */

const REFRESH_MS = 100;
let standIn: StandIn;
let router: Router<LangfuseClient>;
let problems: RouterProblem[];
const asked: number[] = [];

beforeEach(async () => {
  standIn = await startLangfuseStandIn({ nowMs: () => 1_000_000 });
  for (let version = 1; version <= CANDIDATE; version++) {
    standIn.data.createPrompt({ name: PROMPT, prompt: `Hello {{name}}, I am ${version}` }, 1000);
  }
  problems = [];
  asked.length = 0;
  // Both SDKs print what fails.
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(async () => {
  router?.close();
  await standIn.close();
  jest.restoreAllMocks();
});

const clients = {
  '@langfuse/client 5': ({ baseUrl, publicKey, secretKey }: StandIn) =>
    new LangfuseClient({ baseUrl, publicKey, secretKey }),
  'langfuse 3': ({ baseUrl, publicKey, secretKey }: StandIn) =>
    // The same calls as far as the router goes; the tests below look at what both have in common.
    new Langfuse({ baseUrl, publicKey, secretKey, enabled: false }) as unknown as LangfuseClient,
};

describe.each(Object.entries(clients))('%s', (_, clientOf) => {
  async function started(
    source: ReturnType<typeof scriptedSource>,
    options: Partial<RouterOptions<LangfuseClient>> = {},
    readyMs = 10_000,
  ): Promise<void> {
    router = createRouter({
      source,
      langfuse: clientOf(standIn),
      refreshMs: REFRESH_MS,
      maxAgeMs: 60_000,
      onProblem: (problem) => problems.push(problem),
      ...options,
    });
    await router.ready({ timeoutMs: readyMs });
  }
  const served = (unit = 'u') => router.serve(PROMPT, { unit });
  const takeDown = (): void =>
    standIn.data.faults.next({ path: /\/prompts\//u, times: 1000 }, { kind: 'status', status: 500 });

  test('the SDK’s own object of the version: it compiles, and it names the version for linking', async () => {
    await started(scriptedSource([ramping(1, 100)]));
    const prompt = router.getPrompt(PROMPT, { unit: 'u' });
    expect(prompt).toMatchObject({ name: PROMPT, version: CANDIDATE, isFallback: false });
    expect(prompt?.compile({ name: 'Zoë' })).toBe('Hello Zoë, I am 8');
    expect(served()).toMatchObject({ resolution: { version: CANDIDATE, reason: 'SPLIT' }, prompt });
  });

  test('objects are kept by the router: what is in Langfuse afterwards does not matter', async () => {
    await started(scriptedSource([ramping(1, 100)]));
    const before = served().prompt;
    standIn.data.prompts.remove(PROMPT, {}, 2000);
    takeDown();
    await new Promise((resolve) => setTimeout(resolve, 3 * REFRESH_MS));
    expect(served().prompt).toBe(before);
  });

  test('a new document takes effect when all its versions are held, and the stable version is served until then', async () => {
    const source = scriptedSource([atRest(1)]);
    await started(source);
    expect(served()).toMatchObject({ resolution: { version: STABLE, epoch: 1 }, prompt: { version: STABLE } });
    standIn.data.faults.next({ path: /\/prompts\//u }, { kind: 'delay', delayMs: 400 });
    source.documents = [ramping(2, 100)];
    const reads = source.reads;
    await until(() => source.reads > reads + 1);
    expect(served()).toMatchObject({
      resolution: { version: STABLE, arm: 'stable', rollout: null, reason: 'STATIC' },
      prompt: { version: STABLE },
    });
    await until(() => served().resolution.version === CANDIDATE);
    expect(served().prompt).toMatchObject({ version: CANDIDATE });
  });

  test('a rollback takes effect with the next read, also while Langfuse is down', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    takeDown();
    source.documents = [atRest(2)];
    await until(() => served().resolution.epoch === 2);
    expect(served()).toMatchObject({ resolution: { version: STABLE, errorCode: null }, prompt: { version: STABLE } });
    expect(problems).toEqual([]);
  });

  test('a candidate that replaces another: nobody gets the old one while the new one is fetched', async () => {
    standIn.data.createPrompt({ name: PROMPT, prompt: 'the ninth' }, 1000);
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    standIn.data.faults.next({ path: /\/prompts\//u }, { kind: 'delay', delayMs: 300 });
    source.documents = [ramping(2, 100, 9)];
    const versions = new Set<number | null>();
    await until(() => {
      versions.add(served().resolution.version);
      return versions.has(9);
    });
    expect([...versions]).toEqual([CANDIDATE, STABLE, 9]);
  });

  test('production moved elsewhere: the old stable version is served until the new one is held', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    standIn.data.faults.next({ path: /\/prompts\//u }, { kind: 'delay', delayMs: 300 });
    source.documents = [atRest(2, { stable: 3 })];
    const versions = new Set<number | null>();
    await until(() => {
      versions.add(served().prompt?.version ?? null);
      return versions.has(3);
    });
    expect([...versions]).toEqual([CANDIDATE, STABLE, 3]);
  });

  test('a candidate that was deleted in Langfuse: the stable version, with a reason', async () => {
    standIn.data.prompts.remove(PROMPT, { version: CANDIDATE }, 2000);
    await started(scriptedSource([ramping(1, 100)]));
    expect(served()).toMatchObject({
      resolution: { version: STABLE, rollout: null, reason: 'ERROR', errorCode: 'VERSION_UNAVAILABLE' },
      prompt: { version: STABLE },
    });
    expect(problems[0]).toMatchObject({ code: 'VERSION_UNAVAILABLE', prompt: PROMPT });
    expect(problems[0]!.message).toContain('prompt "greeting", version 8: ');
  });

  test.each([
    ['500', { kind: 'status', status: 500 } as const],
    ['429', { kind: 'rate_limited', retryAfterSeconds: 1 } as const],
    ['a lost connection', { kind: 'dropped' } as const],
    ['a page', { kind: 'html', status: 502 } as const],
  ])(
    '%s from Langfuse at the start: the number, no object, the reason; the object as soon as it is there',
    async (__, fault) => {
      standIn.data.faults.next({ path: /\/prompts\//u, times: 3 }, fault);
      await started(scriptedSource([atRest(1)]));
      expect(served()).toEqual({
        resolution: expect.objectContaining({
          version: STABLE,
          reason: 'ERROR',
          errorCode: 'VERSION_UNAVAILABLE',
        }) as object,
        prompt: null,
      });
      expect(router.getPrompt(PROMPT, { unit: 'u', fallbackPrompt: 'Hello' })).toBe('Hello');
      await until(() => served().prompt !== null);
      expect(served().resolution).toMatchObject({ version: STABLE, reason: 'STATIC', errorCode: null });
    },
  );

  test('a Langfuse that takes 15 s: each attempt ends in time, and no request waits', async () => {
    standIn.data.faults.next({ path: /\/prompts\//u, times: 1000 }, { kind: 'delay', delayMs: 15_000 });
    await started(scriptedSource([atRest(1)]), { timeoutMs: 100 });
    expect(served()).toMatchObject({ resolution: { version: STABLE, errorCode: 'VERSION_UNAVAILABLE' }, prompt: null });
  });

  test('the caller’s fallbacks have their objects too, before any document', async () => {
    const source = scriptedSource([]);
    source.failure = new Error('down');
    await started(source, { fallbacks: { [PROMPT]: 3 } }, 1);
    await until(() => served().prompt !== null);
    expect(served()).toMatchObject({
      resolution: { version: 3, reason: 'DEFAULT', errorCode: 'SOURCE_UNAVAILABLE' },
      prompt: { version: 3 },
    });
    expect(router.getPrompt(PROMPT, { unit: 'u', fallback: 2 })).toBeNull();
    await until(() => router.getPrompt(PROMPT, { unit: 'u', fallback: 2 }) !== null);
    expect(router.getPrompt(PROMPT, { unit: 'u', fallback: 2 })).toMatchObject({ version: 2 });
  });

  test('a tester gets the override’s object; while it cannot be had, what everyone gets', async () => {
    await started(scriptedSource([atRest(1)]), { overrides: { [PROMPT]: { me: 2, you: 99 } } });
    expect(served('me')).toMatchObject({ resolution: { reason: 'TARGETING_MATCH' }, prompt: { version: 2 } });
    expect(served('you')).toMatchObject({ resolution: { reason: 'STATIC' }, prompt: { version: STABLE } });
  });

  test('chat prompts come as chat prompts, and folders in names are fine', async () => {
    const name = 'team/chat';
    standIn.data.createPrompt({ name, type: 'chat', prompt: [{ role: 'system', content: 'Be {{how}}' }] }, 1000);
    await started(scriptedSource([atRest(1, { prompt: name, stable: 1 })]));
    const prompt = router.getPrompt(name, { unit: 'u', type: 'chat' });
    expect(prompt?.compile({ how: 'kind' })).toEqual([expect.objectContaining({ role: 'system', content: 'Be kind' })]);
  });
});

test('without a client only the version is told', async () => {
  const bare = createRouter({ source: scriptedSource([ramping(1, 100)]) });
  await bare.ready();
  expect(bare.serve(PROMPT, { unit: 'u' })).toMatchObject({ resolution: { version: CANDIDATE }, prompt: null });
  expect(bare.getPrompt(PROMPT, { unit: 'u' })).toBeNull();
  bare.close();
});

test('each version is fetched once, however many units, reads and routers’ refreshes there are', async () => {
  let fetches = 0;
  const client = clients['@langfuse/client 5'](standIn);
  const get = client.prompt.get.bind(client.prompt);
  jest.spyOn(client.prompt, 'get').mockImplementation((...given) => {
    fetches++;
    return get(...given);
  });
  const source = scriptedSource([ramping(1, 50)]);
  router = createRouter({ source, langfuse: client, refreshMs: REFRESH_MS, maxAgeMs: 60_000 });
  await router.ready();
  for (let i = 0; i < 1000; i++) router.getPrompt(PROMPT, { unit: `user-${i}` });
  await until(() => source.reads > 4);
  expect(fetches).toBe(2);
});
