import * as fc from 'fast-check';
import { logLikelihoodRatios } from '../../../src/core/stats/noncentral-hypergeometric';

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 0; i < k; i++) result = (result * (n - i)) / (i + 1);
  return result;
}

const block = fc
  .record({ n1: fc.integer({ min: 0, max: 12 }), n0: fc.integer({ min: 0, max: 25 }) })
  .chain(({ n1, n0 }) =>
    fc.record({ n1: fc.constant(n1), n0: fc.constant(n0), bad: fc.integer({ min: 0, max: n1 + n0 }) }),
  );

test('has expectation 1 when both arms have the same bad rate', () => {
  fc.assert(
    fc.property(block, fc.double({ min: -3, max: 3, noNaN: true }), ({ n1, n0, bad }, logT) => {
      let expectation = 0;
      for (let b1 = Math.max(0, bad - n0); b1 <= Math.min(bad, n1); b1++) {
        const table = { candidateUnits: n1, candidateBad: b1, stableUnits: n0, stableBad: bad - b1 };
        const probability = (choose(n1, b1) * choose(n0, bad - b1)) / choose(n1 + n0, bad);
        expectation += probability * Math.exp(logLikelihoodRatios(table, [logT])[0]!);
      }
      expect(expectation).toBeCloseTo(1, 9);
    }),
  );
});

test('grows with the bad ones among the candidate when harm is sought', () => {
  const logs = [0, 2, 4, 6].map(
    (b1) => logLikelihoodRatios({ candidateUnits: 10, candidateBad: b1, stableUnits: 90, stableBad: 12 - b1 }, [1])[0]!,
  );
  expect(logs).toEqual([...logs].sort((a, b) => a - b));
  expect(logs[0]).toBeLessThan(0);
  expect(logs[3]).toBeGreaterThan(0);
});

test.each([
  ['no candidate', { candidateUnits: 0, candidateBad: 0, stableUnits: 9, stableBad: 4 }],
  ['no stable', { candidateUnits: 9, candidateBad: 4, stableUnits: 0, stableBad: 0 }],
  ['none bad', { candidateUnits: 9, candidateBad: 0, stableUnits: 9, stableBad: 0 }],
  ['all bad', { candidateUnits: 9, candidateBad: 9, stableUnits: 9, stableBad: 9 }],
])('%s is no evidence', (_, table) => {
  expect(logLikelihoodRatios(table, [-1, 0, 2])).toEqual([0, 0, 0]);
});

test('stays finite and exact enough in a block of a hundred thousand units', () => {
  const table = { candidateUnits: 50_000, candidateBad: 40_000, stableUnits: 50_000, stableBad: 100 };
  const [log] = logLikelihoodRatios(table, [Math.log(1000)]);
  expect(Number.isFinite(log)).toBe(true);
  expect(log).toBeGreaterThan(10_000);
});
