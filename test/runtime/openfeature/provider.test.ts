import { OpenFeature, ProviderStatus } from '@openfeature/server-sdk';
import { createRouter, type Router, SourceError } from '../../../src/runtime';
import { openFeatureProvider } from '../../../src/runtime/openfeature';
import { atRest, CANDIDATE, PROMPT, ramping, scriptedSource, STABLE, unitsAt } from '../assignments';

/* The provider in the real server SDK. */

const { inside, outside } = unitsAt(10);
const MINE = { version: 1 };
let router: Router;

afterEach(async () => {
  router.close();
  await OpenFeature.close();
  await OpenFeature.clearProviders();
});

async function client(source: ReturnType<typeof scriptedSource>, options: { isKilled?: boolean } = {}) {
  router = createRouter({ source, env: {}, ...options });
  await OpenFeature.setProviderAndWait(openFeatureProvider(router));
  return OpenFeature.getClient();
}

test('gives each unit its version, arm, and what is being tried', async () => {
  const openFeature = await client(scriptedSource([ramping(3, 10)]));
  expect(await openFeature.getObjectDetails(PROMPT, MINE, { targetingKey: inside })).toEqual({
    flagKey: PROMPT,
    value: { version: CANDIDATE },
    variant: 'candidate',
    reason: 'SPLIT',
    flagMetadata: { rollout: `${PROMPT}/${CANDIDATE}/1`, step: 0, percent: 10 },
  });
  expect(await openFeature.getObjectDetails(PROMPT, MINE, { targetingKey: outside })).toMatchObject({
    value: { version: STABLE },
    variant: 'stable',
    reason: 'SPLIT',
  });
});

test('nothing being tried, and the kill switch, are the stable version with a reason', async () => {
  const openFeature = await client(scriptedSource([atRest(1)]));
  const asked = () => openFeature.getObjectDetails(PROMPT, MINE, { targetingKey: inside });
  expect(await asked()).toMatchObject({ value: { version: STABLE }, reason: 'STATIC', flagMetadata: {} });
  router.kill(true);
  expect(await asked()).toMatchObject({ value: { version: STABLE }, reason: 'DISABLED' });
});

test('a tester’s override is a targeting match', async () => {
  const openFeature = await client(scriptedSource([ramping(1, 10)]));
  router.override(PROMPT, outside, CANDIDATE);
  const details = await openFeature.getObjectDetails(PROMPT, MINE, { targetingKey: outside });
  expect(details).toMatchObject({ value: { version: CANDIDATE }, reason: 'TARGETING_MATCH' });
});

test.each([
  ['an unknown prompt', 'nope', { targetingKey: inside }, 'FLAG_NOT_FOUND'],
  ['no unit', PROMPT, {}, 'TARGETING_KEY_MISSING'],
])('%s is the caller’s default with OpenFeature’s code', async (_, key, context, errorCode) => {
  const openFeature = await client(scriptedSource([ramping(1, 10)]));
  expect(await openFeature.getObjectDetails(key, MINE, context)).toMatchObject({
    value: MINE,
    reason: 'ERROR',
    errorCode,
  });
});

test('no version in production is the caller’s default', async () => {
  const openFeature = await client(scriptedSource([atRest(1, { stable: null })]));
  const details = await openFeature.getObjectDetails(PROMPT, MINE, { targetingKey: inside });
  expect(details).toMatchObject({ value: MINE, errorCode: 'FLAG_NOT_FOUND' });
});

test('another type than an object is a mismatch', async () => {
  const openFeature = await client(scriptedSource([ramping(1, 10)]));
  const context = { targetingKey: inside };
  expect(await openFeature.getNumberDetails(PROMPT, 7, context)).toMatchObject({
    value: 7,
    errorCode: 'TYPE_MISMATCH',
  });
  expect(await openFeature.getStringDetails(PROMPT, '', context)).toMatchObject({ errorCode: 'TYPE_MISMATCH' });
  expect(await openFeature.getBooleanDetails(PROMPT, true, context)).toMatchObject({ errorCode: 'TYPE_MISMATCH' });
});

test('without assignments in time it starts with an error, answers defaults, and the right version later', async () => {
  const source = scriptedSource([ramping(1, 10)]);
  source.failure = new SourceError('SOURCE_UNAVAILABLE', 'away');
  router = createRouter({ source, env: {}, refreshMs: 100, maxAgeMs: 60_000 });
  const provider = openFeatureProvider(router, { readyTimeoutMs: 20 });
  await expect(OpenFeature.setProviderAndWait(provider)).rejects.toThrow('expected assignments within 20 ms, got none');
  const openFeature = OpenFeature.getClient();
  expect(openFeature.providerStatus).toBe(ProviderStatus.ERROR);
  const asked = () => openFeature.getObjectDetails(PROMPT, MINE, { targetingKey: inside });
  expect(await asked()).toMatchObject({ value: MINE, reason: 'ERROR' });
  source.failure = null;
  expect(await router.ready()).toBe(true);
  expect(await asked()).toMatchObject({ value: { version: CANDIDATE }, variant: 'candidate' });
});
