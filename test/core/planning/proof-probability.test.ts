import * as fc from 'fast-check';
import type { Arm } from '../../../src/core/assignment/assignment';
import { freezeHarmPlan } from '../../../src/core/judging/freeze-harm-plan';
import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';
import { plannedUnits } from '../../../src/core/planning/planned-units';
import { harmProbability, safetyProbability } from '../../../src/core/planning/proof-probability';
import { binaryGuardrail, boundedGuardrail } from '../judging/fixtures';
import { simulate, tenThenFifty } from '../judging/simulated-rollout';

const HOUR_MS = 3_600_000;
const STEPS = [
  { percent: 10, fromMs: 0, toMs: 24 * HOUR_MS },
  { percent: 50, fromMs: 24 * HOUR_MS, toMs: 48 * HOUR_MS },
];

function unitsAfter(hours: 24 | 48, unitsPerDay: number) {
  return plannedUnits(STEPS.slice(0, hours / 24), unitsPerDay, hours * HOUR_MS, 0);
}

describe('the information that is needed, I delta^2 (computed once by another program from the same mixtures)', () => {
  // level, needed for 50 % and for 80 %: of a margin's harm, and of safety
  test.each([
    [0.05, [7.72, 13.48], [6.64, 12.33]],
    [0.1, [6.15, 11.48], [5.17, 10.45]],
    [0.01, [11.27, 17.9], [10.02, 16.54]],
  ])('at %s', (level, forHarm, forSafety) => {
    const reference = { source: 'declared', units: 0, sigma2: 0.06, p: 0.5, skewness2: 0, mean: 0.5 } as const;
    const g = boundedGuardrail({ delta: 0.01, reference });
    const at = (needed: number) => {
      const perArm = (2 * needed * reference.sigma2) / g.delta ** 2;
      return [{ stable: perArm, candidate: perArm }];
    };
    const harm = forHarm.map((needed) => harmProbability(g, at(needed), g.delta, level));
    const safety = forSafety.map((needed) => safetyProbability(g, at(needed), 'safe', level));
    for (const probabilities of [harm, safety]) {
      expect(probabilities[0]).toBeCloseTo(0.5, 2);
      expect(probabilities[1]).toBeCloseTo(0.8, 2);
    }
  });

  test('50 at 50 % give n / 4 of it, 10 at 90 % .09 n', () => {
    const g = boundedGuardrail({ delta: 0.02 });
    const even = [{ stable: 4500, candidate: 4500 }];
    const uneven = [{ stable: 22_500, candidate: 2500 }];
    expect(harmProbability(g, uneven, 0.02, 0.05)).toBeCloseTo(harmProbability(g, even, 0.02, 0.05), 10);
  });
});

describe('what is planned is what the judge does', () => {
  const RUNS = 60;
  /** A count of 60 may be off by that much; looks before the last one are left out of the plan, which makes it the lower one. */
  const [TOO_HIGH, TOO_LOW] = [0.15, 0.25];

  const yesNo = (p: number, effect: number) => (arm: Arm, random: () => number) =>
    Number(random() >= (arm === 'candidate' ? p + effect : p));
  /** Cubes of even numbers: mean 1/4, skewed; a worse candidate fails outright more often. */
  const skewed = (_: number, effect: number) => (arm: Arm, random: () => number) =>
    arm === 'candidate' && random() < 4 * effect ? 0 : random() ** 3;
  const score = boundedGuardrail({
    delta: 0.05,
    reference: { source: 'history', units: 500, sigma2: 1 / 7 - 1 / 16, p: 0.5, skewness2: 1.2, mean: 0.25 },
  });
  const thumbs = binaryGuardrail();
  const errors = binaryGuardrail({ id: 'error_rate', p: 0.01, delta: 0.01 });
  const planned = (g: FrozenGuardrail, unitsPerDay: number): FrozenGuardrail => {
    const steps = STEPS.map(({ percent }) => ({ percent, bakeMs: 24 * HOUR_MS }));
    const harmPlan = freezeHarmPlan({ ...g, settleMs: 0 }, { alpha: 0.05, settleMs: 0, steps }, unitsPerDay);
    expect(harmPlan).toBeDefined();
    return { ...g, harmPlan };
  };

  type Draw = typeof yesNo;
  const cases: [string, FrozenGuardrail, Draw, p: number, unitsPerDay: number, hours: 24 | 48, effect: number][] = [
    ['yes/no', thumbs, yesNo, 0.2, 2000, 24, 0.12],
    ['yes/no', thumbs, yesNo, 0.2, 2000, 48, 0.05],
    ['yes/no', thumbs, yesNo, 0.2, 2000, 48, 0],
    ['skewed', score, skewed, 0, 500, 48, 0.08],
    ['skewed', score, skewed, 0, 500, 48, 0],
    ['rare', errors, yesNo, 0.01, 2000, 24, 0.04],
    ['rare', errors, yesNo, 0.01, 2000, 48, 0.01],
    ['rare', errors, yesNo, 0.01, 2000, 48, 0],
    ['rare, few', errors, yesNo, 0.01, 500, 48, 0.04],
    ['rare, few', errors, yesNo, 0.01, 500, 48, 0],
    ['yes/no, planned', planned(thumbs, 2000), yesNo, 0.2, 2000, 48, 0.05],
    ['yes/no, planned', planned(thumbs, 2000), yesNo, 0.2, 2000, 48, 0],
    ['yes/no, planned, half came', planned(thumbs, 4000), yesNo, 0.2, 2000, 48, 0.05],
    ['yes/no, planned, twice came', planned(thumbs, 1000), yesNo, 0.2, 2000, 48, 0.05],
    ['skewed, planned', planned(score, 500), skewed, 0, 500, 48, 0.05],
    ['rare, planned', planned(errors, 2000), yesNo, 0.01, 2000, 48, 0.01],
    ['rare, few, planned', planned(errors, 500), yesNo, 0.01, 500, 48, 0.04],
    ['rare, few, planned', planned(errors, 200), yesNo, 0.01, 200, 48, 0.04],
  ];
  test.each(cases)('%s %#', (_, guardrail, draw, p, unitsPerDay, hours, effect) => {
    const outcomes = Array.from({ length: RUNS }, (__, run) =>
      simulate({
        guardrail,
        unitsPerDay,
        draw: draw(p, effect),
        share: tenThenFifty,
        hours,
        ticksPerHour: 1,
        scoresPerUnit: 1,
        alpha: 0.05,
        seed: 7919 * (run + 1),
      }),
    );
    const share = (holds: (outcome: (typeof outcomes)[number]) => boolean): number =>
      outcomes.filter(holds).length / RUNS;
    const units = unitsAfter(hours, unitsPerDay);
    const compared = [
      [harmProbability(guardrail, units, effect, 0.05), share(({ harmAfterUnits }) => harmAfterUnits !== null)],
      ...(effect > 0
        ? []
        : [
            [safetyProbability(guardrail, units, 'safe', 0.05), share(({ everSafe }) => everSafe)],
            [safetyProbability(guardrail, units, 'gate', 0.05), share(({ everGate }) => everGate)],
          ]),
    ];
    for (const [planned, simulated] of compared) {
      expect(planned).toBeLessThan(simulated! + TOO_HIGH);
      expect(planned).toBeGreaterThan(simulated! - TOO_LOW);
    }
  });
});

