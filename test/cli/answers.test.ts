import { RampartError } from '../../src/core/errors';
import { errorFacts, exitCodeOf } from '../../src/cli/problem';
import { answerOf, parseRequest, readAnswer } from '../../src/cli/request';

async function overTheWire(work: () => Promise<never>): Promise<unknown> {
  const answer: unknown = JSON.parse(JSON.stringify(await answerOf(work, errorFacts)));
  try {
    return readAnswer(answer);
  } catch (error) {
    return error;
  }
}

test('an error of the owner is the same error for who asked', async () => {
  const refused = new RampartError('refused', 'the rollout is not paused', { hint: 'see: rampart status' });
  const error = await overTheWire(() => Promise.reject(refused));
  expect(error).toMatchObject({ code: 'refused', message: refused.message, hint: refused.hint });
  expect(exitCodeOf(error)).toBe(1);
});

test('an error that nobody foresaw fails the command too', async () => {
  expect(exitCodeOf(await overTheWire(() => Promise.reject(new TypeError('x is not a function'))))).toBe(1);
});

test.each([
  [{ kind: 'command', command: { kind: 'pause', prompt: 'p', by: 'ada', because: 'x', also: 'this' } }],
  [{ kind: 'command', command: { kind: 'release', prompt: 'p', by: 'ada', because: 'x', version: 0 } }],
  [{ kind: 'command', command: { kind: 'explode', prompt: 'p', by: 'ada', because: 'x' } }],
  [null],
])('%j is no request', (value) => {
  expect(() => parseRequest(value)).toThrow('request: expected a command, a comparison or a report');
});

test('what is no answer is an error', () => {
  expect(() => readAnswer({ ok: true, result: {} })).toThrow('answer: expected a result or an error');
});
