import * as fc from 'fast-check';
import { assign } from '../../src/core/assignment/assignment';
import { createRouter, SourceError, type Router, type RouterOptions, type RouterProblem } from '../../src/runtime';
import { atRest, CANDIDATE, PROMPT, ramping, scriptedSource, STABLE, unitsAt } from './assignments';

const { inside, outside } = unitsAt(10);
let router: Router | undefined;
let problems: RouterProblem[];

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  problems = [];
});
afterEach(async () => {
  router?.close();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

async function started(source: RouterOptions['source'], options: Partial<RouterOptions> = {}): Promise<Router> {
  router = createRouter({ source, env: {}, onProblem: (problem) => problems.push(problem), ...options });
  await jest.advanceTimersByTimeAsync(0);
  return router;
}
const resolved = (unit = inside) => router!.resolve(PROMPT, { unit });
const refreshed = () => jest.advanceTimersByTimeAsync(30_000);

describe('with a loaded document', () => {
  test('the bucket decides, and the answer says so', async () => {
    await started(scriptedSource([ramping(3, 10)]));
    expect(resolved(inside)).toEqual({
      prompt: PROMPT,
      version: CANDIDATE,
      arm: 'candidate',
      rollout: 'greeting/8/1',
      step: 0,
      percent: 10,
      epoch: 3,
      reason: 'SPLIT',
      errorCode: null,
    });
    expect(resolved(outside)).toMatchObject({
      version: STABLE,
      arm: 'stable',
      rollout: 'greeting/8/1',
      reason: 'SPLIT',
    });
  });

  test('everyone gets the stable version when nothing is being tried', async () => {
    await started(scriptedSource([atRest(1)]));
    expect(resolved()).toMatchObject({ version: STABLE, arm: 'stable', rollout: null, step: null, reason: 'STATIC' });
  });

  test('it answers as `assign` does, for any arms and units', async () => {
    const cuts = fc
      .uniqueArray(fc.integer({ min: 0, max: 10_000 }), { maxLength: 6 })
      .map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(
        cuts,
        fc.string(),
        fc.array(fc.string({ minLength: 1, unit: 'binary' })),
        async (ends, salt, units) => {
          const arms = ends.slice(1).map((to, i) => ({ name: `arm-${i}`, version: 10 + i, from: ends[i]!, to }));
          const document = atRest(1, { experiment: 'c', step: 0, salt, arms });
          await started(scriptedSource([document]));
          for (const unit of units) {
            const { version, arm } = assign(document, unit);
            expect(resolved(unit)).toMatchObject({ version, arm });
          }
          router!.close();
        },
      ),
      { numRuns: 20 },
    );
  });

  test('no version in production is the caller’s fallback, with a reason', async () => {
    await started(scriptedSource([atRest(1, { stable: null })]), { fallbacks: { [PROMPT]: 3 } });
    expect(router!.resolve(PROMPT, { unit: inside, fallback: 5 })).toMatchObject({
      version: 5,
      reason: 'DEFAULT',
      errorCode: 'NO_VERSION',
    });
    expect(resolved()).toMatchObject({ version: 3, arm: null });
  });
});

describe('before the first document', () => {
  test('the caller’s fallback is answered at once', async () => {
    const source = scriptedSource([ramping(1, 10)]);
    source.waitMs = 1000;
    await started(source);
    expect(router!.resolve(PROMPT, { unit: inside, fallback: 5 })).toMatchObject({
      version: 5,
      arm: null,
      reason: 'DEFAULT',
      errorCode: 'NOT_READY',
    });
    expect(resolved()).toMatchObject({ version: null, errorCode: 'NOT_READY' });
  });

  test('`ready` waits for it, and no longer than its time', async () => {
    const source = scriptedSource([ramping(1, 10)]);
    source.waitMs = 1000;
    await started(source);
    const early = router!.ready({ timeoutMs: 999 });
    const late = router!.ready({ timeoutMs: 1001 });
    await jest.advanceTimersByTimeAsync(1001);
    expect([await early, await late]).toEqual([false, true]);
    expect(await router!.ready({ timeoutMs: 1 })).toBe(true);
  });

  test('`ready` waits for as long as it takes when told to', async () => {
    const source = scriptedSource([ramping(1, 10)]);
    source.waitMs = 1000;
    await started(source);
    const ready = router!.ready({ timeoutMs: Infinity });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await ready).toBe(true);
  });
});

