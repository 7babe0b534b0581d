import * as fc from 'fast-check';
import { FULL_BUCKET, takeTokens } from '../../../src/adapters/aws/token-bucket';

const limits = fc.record({ perMinute: fc.integer({ min: 1, max: 2000 }), burst: fc.integer({ min: 2, max: 2000 }) });
const takes = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 120_000 }),
    wanted: fc.integer({ min: 0, max: 300 }),
    purpose: fc.constantFrom('label' as const, 'read' as const),
  }),
  { maxLength: 60 },
);

test('never grants more than the burst and what flowed in since', () => {
  fc.assert(
    fc.property(limits, takes, (limits, takes) => {
      let bucket = FULL_BUCKET;
      let nowMs = 1_000_000;
      let granted = 0;
      for (const take of takes) {
        nowMs += take.afterMs;
        const taken = takeTokens(bucket, limits, { ...take, nowMs });
        bucket = taken.bucket;
        granted += taken.granted;
        expect(taken.granted).toBeLessThanOrEqual(take.wanted);
        expect(granted).toBeLessThanOrEqual(limits.burst + ((nowMs - 1_000_000) * limits.perMinute) / 60_000 + 1e-3);
      }
    }),
  );
});

test('reads leave a tenth of the bucket to labels', () => {
  fc.assert(
    fc.property(limits, takes, (limits, takes) => {
      let bucket = FULL_BUCKET;
      let nowMs = 1_000_000;
      for (const take of takes) {
        nowMs += take.afterMs;
        bucket = takeTokens(bucket, limits, { ...take, purpose: 'read', nowMs }).bucket;
        expect(bucket.tokens).toBeGreaterThanOrEqual(limits.burst / 10 - 1e-3);
      }
    }),
  );
});

test('who waits until the time that was named gets what was missing, up to a bucket', () => {
  fc.assert(
    fc.property(
      limits,
      fc.integer({ min: 1, max: 5000 }),
      fc.constantFrom('label', 'read'),
      (limits, wanted, purpose) => {
        const first = takeTokens(FULL_BUCKET, limits, { wanted, purpose, nowMs: 0 });
        fc.pre(first.granted < wanted);
        expect(first.retryAtMs).toBeGreaterThan(0);
        const rest = wanted - first.granted;
        const second = takeTokens(first.bucket, limits, { wanted: rest, purpose, nowMs: first.retryAtMs });
        const most = Math.floor(purpose === 'label' ? limits.burst : limits.burst * 0.9);
        expect(second.granted).toBe(Math.min(rest, most));
      },
    ),
  );
});
