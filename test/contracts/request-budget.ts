import type { RequestBudget } from '../../src/core/ports';
import type { BudgetLimits } from '../../src/adapters/aws/token-bucket';

const LIMITS = { perMinute: 60, burst: 20 };
const NOW = 1_000_000;

/**
 * What every request budget must do.
 * @param make a new, full budget under these limits; null = no limit
 */
export function requestBudgetContract(name: string, make: (limits: BudgetLimits) => Promise<RequestBudget>): void {
  describe(`${name}: request budget`, () => {
    test('grants what is there and keeps a tenth for labels', async () => {
      const budget = await make(LIMITS);
      expect(await budget.take(10, 'read', NOW)).toEqual({ granted: 10, retryAtMs: NOW });
      expect(await budget.take(10, 'read', NOW)).toEqual({ granted: 8, retryAtMs: NOW + 2000 });
      expect(await budget.take(1, 'read', NOW)).toEqual({ granted: 0, retryAtMs: NOW + 1000 });
      expect(await budget.take(5, 'label', NOW)).toEqual({ granted: 2, retryAtMs: NOW + 3000 });
      expect(await budget.take(1, 'label', NOW)).toEqual({ granted: 0, retryAtMs: NOW + 1000 });
    });

    test('fills up by the minute, up to the burst', async () => {
      const budget = await make(LIMITS);
      await budget.take(20, 'label', NOW);
      expect((await budget.take(20, 'label', NOW + 5000)).granted).toBe(5);
      expect((await budget.take(99, 'label', NOW + 600_000)).granted).toBe(20);
    });

    test('granting is possible at the time it named', async () => {
      const budget = await make(LIMITS);
      await budget.take(20, 'label', NOW);
      const { retryAtMs } = await budget.take(7, 'read', NOW);
      expect(retryAtMs).toBe(NOW + 9000);
      expect((await budget.take(7, 'read', retryAtMs)).granted).toBe(7);
    });

    test('nobody takes anything while it is blocked, labels included', async () => {
      const budget = await make(LIMITS);
      await budget.blockUntil(NOW + 5000);
      await budget.blockUntil(NOW + 3000);
      expect(await budget.take(1, 'read', NOW)).toEqual({ granted: 0, retryAtMs: NOW + 5000 });
      expect(await budget.take(1, 'label', NOW + 4999)).toEqual({ granted: 0, retryAtMs: NOW + 5000 });
      expect(await budget.take(20, 'label', NOW + 5000)).toEqual({ granted: 20, retryAtMs: NOW + 5000 });
    });

    test('a block after takes is seen too', async () => {
      const budget = await make(LIMITS);
      await budget.take(3, 'read', NOW);
      await budget.blockUntil(NOW + 1000);
      expect((await budget.take(1, 'read', NOW + 999)).granted).toBe(0);
      expect((await budget.take(20, 'label', NOW + 1000)).granted).toBe(18);
    });

    test('a clock that is behind neither fills nor empties it', async () => {
      const budget = await make(LIMITS);
      await budget.take(10, 'label', NOW);
      expect((await budget.take(20, 'label', NOW - 60_000)).granted).toBe(10);
      expect((await budget.take(20, 'label', NOW + 2000)).granted).toBe(2);
    });

    test('parallel takers together never get more than is there', async () => {
      const budget = await make(LIMITS);
      const taken = await Promise.all(Array.from({ length: 30 }, () => budget.take(1, 'label', NOW)));
      const granted = taken.reduce((sum, each) => sum + each.granted, 0);
      expect(granted).toBeGreaterThan(0);
      expect(granted).toBeLessThanOrEqual(20);
      const rest = await budget.take(20, 'label', NOW);
      expect(granted + rest.granted).toBe(20);
    });

    test('without a limit grants everything, except after a 429', async () => {
      const budget = await make(null);
      expect(await budget.take(10_000, 'read', NOW)).toEqual({ granted: 10_000, retryAtMs: NOW });
      await budget.blockUntil(NOW + 10);
      expect(await budget.take(1, 'label', NOW)).toEqual({ granted: 0, retryAtMs: NOW + 10 });
      expect((await budget.take(1, 'read', NOW + 10)).granted).toBe(1);
    });

    test.each([-1, 0.5, Number.NaN])('refuses to take %d', async (wanted) => {
      const budget = await make(LIMITS);
      await expect(budget.take(wanted, 'read', NOW)).rejects.toMatchObject({ code: 'bad_input' });
    });

    test.each([
      { perMinute: 0, burst: 10 },
      { perMinute: 10, burst: 1 },
      { perMinute: Number.NaN, burst: 10 },
    ])('refuses limits %j', async (limits) => {
      await expect(async () => make(limits)).rejects.toMatchObject({ code: 'bad_input' });
    });
  });
}
