import { createRouter, traceAttributes, traceMetadata } from '../../src/runtime';
import { PROMPT, ramping, scriptedSource } from './assignments';

const router = createRouter({ source: scriptedSource([ramping(1, 100)]), env: {} });
afterAll(() => router.close());

test('the unit that was drawn, its rollout and its arm', async () => {
  await router.ready();
  const resolution = router.resolve(PROMPT, { unit: 'u' });
  expect(traceMetadata('u', resolution)).toEqual({
    'rampart.unit': 'u',
    'rampart.rollout': resolution.rollout,
    'rampart.arm': 'candidate',
  });
  expect(traceAttributes('u', resolution)).toHaveProperty(['langfuse.observation.metadata.rampart.unit'], 'u');
});

test.each([undefined, null, '', 42, {}])('unit %j: nothing about a unit, and no exception', async (given) => {
  await router.ready();
  const unit = given as never;
  const resolution = router.resolve(PROMPT, { unit });
  expect(traceMetadata(unit, resolution)).toEqual({ 'rampart.arm': 'stable' });
  expect(traceAttributes(unit, resolution)).toEqual({ 'langfuse.observation.metadata.rampart.arm': 'stable' });
});