const guardrails = fc
  .record({
    delta: fc.double({ min: 0.005, max: 0.3, noNaN: true }),
    p: fc.double({ min: 0, max: 0.5, noNaN: true }),
    isBinary: fc.boolean(),
    effectiveUnits: fc.option(fc.integer({ min: 20, max: 5000 })),
  })
  .map(({ delta, p, isBinary, effectiveUnits }): FrozenGuardrail => {
    const g = isBinary ? binaryGuardrail({ p, delta }) : boundedGuardrail({ delta });
    if (effectiveUnits === null) return g;
    const weights = { mixture: 0.3, plannedEnd: 0.2, engineB: 0.5 };
    return { ...g, harmPlan: { weights, plannedEnd: { effectiveUnits, bound: 2.326 } } };
  });

test('a larger effect, and more units, are never found less often', () => {
  const probability = fc.double({ min: 0, max: 0.4, noNaN: true });
  fc.assert(
    fc.property(guardrails, probability, probability, fc.integer({ min: 1, max: 5000 }), (g, a, b, n) => {
      const units = [{ stable: 9 * n, candidate: n }];
      const twice = [{ stable: 18 * n, candidate: 2 * n }];
      const [small, large] = [Math.min(a, b), Math.max(a, b)];
      const found = harmProbability(g, units, large, 0.05);
      expect(found).toBeGreaterThanOrEqual(harmProbability(g, units, small, 0.05) - 0.02);
      expect(harmProbability(g, twice, large, 0.05)).toBeGreaterThanOrEqual(found - 0.1);
      expect(found).toBeLessThanOrEqual(1);
      expect(found).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 120 },
  );
});

test('nobody in one arm is no chance', () => {
  for (const g of [binaryGuardrail(), binaryGuardrail({ p: 0.01, delta: 0.01 }), boundedGuardrail()]) {
    expect(harmProbability(g, [{ stable: 100, candidate: 0 }], 0.1, 0.05)).toBe(0);
    expect(harmProbability(g, [], 0.1, 0.05)).toBe(0);
    expect(safetyProbability(g, [], 'safe', 0.05)).toBe(0);
  }
});

test('few units prove nothing of a bounded metric, however little it varies', () => {
  const reference = { source: 'history', units: 500, sigma2: 1e-6, p: 0.5, skewness2: 0, mean: 0.5 } as const;
  const g = boundedGuardrail({ delta: 0.05, reference });
  expect(harmProbability(g, [{ stable: 20, candidate: 2 }], 0.05, 0.05)).toBe(0);
  expect(safetyProbability(g, [{ stable: 20, candidate: 2 }], 'safe', 0.05)).toBe(0);
  expect(harmProbability(g, [{ stable: 300, candidate: 35 }], 0.05, 0.05)).toBeCloseTo(1, 6);
});
