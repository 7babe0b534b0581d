import { makeHandler } from '../../lambdas/tick';
import { dispatchTicks } from '../../src/app/dispatch-ticks';
import { tickPrompt, type TickReport } from '../../src/app/tick-prompt';
import { DISPATCH_SUCCEEDED, TICK_SUCCEEDED } from '../../src/core/config/heartbeat';
import { RampartError } from '../../src/core/errors';
import { fakeDeps, NOW_MS } from './fake-controller';

jest.mock('../../src/app/dispatch-ticks', () => ({ dispatchTicks: jest.fn() }));
jest.mock('../../src/app/tick-prompt', () => ({ tickPrompt: jest.fn() }));

const dispatching = jest.mocked(dispatchTicks);
const ticking = jest.mocked(tickPrompt);

beforeEach(() => {
  dispatching.mockReset();
  ticking.mockReset();
});

function batch(...bodies: string[]) {
  return { Records: bodies.map((body, index) => ({ eventSource: 'aws:sqs', messageId: `m${index}`, body })) };
}

function report(prompt: string, outcome: TickReport['outcome']): TickReport {
  return { prompt, outcome, rollout: null, plan: null, comparison: null, comparing: null, read: null, problem: null };
}

describe('a schedule event', () => {
  test('dispatches the ticks, and its heart beat comes after the work', async () => {
    const { deps, controller, events } = fakeDeps();
    dispatching.mockImplementation(() => {
      expect(events()).toEqual([]);
      return Promise.resolve({ prompts: ['a/b'] });
    });
    await expect(makeHandler(deps)({ schedule: 'tick' })).resolves.toEqual({ batchItemFailures: [] });
    expect(dispatching).toHaveBeenCalledWith(controller, NOW_MS);
    expect(events()).toEqual([DISPATCH_SUCCEEDED]);
  });

  test('that fails throws on and gives no heart beat', async () => {
    const { deps, lines } = fakeDeps();
    dispatching.mockRejectedValue(new RampartError('provider_auth', 'no key', { hint: 'check the secret' }));
    await expect(makeHandler(deps)({ schedule: 'tick' })).rejects.toThrow('no key');
    expect(lines).toEqual([
      { level: 'error', event: 'dispatch_failed', error: 'no key', code: 'provider_auth', hint: 'check the secret' },
    ]);
  });
});

describe('a batch of the queue', () => {
  test('ticks the prompt of the message', async () => {
    const { deps, controller, events } = fakeDeps();
    ticking.mockResolvedValue(report('a/b', 'ticked'));
    const response = await makeHandler(deps)(batch('{"prompt":"a/b"}'));
    expect(response).toEqual({ batchItemFailures: [] });
    expect(ticking).toHaveBeenCalledWith(controller, 'a/b', NOW_MS);
    expect(events()).toEqual([TICK_SUCCEEDED]);
  });

  test('keeps the messages whose tick failed, and ticks the others', async () => {
    const { deps, lines } = fakeDeps();
    ticking.mockImplementation((_, prompt) =>
      prompt === 'bad' ? Promise.reject(new Error('boom')) : Promise.resolve(report(prompt, 'idle')),
    );
    const response = await makeHandler(deps)(batch('{"prompt":"bad"}', '{"prompt":"good"}'));
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(lines).toMatchObject([
      { level: 'error', event: 'tick_failed', prompt: 'bad', messageId: 'm0', error: 'boom', code: 'unexpected' },
      { level: 'info', event: TICK_SUCCEEDED, prompt: 'good' },
    ]);
  });

  test('a tick that lost against another writer is done, and gives no heart beat', async () => {
    const { deps, events } = fakeDeps();
    ticking.mockResolvedValue(report('a', 'conflict'));
    await expect(makeHandler(deps)(batch('{"prompt":"a"}'))).resolves.toEqual({ batchItemFailures: [] });
    expect(events()).toEqual(['tick_lost']);
  });

  test.each([['not json'], ['{}'], ['{"prompt":""}'], ['{"prompt":7}'], ['null']])(
    'keeps the message %s',
    async (body) => {
      const { deps, lines } = fakeDeps();
      await expect(makeHandler(deps)(batch(body))).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
      expect(ticking).not.toHaveBeenCalled();
      expect(lines).toMatchObject([{ level: 'error', event: 'tick_failed', code: 'bad_input' }]);
    },
  );
});

test.each([
  [{}],
  [null],
  ['tick'],
  [{ schedule: 'tock' }],
  [{ Records: [] }],
  [{ Records: [{ eventSource: 'aws:sns' }] }],
])('the event %j is refused loudly', async (event) => {
  const { deps, events } = fakeDeps();
  await expect(makeHandler(deps)(event)).rejects.toMatchObject({ code: 'bad_input' });
  expect(events()).toEqual(['event_refused']);
  expect(dispatching).not.toHaveBeenCalled();
  expect(ticking).not.toHaveBeenCalled();
});

test('a controller that cannot be made fails the invocation', async () => {
  const { deps } = fakeDeps();
  const controller = () => Promise.reject(new Error('no secret'));
  await expect(makeHandler({ ...deps, controller })({ schedule: 'tick' })).rejects.toThrow('no secret');
});
