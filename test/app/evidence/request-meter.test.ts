import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import { requestMeter } from '../../../src/app/request-meter';
import { RampartError } from '../../../src/core/errors';

const answer = async (): Promise<number> => 1;

test('takes no more than an eighth ahead of what was used, and says when the budget is used up', async () => {
  const budget = memoryRequestBudget({ perMinute: 60, burst: 100 });
  const meter = requestMeter(budget, 'read', 0);
  for (let i = 0; i < 64; i++) await meter.ask(answer);
  expect(meter.used()).toBe(64);
  const left = (await budget.take(100, 'read', 0)).granted;
  expect(90 - left).toBeGreaterThanOrEqual(64);
  expect(90 - left).toBeLessThanOrEqual(72);
  await expect(requestMeter(budget, 'read', 0).ask(answer)).rejects.toMatchObject({ code: 'budget_exhausted' });
});

test('a 429 blocks the whole budget until the time it names, or a minute', async () => {
  for (const [retryAfterMs, untilMs] of [
    [5000, 5000],
    [null, 60_000],
  ] as const) {
    const budget = memoryRequestBudget(null);
    const limited = new RampartError('provider_rate_limited', '429', { retryAfterMs });
    const meter = requestMeter(budget, 'read', 0);
    await expect(meter.ask(async () => Promise.reject(limited))).rejects.toBe(limited);
    expect(await budget.take(1, 'label', 0)).toEqual({ granted: 0, retryAtMs: untilMs });
    await expect(meter.ask(answer)).rejects.toMatchObject({ code: 'budget_exhausted' });
  }
});

test('two requests at once lose nothing of what was taken', async () => {
  const budget = memoryRequestBudget({ perMinute: 60, burst: 100 });
  const meter = requestMeter(budget, 'read', 0);
  const ask = (): Promise<string> => meter.ask(async () => 'answer');
  for (let i = 0; i < 8; i++) await ask();
  await Promise.all([ask(), ask()]);
  for (let i = 0; i < 2; i++) await ask();
  expect(meter.used()).toBe(12);
  expect((await budget.take(100, 'label', 0)).granted).toBe(88);
});
