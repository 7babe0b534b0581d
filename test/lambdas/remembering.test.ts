import { remembering, rememberingLast } from '../../lambdas/remembering';

function counting() {
  let nowMs = 0;
  let made = 0;
  const get = remembering(() => Promise.resolve(++made), { maxAgeMs: 1000, now: () => nowMs });
  return { get, wait: (ms: number) => (nowMs += ms) };
}

test('makes a value once for all who ask', async () => {
  const { get, wait } = counting();
  await expect(Promise.all([get(), get()])).resolves.toEqual([1, 1]);
  wait(1000);
  await expect(get()).resolves.toBe(1);
});

test('makes it again when it is too old', async () => {
  const { get, wait } = counting();
  await get();
  wait(1001);
  await expect(get()).resolves.toBe(2);
});

test('does not remember a failure', async () => {
  let calls = 0;
  const make = () => (++calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve(calls));
  const get = remembering(make, { maxAgeMs: 1000, now: () => 0 });
  await expect(get()).rejects.toThrow('away');
  await expect(get()).resolves.toBe(2);
});

test('the last value holds while it cannot be made again, and each failure is told', async () => {
  let nowMs = 0;
  let isAway = false;
  const failures: unknown[] = [];
  const make = () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(nowMs));
  const get = rememberingLast(make, { maxAgeMs: 1000, now: () => nowMs, onFailure: (error) => failures.push(error) });
  await expect(get()).resolves.toBe(0);
  isAway = true;
  nowMs = 1001;
  await expect(get()).resolves.toBe(0);
  expect(failures).toHaveLength(1);
  isAway = false;
  nowMs = 2002;
  await expect(get()).resolves.toBe(2002);
});

test('without any value a failure is a failure, and the next one who asks tries again', async () => {
  let calls = 0;
  const make = () => (++calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve(calls));
  const get = rememberingLast(make, { maxAgeMs: 1000, now: () => 0, onFailure: () => {} });
  await expect(get()).rejects.toThrow('away');
  await expect(get()).resolves.toBe(2);
});