describe('what a caller may do wrong', () => {
  test.each([
    ['no context', undefined],
    ['no unit', {}],
    ['an empty unit', { unit: '' }],
    ['a number', { unit: 42 }],
    ['null', { unit: null }],
  ])('%s: the stable version, with a reason', async (_, context) => {
    await started(scriptedSource([ramping(1, 100)]));
    expect(router!.resolve(PROMPT, context as never)).toMatchObject({
      version: STABLE,
      rollout: null,
      reason: 'ERROR',
      errorCode: 'UNIT_MISSING',
    });
  });

  test.each(['unknown', '', undefined, null, 5, {}])('prompt %j: the fallback, with a reason', async (prompt) => {
    await started(scriptedSource([ramping(1, 100)]));
    expect(router!.resolve(prompt as never, { unit: inside, fallback: 2 })).toMatchObject({
      version: 2,
      reason: 'DEFAULT',
      errorCode: 'PROMPT_UNKNOWN',
    });
  });

  test('a fallback that is no version is none', async () => {
    await started(scriptedSource([]));
    expect(router!.resolve('unknown', { unit: 'u', fallback: 'latest' as never })).toMatchObject({ version: null });
  });

  test.each([2.5, 0, 'latest', undefined])('an override to %j is none', async (version) => {
    await started(scriptedSource([ramping(1, 0)]), { overrides: { [PROMPT]: { me: CANDIDATE } } });
    router!.override(PROMPT, 'me', version as never);
    expect(resolved('me')).toMatchObject({ version: STABLE, reason: 'SPLIT' });
  });

  test.each([
    [{ source: undefined }, 'source: expected a source'],
    [{ refreshMs: 5 }, 'refreshMs: expected ms from 100 to 3,600,000, got 5'],
    [{ maxAgeMs: 30_000 }, 'maxAgeMs: expected more than refreshMs, 30000, got 30000'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs: expected ms'],
    [{ fallbacks: { greeting: 0 } }, 'fallbacks["greeting"]: expected a version'],
    [{ overrides: { greeting: { me: '8' } } }, 'overrides["greeting"]["me"]: expected a version'],
    [{ langfuse: {} }, 'langfuse: expected a client of @langfuse/client 5 or langfuse 3'],
  ])('options %j are refused before anything starts', (options, message) => {
    expect(() => createRouter({ source: scriptedSource([]), ...options } as never)).toThrow(message);
    router = undefined;
  });
});

describe('refreshing', () => {
  test('a rollback is served from the next read on', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    source.documents = [atRest(2)];
    expect(resolved().version).toBe(CANDIDATE);
    await refreshed();
    expect(resolved()).toMatchObject({ version: STABLE, epoch: 2 });
    expect(source.reads).toBe(2);
  });

  test('an older epoch changes nothing and confirms nothing', async () => {
    const source = scriptedSource([atRest(5)]);
    await started(source);
    source.documents = [ramping(4, 100)];
    await refreshed();
    expect(resolved()).toMatchObject({ version: STABLE, epoch: 5, reason: 'STATIC' });
    await refreshed();
    expect(resolved()).toMatchObject({ version: STABLE, epoch: 5, reason: 'STALE' });
  });

  test('one read at a time, however slow the source is', async () => {
    const source = scriptedSource([atRest(1)]);
    await started(source, { timeoutMs: 60_000 });
    source.waitMs = 40_000;
    await jest.advanceTimersByTimeAsync(69_000);
    expect(source.reads).toBe(2);
  });

  test('a document of a prompt this app does not serve is left alone', async () => {
    await started(scriptedSource([atRest(1), { ...atRest(1), prompt: 'other' }]), { prompts: [PROMPT] });
    expect(router!.resolve('other', { unit: 'u' })).toMatchObject({ version: null, errorCode: 'PROMPT_UNKNOWN' });
  });
});

