import * as fc from 'fast-check';
import { afterPage, allReadMs, newLanes, nextWindow, restarted, type Lane } from '../../../src/core/evidence/lanes';

const HOUR_MS = 3_600_000;

function lane(lagMs: number): Lane {
  return newLanes([lagMs], 0)[0]!;
}

test('a lane reads every time exactly once, oldest first, never closer to the present than its lag', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 20 * HOUR_MS }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 * HOUR_MS }), steps, (lagMs, stepsMs) => {
      let current = lane(lagMs);
      let nowMs = 0;
      let readToMs = 0;
      for (const stepMs of stepsMs) {
        nowMs += stepMs;
        for (let window = nextWindow(current, nowMs, Infinity); window; window = nextWindow(current, nowMs, Infinity)) {
          expect(window.fromMs).toBe(readToMs);
          expect(window.toMs).toBeLessThanOrEqual(nowMs - lagMs);
          readToMs = window.toMs;
          current = afterPage(current, window, null);
        }
        expect(current.doneMs).toBe(Math.max(0, nowMs - lagMs));
      }
    }),
  );
});

test('a window goes on at its cursor, whatever the clock says, and is done with its last page', () => {
  const first = nextWindow(lane(0), HOUR_MS, Infinity)!;
  const begun = afterPage(lane(0), first, 'page 2');
  expect(begun.doneMs).toBe(0);
  expect(nextWindow(begun, 9 * HOUR_MS, 0)).toEqual({ ...first, cursor: 'page 2' });
  expect(afterPage(begun, begun.window!, null)).toMatchObject({ doneMs: HOUR_MS, window: null });
  expect(nextWindow(restarted(begun), 9 * HOUR_MS, Infinity)).toEqual(first);
});

test('nothing is read from the time on that it may be read until', () => {
  expect(nextWindow(lane(0), 5 * HOUR_MS, 2 * HOUR_MS)).toEqual({ fromMs: 0, toMs: 2 * HOUR_MS, cursor: null });
  expect(nextWindow(lane(0), 5 * HOUR_MS, 0)).toBeNull();
});

test('all is read that the slowest lane has read', () => {
  expect(
    allReadMs([
      { ...lane(0), doneMs: 7 },
      { ...lane(HOUR_MS), doneMs: 3 },
    ]),
  ).toBe(3);
});
