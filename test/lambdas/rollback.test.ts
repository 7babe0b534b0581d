import { makeHandler } from '../../lambdas/rollback';
import { handleAlarm } from '../../src/app/handle-alarm';
import { runCommand } from '../../src/app/run-command';
import { fakeDeps, NOW_MS } from './fake-controller';

jest.mock('../../src/app/handle-alarm', () => ({ handleAlarm: jest.fn() }));
jest.mock('../../src/app/run-command', () => ({ runCommand: jest.fn() }));

const alarming = jest.mocked(handleAlarm);
const commanding = jest.mocked(runCommand);

beforeEach(() => {
  alarming.mockReset().mockResolvedValue({} as never);
  commanding.mockReset().mockResolvedValue({} as never);
});

/** What CloudWatch publishes; fields that nobody reads are left out. */
const NOTIFICATION = {
  AlarmName: 'support-errors',
  AWSAccountId: '123456789012',
  NewStateValue: 'ALARM',
  OldStateValue: 'OK',
  StateChangeTime: '2026-11-23T09:59:30.123+0000',
};

function sns(...messages: unknown[]) {
  return {
    Records: messages.map((message) => ({
      EventSource: 'aws:sns',
      Sns: { Message: typeof message === 'string' ? message : JSON.stringify(message) },
    })),
  };
}

describe('an alarm', () => {
  test('is handled with its name, its state and the time of the change', async () => {
    const { deps, controller, events } = fakeDeps();
    await makeHandler(deps)(sns(NOTIFICATION));
    const alarm = { name: 'support-errors', state: 'ALARM', changedAtMs: Date.UTC(2026, 10, 23, 9, 59, 30, 123) };
    expect(alarming).toHaveBeenCalledWith(controller, alarm, NOW_MS);
    expect(events()).toEqual(['alarm_handled']);
  });

  test.each([
    ['+0200', 7],
    ['-0530', 14.5],
    ['Z', 9],
  ])('may have changed at another offset: %s', async (offset, hoursUtc) => {
    const { deps, controller } = fakeDeps();
    await makeHandler(deps)(sns({ ...NOTIFICATION, StateChangeTime: `2026-11-23T09:00:00.000${offset}` }));
    const changedAtMs = Date.UTC(2026, 10, 23) + hoursUtc * 3_600_000;
    expect(alarming).toHaveBeenCalledWith(controller, expect.objectContaining({ changedAtMs }), NOW_MS);
  });

  test('that cannot be handled stays for a retry', async () => {
    const { deps, events } = fakeDeps();
    alarming.mockRejectedValue(new Error('table is away'));
    await expect(makeHandler(deps)(sns(NOTIFICATION))).rejects.toThrow('table is away');
    expect(events()).toEqual(['rollback_failed']);
  });

  test.each([
    ['no JSON', 'help'],
    ['no name', { ...NOTIFICATION, AlarmName: '' }],
    ['a state that does not exist', { ...NOTIFICATION, NewStateValue: 'FINE' }],
    ['no time', { ...NOTIFICATION, StateChangeTime: undefined }],
    ['a time that is none', { ...NOTIFICATION, StateChangeTime: 'yesterday' }],
  ])('with %s is refused loudly', async (_, message) => {
    const { deps, events } = fakeDeps();
    await expect(makeHandler(deps)(sns(message))).rejects.toMatchObject({ code: 'bad_input' });
    expect(alarming).not.toHaveBeenCalled();
    expect(events()).toEqual(['rollback_failed']);
  });

  test('beside one that is not understood is not acted upon alone', async () => {
    const { deps } = fakeDeps();
    await expect(makeHandler(deps)(sns(NOTIFICATION, 'help'))).rejects.toMatchObject({ code: 'bad_input' });
    expect(alarming).not.toHaveBeenCalled();
  });
});

describe('a person', () => {
  const BY_HAND = { prompt: 'support/answer', by: 'kim', because: 'users complain' };

  test.each([
    ['what its rollout started from', {}, null],
    ['a version', { to: 7 }, 7],
  ])('rolls a prompt back to %s', async (_, more, toVersion) => {
    const { deps, controller } = fakeDeps();
    await makeHandler(deps)({ ...BY_HAND, ...more });
    expect(commanding).toHaveBeenCalledWith(controller, { kind: 'rollback', ...BY_HAND, toVersion }, NOW_MS);
  });

  test.each([
    ['nothing', {}],
    ['no reason', { ...BY_HAND, because: ' ' }],
    ['no name', { ...BY_HAND, by: undefined }],
    ['something more', { ...BY_HAND, force: true }],
    ['a version that is none', { ...BY_HAND, to: '7' }],
    ['another form', 'support/answer'],
  ])('who says %s is refused', async (_, event) => {
    const { deps } = fakeDeps();
    await expect(makeHandler(deps)(event)).rejects.toMatchObject({ code: 'bad_input' });
    expect(commanding).not.toHaveBeenCalled();
  });
});
