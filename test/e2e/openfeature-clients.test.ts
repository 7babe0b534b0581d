import { setTimeout as delay } from 'node:timers/promises';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature as Server, ProviderFatalError } from '@openfeature/server-sdk';
import { OpenFeature as Web, type Provider, ProviderEvents } from '@openfeature/web-sdk';
import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { assign } from '../../src/core/assignment/assignment';
import { createRouter, httpSource, type Router } from '../../src/runtime';
import { openFeatureProvider } from '../../src/runtime/openfeature';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { startServe, type ServedForTest } from '../cli/served';
import { sampleAssignment, sampleItem } from '../contracts/sample-item';

/* The OpenFeature clients from npm against a running `rampart serve` with a key. */

const KEY = '0123456789abcdef';
const PROMPT = 'support/answer';
const newFolder = temporaryFolders();
let folder = '';
let nowMs = 1_000_000;
let served: ServedForTest;

beforeEach(async () => {
  folder = await newFolder();
  const store = folderPromptStore({ folder });
  for (const prompt of [PROMPT, 'greeting', 'with space + ü']) await store.write(sampleItem(prompt, 1));
  served = await startServe(
    { cwd: '/nonexistent', env: { RAMPART_SERVE_KEYS: KEY }, now: () => nowMs },
    '--state',
    folder,
  );
});

afterEach(async () => {
  await Promise.all([Server.close(), Web.close()]);
  await Promise.all([Server.clearProviders(), Web.clearProviders()]);
  await served.stop();
});

/** What `assign` says, so that the answer is checked against the library and not against itself. */
function expected(prompt: string, unit: string): { version: number | null; arm: string } {
  const { version, arm } = assign(sampleAssignment(prompt), unit);
  return { version, arm };
}

/** `u` is one of them who gets the candidate, version 4. */
const users = ['u', ...Array.from({ length: 20 }, (_, index) => `user-${index}`)];

/** Everybody is given version 9. */
async function rollBack(prompt: string): Promise<void> {
  const item = sampleItem(prompt, 2);
  const assignment = { ...item.assignment, stable: 9, arms: [], experiment: null, step: null };
  await folderPromptStore({ folder }).write({ ...item, assignment });
  nowMs += 5000;
}

describe('the server-side client', () => {
  async function client(headers: [string, string][] = [['X-API-Key', KEY]]) {
    await Server.setProviderAndWait(new OFREPProvider({ baseUrl: served.url, headers }));
    return Server.getClient();
  }

  test.each([PROMPT, encodeURIComponent(PROMPT), 'greeting', 'with space + ü'])(
    'gets the version of each user of %s',
    async (key) => {
      const prompt = decodeURIComponent(key);
      const openFeature = await client();
      const arms = new Set<string>();
      for (const targetingKey of users) {
        const details = await openFeature.getObjectDetails(key, { version: 0 }, { targetingKey });
        const { version, arm } = expected(prompt, targetingKey);
        expect(details).toMatchObject({
          value: { version },
          variant: arm,
          reason: 'SPLIT',
          flagMetadata: { rollout: `${prompt}/4/1000`, step: 0, percent: 10 },
        });
        arms.add(arm);
      }
      expect(arms).toEqual(new Set(['stable', 'candidate']));
    },
  );

  test('shows its key as a bearer token too', async () => {
    const openFeature = await client([['Authorization', `Bearer ${KEY}`]]);
    expect(await openFeature.getObjectValue(PROMPT, { version: 0 }, { targetingKey: 'u' })).toEqual({ version: 4 });
  });

  test.each([
    ['an unknown prompt', 'nope', { targetingKey: 'u' }, 'FLAG_NOT_FOUND'],
    ['no unit', PROMPT, {}, 'TARGETING_KEY_MISSING'],
  ])('%s is the caller’s default with a reason', async (_, key, context, errorCode) => {
    const details = await (await client()).getObjectDetails(key, { version: 7 }, context);
    expect(details).toMatchObject({ value: { version: 7 }, reason: 'ERROR', errorCode });
    expect(details.errorMessage).toMatch(/expected/u);
  });

  test('a wrong key and an endpoint that is gone are the caller’s default', async () => {
    const stranger = await client([['X-API-Key', 'another-key-of-16']]);
    const before = await stranger.getObjectDetails(PROMPT, { version: 7 }, { targetingKey: 'u' });
    expect(before).toMatchObject({ value: { version: 7 }, reason: 'ERROR' });
    const openFeature = await client();
    await served.stop();
    const after = await openFeature.getObjectDetails(PROMPT, { version: 7 }, { targetingKey: 'u' });
    expect(after).toMatchObject({ value: { version: 7 }, reason: 'ERROR' });
  });

  test('a rollback is seen by the next request after the documents are due', async () => {
    const openFeature = await client();
    expect(await openFeature.getObjectValue(PROMPT, { version: 0 }, { targetingKey: 'u' })).toEqual({ version: 4 });
    await rollBack(PROMPT);
    const details = await openFeature.getObjectDetails(PROMPT, { version: 0 }, { targetingKey: 'u' });
    expect(details).toMatchObject({ value: { version: 9 }, reason: 'STATIC', variant: 'stable', flagMetadata: {} });
  });
});

