import { remembering } from '../../lambdas/remembering';

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
