import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';
import { planPower } from '../../../src/core/planning/plan-power';
import { parsePolicy } from '../../../src/core/policy/parse-policy';
import type { Policy } from '../../../src/core/policy/policy';
import { binaryGuardrail } from '../judging/fixtures';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function policyWith(written: object = {}): Policy {
  const parsed = parsePolicy([{ source: 'deployment', value: { allowWithoutScores: true, ...written } }]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

function plan(guardrails: FrozenGuardrail[], unitsPerDay: number, policy = policyWith()) {
  return planPower({
    policy,
    unitsPerDay,
    guardrails: guardrails.map((guardrail) => ({ guardrail, unitsPerDay })),
  });
}

test('with a lot of traffic the ramp takes its bake times and no more', () => {
  const { ramp, promotedAfterMs, finalAfterMs } = plan([binaryGuardrail()], 50_000);
  expect(ramp).toEqual({
    isHeld: false,
    unproven: [],
    steps: [
      { percent: 10, fromMs: 0, toMs: DAY_MS },
      { percent: 50, fromMs: DAY_MS, toMs: 2 * DAY_MS },
    ],
  });
  expect({ promotedAfterMs, finalAfterMs }).toEqual({ promotedAfterMs: 2 * DAY_MS, finalAfterMs: 4 * DAY_MS });
});

test('5 points of a yes/no score at 200 users a day take a week or two at 50 %', () => {
  const { ramp, guardrails } = plan([binaryGuardrail()], 200);
  const [first, last] = ramp.steps;
  expect(ramp.isHeld).toBe(false);
  expect(first!.toMs).toBeGreaterThan(DAY_MS);
  const daysAt50 = (last!.toMs - last!.fromMs) / DAY_MS;
  expect(daysAt50).toBeGreaterThan(7);
  expect(daysAt50).toBeLessThan(13);
  expect(guardrails[0]!.provenSafe!.atMs / last!.toMs).toBeCloseTo(1, 2);
});

test('too little traffic for the margin is held, and not promoted at some time', () => {
  const { ramp, promotedAfterMs, finalAfterMs, guardrails } = plan([binaryGuardrail({ delta: 0.02 })], 200);
  expect(ramp.isHeld).toBe(true);
  expect({ promotedAfterMs, finalAfterMs }).toEqual({ promotedAfterMs: null, finalAfterMs: null });
  expect(guardrails[0]).toMatchObject({ provenSafe: null, marginFound80: null });
  const { leastDelta } = ramp.unproven[0]!;
  expect(plan([binaryGuardrail({ delta: leastDelta! * 1.02 })], 200).ramp.isHeld).toBe(false);
  expect(plan([binaryGuardrail({ delta: leastDelta! * 0.9 })], 200).ramp.isHeld).toBe(true);
});

test('a later step sees smaller regressions, and 80 % need a larger one than 50 %', () => {
  const [power] = plan([binaryGuardrail()], 2000).guardrails;
  const [first, second] = power!.steps;
  expect(first!.smallest80!).toBeGreaterThan(first!.smallest50!);
  expect(second!.smallest50!).toBeLessThan(first!.smallest50!);
  expect(second!.units.candidate).toBeGreaterThan(4 * first!.units.candidate);
  expect(power!.marginFound80!.atMs).toBeGreaterThan(power!.marginFound50!.atMs);
  const at = (effect: number) => second!.curve.find((point) => point.effect >= effect)!.probability;
  expect(at(second!.smallest50!)).toBeGreaterThanOrEqual(0.5);
  expect(second!.curve[0]!.probability).toBeLessThan(0.05);
});

test('a second guardrail makes the first one see less, and the ramp longer', () => {
  const alone = (unitsPerDay: number) => plan([binaryGuardrail()], unitsPerDay);
  const both = (unitsPerDay: number) =>
    plan([binaryGuardrail({ weight: 0.5 }), binaryGuardrail({ id: 'score:tone', weight: 0.5 })], unitsPerDay);
  expect(both(400).promotedAfterMs!).toBeGreaterThan(alone(400).promotedAfterMs!);
  const smallest = (power: ReturnType<typeof plan>) => power.guardrails[0]!.steps[0]!.smallest50!;
  expect(smallest(both(5000))).toBeGreaterThan(smallest(alone(5000)));
});

test('a step waits for its least units, whatever is proven', () => {
  const policy = policyWith({ minUnits: 2000 });
  const { ramp } = plan([binaryGuardrail({ delta: 0.3 })], 2000, policy);
  expect(ramp.steps[0]!.toMs / DAY_MS).toBeCloseTo(10, 1);
});

test('a guardrail that gates nothing holds nothing', () => {
  const coverage = binaryGuardrail({ id: 'coverage:x', delta: 0.001, weight: 0.5, gatesPromotion: false });
  expect(plan([binaryGuardrail({ weight: 0.5 }), coverage], 50_000).promotedAfterMs).toBe(2 * DAY_MS);
});
