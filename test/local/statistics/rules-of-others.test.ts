import {
  addRawValue,
  type EvidenceOfOthers,
  noEvidenceOfOthers,
} from '../../../src/local/statistics/simulation/evidence-of-others';
import { RULES_OF_OTHERS } from '../../../src/local/statistics/simulation/rules-of-others';

/** Values of both arms, one a user, spread evenly over the half hours. */
function evidence(stable: readonly number[], candidate: readonly number[], halfHours = 96): EvidenceOfOthers {
  const all = noEvidenceOfOthers();
  for (const [arm, values] of [
    ['stable', stable],
    ['candidate', candidate],
  ] as const) {
    values.forEach((x, i) => {
      addRawValue(all, arm, x, Math.floor((i * halfHours) / values.length), { firstArm: arm, n: 0, sum: 0 });
    });
  }
  return all;
}

/** n values around a mean, without chance. */
const around = (mean: number, n: number): number[] => Array.from({ length: n }, (_, i) => mean + Math.sin(i));

describe('rules of others', () => {
  test.each(Object.entries(RULES_OF_OTHERS))('%s rolls back what is clearly worse, and only that', (_, rule) => {
    const down = evidence(around(5, 2000), around(3, 1000));
    expect(rule(down, -1, 48)).toBe(true);
    expect(rule(down, 1, 48)).toBe(false);
    expect(rule(evidence(around(5, 2000), around(5, 2000)), -1, 48)).toBe(false);
  });

  test.each(Object.entries(RULES_OF_OTHERS))('%s says nothing without data', (_, rule) => {
    expect(rule(noEvidenceOfOthers(), -1, 48)).toBe(false);
    expect(rule(evidence([1, 2], []), -1, 48)).toBe(false);
  });

  test('a threshold waits for its check', () => {
    const down = evidence(around(5, 200), around(3, 100));
    expect(RULES_OF_OTHERS.threshold(down, -1, 23)).toBe(false);
    expect(RULES_OF_OTHERS.threshold(down, -1, 24)).toBe(true);
  });

  test('GrowthBook gives no result where an arm does not vary', () => {
    expect(RULES_OF_OTHERS.growthbook(evidence(around(5, 200), [0, 0, 0, 0]), -1)).toBe(false);
  });
});

test('a user who changes arms counts in the first one only, by the mean of what came there', () => {
  const all = noEvidenceOfOthers();
  const user = { firstArm: 'stable', n: 0, sum: 0 } as const;
  const moving = { ...user };
  addRawValue(all, 'stable', 1, 0, moving);
  addRawValue(all, 'stable', 4, 1, moving);
  addRawValue(all, 'candidate', 9, 2, moving);
  expect(all.users).toEqual({ stable: { n: 1, sum: 2.5, squares: 6.25 }, candidate: { n: 0, sum: 0, squares: 0 } });
  expect(all.values.candidate).toEqual({ n: 1, sum: 9, squares: 81 });
});