describe('when the source fails', () => {
  const failures: [string, Error, string][] = [
    ['no answer', new Error('ECONNREFUSED'), 'SOURCE_UNAVAILABLE'],
    ['nonsense', new SourceError('DOCUMENT_INVALID', 'expected JSON'), 'DOCUMENT_INVALID'],
  ];
  test.each(failures)('%s: the document is served until its age, then the stable version', async (_, failure, code) => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    source.failure = failure;
    await jest.advanceTimersByTimeAsync(59_999);
    expect(resolved()).toMatchObject({ version: CANDIDATE, reason: 'SPLIT' });
    await jest.advanceTimersByTimeAsync(1);
    expect(resolved()).toMatchObject({ version: STABLE, rollout: null, reason: 'STALE', errorCode: code });
    expect(problems[0]).toMatchObject({ code, message: failure.message });
    source.failure = null;
    await refreshed();
    expect(resolved()).toMatchObject({ version: CANDIDATE, reason: 'SPLIT', errorCode: null });
  });

  test('it is asked again soon, then more and more seldom', async () => {
    const source = scriptedSource([]);
    source.failure = new Error('down');
    await started(source);
    const at: number[] = [];
    for (let ms = 0; ms < 100_000; ms += 250) {
      if (source.reads > at.length) at.push(ms);
      await jest.advanceTimersByTimeAsync(250);
    }
    expect(at).toEqual([0, 250, 750, 1750, 3750, 7750, 15_750, 31_750, 61_750, 91_750]);
  });

  test('429: no sooner than it says, but not later than a refresh', async () => {
    const source = scriptedSource([]);
    source.failure = new SourceError('SOURCE_UNAVAILABLE', '429', { retryAfterMs: 20_000 });
    await started(source);
    await jest.advanceTimersByTimeAsync(19_999);
    expect(source.reads).toBe(1);
    source.failure = new SourceError('SOURCE_UNAVAILABLE', '429', { retryAfterMs: 3_600_000 });
    await jest.advanceTimersByTimeAsync(30_001);
    expect(source.reads).toBe(3);
  });

  test('a source that does not answer is given up, and its late answer ignored', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    source.waitMs = 15_000;
    await started(source);
    await jest.advanceTimersByTimeAsync(5000);
    expect(resolved()).toMatchObject({ version: null, errorCode: 'SOURCE_UNAVAILABLE' });
    expect(problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining('within 5000 ms') as string }),
    ]);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(resolved()).toMatchObject({ version: null, errorCode: 'SOURCE_UNAVAILABLE' });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
  ])('a listener that %s harms nobody', async (_, onProblem) => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    await started(scriptedSource([{ schema: 9 }, atRest(1)]), { onProblem });
    expect(resolved()).toMatchObject({ version: STABLE });
    jest.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    jest.useFakeTimers();
  });
});

describe('documents that cannot be used', () => {
  test.each([
    ['corrupt', { ...ramping(2, 100), arms: 'all' }],
    ['of a later schema', { ...ramping(2, 100), schema: 2 }],
  ])('%s: the other prompts are served, this one by what is known', async (_, document) => {
    const source = scriptedSource([ramping(1, 100), { ...atRest(1), prompt: 'other' }]);
    await started(source);
    source.documents = [document, { ...atRest(2, { stable: 9 }), prompt: 'other' }];
    await refreshed();
    expect(router!.resolve('other', { unit: 'u' })).toMatchObject({ version: 9 });
    expect(resolved()).toMatchObject({ version: CANDIDATE, epoch: 1 });
    await refreshed();
    expect(resolved()).toMatchObject({ version: STABLE, reason: 'STALE', errorCode: 'DOCUMENT_INVALID' });
    expect(router!.resolve('other', { unit: 'u' })).toMatchObject({ version: 9, reason: 'STATIC' });
  });

  test('as the first document: the fallback', async () => {
    await started(scriptedSource([{ ...ramping(2, 100), schema: 2 }]));
    expect(router!.resolve(PROMPT, { unit: 'u', fallback: 4 })).toMatchObject({
      version: 4,
      errorCode: 'DOCUMENT_INVALID',
    });
    expect(problems).toEqual([
      { code: 'DOCUMENT_INVALID', message: 'assignments[0].schema: expected 1, got 2', prompt: PROMPT },
    ]);
  });
});

describe('clocks', () => {
  test('when a document was written, by somebody’s clock, does not matter', async () => {
    await started(scriptedSource([{ ...ramping(1, 100), writtenAtMs: 9e15 }]));
    expect(resolved()).toMatchObject({ version: CANDIDATE });
  });

  test('set back by a day: an unconfirmed document is still given up in time', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    source.failure = new Error('down');
    jest.setSystemTime(1_000_000 - 86_400_000);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(resolved()).toMatchObject({ reason: 'STALE' });
  });

  test('set forward, or a process that was stopped: the stable version until the next read, which starts at once', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    jest.setSystemTime(1_000_000 + 600_000);
    expect(resolved()).toMatchObject({ version: STABLE, reason: 'STALE', errorCode: null });
    await jest.advanceTimersByTimeAsync(0);
    expect(resolved()).toMatchObject({ version: CANDIDATE });
    expect(source.reads).toBe(2);
  });

  test('an answer that a cache had kept is that much older', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    source.ageMs = 50_000;
    await started(source);
    source.failure = new Error('down');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(resolved()).toMatchObject({ reason: 'STALE' });
  });

  test('the deployment may allow less than the app', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    source.maxAgeMs = 40_000;
    await started(source, { maxAgeMs: 3_600_000 });
    source.failure = new Error('down');
    await jest.advanceTimersByTimeAsync(40_000);
    expect(resolved()).toMatchObject({ reason: 'STALE' });
  });
});