describe('the runtime library over the endpoint', () => {
  let router: Router;
  const start = async (apiKey = KEY) => {
    router = createRouter({
      source: httpSource({ url: `${served.url}/assignments`, apiKey }),
      env: {},
      refreshMs: 100,
    });
    await Server.setProviderAndWait(openFeatureProvider(router, { readyTimeoutMs: 500 }));
    return Server.getClient();
  };

  afterEach(() => router.close());

  test('gives every user what the endpoint gives', async () => {
    const openFeature = await start();
    for (const targetingKey of users) {
      const remote = await fetch(`${served.url}/ofrep/v1/evaluate/flags/${encodeURIComponent(PROMPT)}`, {
        method: 'POST',
        headers: { 'x-api-key': KEY },
        body: JSON.stringify({ context: { targetingKey } }),
      });
      const { key: flagKey, metadata: flagMetadata, ...rest } = (await remote.json()) as Record<string, unknown>;
      const details = await openFeature.getObjectDetails(PROMPT, { version: 0 }, { targetingKey });
      expect(details).toEqual({ flagKey, flagMetadata, ...rest });
    }
  });

  test('a rollback comes with the next refresh', async () => {
    const openFeature = await start();
    const versionOf = () => openFeature.getObjectValue(PROMPT, { version: 0 }, { targetingKey: 'u' });
    expect(await versionOf()).toEqual({ version: 4 });
    await rollBack(PROMPT);
    while (((await versionOf()) as { version: number }).version === 4) await delay(10);
    expect(await versionOf()).toEqual({ version: 9 });
  });

  test('a wrong key leaves the caller its default', async () => {
    await expect(start('another-key-of-16')).rejects.toThrow('expected assignments within 500 ms, got none');
    const details = await Server.getClient().getObjectDetails(PROMPT, { version: 7 }, { targetingKey: 'u' });
    expect(details).toMatchObject({ value: { version: 7 }, reason: 'ERROR' });
  });
});

describe('the client-side client', () => {
  /** Statuses that the endpoint answered with. */
  const statuses: number[] = [];
  const watched: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    statuses.push(response.status);
    return response;
  };

  beforeEach(() => void (statuses.length = 0));

  function provider(key = KEY, pollInterval = 0): Provider {
    const headers: [string, string][] = [['X-API-Key', key]];
    return new OFREPWebProvider({
      baseUrl: served.url,
      headers,
      pollInterval,
      cacheMode: 'disabled',
      fetchImplementation: watched,
    }) as Provider;
  }

  test('gets every prompt for its user, and others when the user changes', async () => {
    await Web.setProviderAndWait(provider(), { targetingKey: 'somebody' });
    for (const targetingKey of users) {
      await Web.setContext({ targetingKey });
      for (const prompt of [PROMPT, 'greeting', 'with space + ü']) {
        const details = Web.getClient().getObjectDetails(prompt, { version: 0 });
        const { version, arm } = expected(prompt, targetingKey);
        expect(details).toMatchObject({ value: { version }, variant: arm, reason: 'SPLIT' });
      }
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('polls with its tag: 304 while nothing changes, the new version when it does', async () => {
    await Web.setProviderAndWait(provider(KEY, 20), { targetingKey: 'u' });
    while (statuses.length < 3) await delay(5);
    expect(statuses.slice(0, 3)).toEqual([200, 304, 304]);
    const changed = new Promise<unknown>((resolve) => {
      Web.addHandler(ProviderEvents.ConfigurationChanged, (event) => resolve(event?.flagsChanged));
    });
    await rollBack(PROMPT);
    expect(await changed).toEqual([PROMPT]);
    expect(Web.getClient().getObjectValue(PROMPT, { version: 0 })).toEqual({ version: 9 });
    expect(Web.getClient().getObjectValue('greeting', { version: 0 })).toEqual({ version: 4 });
  });

  test('an unknown prompt is the caller’s default with a reason', async () => {
    await Web.setProviderAndWait(provider(), { targetingKey: 'u' });
    expect(Web.getClient().getObjectDetails('nope', { version: 7 })).toMatchObject({
      value: { version: 7 },
      errorCode: 'FLAG_NOT_FOUND',
    });
  });

  test('a wrong key is fatal, and no unit is an error, when it starts', async () => {
    await expect(Web.setProviderAndWait(provider('another-key-of-16'), { targetingKey: 'u' })).rejects.toMatchObject({
      code: new ProviderFatalError().code,
    });
    await expect(Web.setProviderAndWait(provider(), {})).rejects.toThrow('status: 400');
  });
});