describe('a process that was frozen', () => {
  function frozenFor(ms: number): void {
    jest.setSystemTime(Date.now() + ms);
  }

  test('`ready` waits for the read that is overdue, also when the document is not too old yet', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    source.documents = [atRest(2)];
    source.waitMs = 50;
    frozenFor(40_000);
    const isReady = router!.ready({ timeoutMs: 200 });
    await jest.advanceTimersByTimeAsync(50);
    expect(await isReady).toBe(true);
    expect(resolved()).toMatchObject({ version: STABLE, epoch: 2 });
  });

  test('in the middle of a read: that read is given up and repeated at once', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    source.waitMs = 1000;
    await refreshed();
    source.waitMs = 0;
    frozenFor(600_000);
    await jest.advanceTimersByTimeAsync(5000);
    expect(source.reads).toBeGreaterThanOrEqual(3);
    expect(resolved()).toMatchObject({ version: CANDIDATE, reason: 'SPLIT' });
  });

  test('`ready` does not wait for a source that is down once there was a document', async () => {
    const source = scriptedSource([ramping(1, 100)]);
    await started(source);
    source.failure = new Error('down');
    await jest.advanceTimersByTimeAsync(62_000);
    expect(await router!.ready({ timeoutMs: 60_000 })).toBe(false);
    expect(resolved()).toMatchObject({ reason: 'STALE' });
  });
});

describe('a person decides', () => {
  test('the kill switch serves everyone the stable version until it is off, by option and by method', async () => {
    await started(scriptedSource([ramping(1, 100)]), { isKilled: true, overrides: { [PROMPT]: { me: 3 } } });
    expect(resolved()).toMatchObject({ version: STABLE, rollout: null, reason: 'DISABLED' });
    expect(resolved('me')).toMatchObject({ version: STABLE });
    router!.kill(false);
    expect(resolved()).toMatchObject({ version: CANDIDATE });
    router!.kill(true);
    expect(resolved()).toMatchObject({ version: STABLE });
  });

  test.each([
    ['1', STABLE],
    ['true', STABLE],
    [' TRUE ', STABLE],
    ['0', CANDIDATE],
    ['false', CANDIDATE],
    ['', CANDIDATE],
  ])('RAMPART_KILL_SWITCH=%j', async (value, version) => {
    await started(scriptedSource([ramping(1, 100)]), { env: { RAMPART_KILL_SWITCH: value } });
    expect(resolved()).toMatchObject({ version });
  });

  test('the variable is read again at each refresh, also when the source is down', async () => {
    const env: Record<string, string> = {};
    const source = scriptedSource([ramping(1, 100)]);
    await started(source, { env });
    env['RAMPART_KILL_SWITCH'] = '1';
    source.failure = new Error('down');
    await refreshed();
    expect(resolved()).toMatchObject({ version: STABLE, reason: 'DISABLED' });
  });

  test('an override is for one unit of one prompt', async () => {
    await started(scriptedSource([ramping(1, 0)]), { overrides: { [PROMPT]: { me: CANDIDATE } } });
    expect(resolved('me')).toMatchObject({
      version: CANDIDATE,
      arm: null,
      rollout: null,
      reason: 'TARGETING_MATCH',
    });
    expect(resolved('you')).toMatchObject({ version: STABLE });
    router!.override(PROMPT, 'me', null);
    router!.override(PROMPT, 'you', 3);
    expect([resolved('me').version, resolved('you').version]).toEqual([STABLE, 3]);
  });
});

test('closed, it serves what it has until that is too old', async () => {
  const source = scriptedSource([ramping(1, 100)]);
  await started(source);
  router!.close();
  await jest.advanceTimersByTimeAsync(59_999);
  expect(resolved()).toMatchObject({ version: CANDIDATE });
  await jest.advanceTimersByTimeAsync(1);
  expect(resolved()).toMatchObject({ version: STABLE, reason: 'STALE' });
  expect(source.reads).toBe(1);
});
