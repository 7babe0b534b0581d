import * as fc from 'fast-check';
import type { TickReport } from '../../src/app/tick-prompt';
import type { FrozenGuardrail, Transform } from '../../src/core/judging/guardrail';
import type { Verdict } from '../../src/core/judging/verdict';
import { parsePolicy } from '../../src/core/policy/parse-policy';
import { startRollout } from '../../src/core/rollout/plan-start';
import type { Rollout } from '../../src/core/rollout/rollout';
import { guardrailFigures } from '../../src/cli/guardrail-figures';
import { renderTick } from '../../src/cli/render-tick';

const NOW_MS = Date.UTC(2026, 10, 23, 10, 15);

function guardrail(id: string, transform: Transform): FrozenGuardrail {
  return {
    id,
    kind: 'bounded',
    transform,
    delta: 0.05,
    floor: null,
    weight: 0.5,
    settleMs: 0,
    gatesPromotion: true,
    reference: { source: 'fallback', units: 0, sigma2: 0.1, p: 0.1, skewness2: 0, mean: null },
  };
}

const QUALITY = guardrail('score:quality', { kind: 'linear', low: 1, high: 5, higherIsBetter: true });
const LATENCY = guardrail('latency', { kind: 'log', lnLow: Math.log(10), lnHigh: Math.log(1000) });

function verdict(id: string, change: Partial<Verdict> = {}): Verdict {
  return {
    guardrail: id,
    kind: 'inconclusive',
    reason: 'Not decided.',
    unitsStable: 371,
    unitsCandidate: 41,
    meanStable: 0.5,
    meanCandidate: 0.475,
    difference: -0.025,
    low: -0.05,
    high: 0.01,
    delta: 0.05,
    logEHarmA: 0,
    logEHarmB: 0,
    logEHarm: 0,
    logEFloor: null,
    logEFloorStable: null,
    logESafeGate: 0,
    logESafe: 0,
    ...change,
  };
}

function rollout(change: Partial<Rollout> = {}): Rollout {
  const parsed = parsePolicy([{ source: 'deployment', value: { allowWithoutScores: true } }]);
  if (!parsed.ok) throw new Error('the default policy is valid');
  const started = startRollout(
    {
      prompt: 'greeting',
      stable: 1,
      candidate: 2,
      startedBy: 'label',
      labelledAtStart: 2,
      policy: parsed.policy,
      policySources: {},
      policyHash: '',
      guardrails: [QUALITY, LATENCY],
      warnings: [],
    },
    NOW_MS - 2 * 3_600_000,
  );
  return { ...started.rollout, exposedUnits: 41, ...change };
}

function ticked(next: Rollout, verdicts: Verdict[], reasons: string[] = []): TickReport {
  const plan = { next, stable: 1, actions: [], reasons, verdicts, harm: null };
  return {
    prompt: 'greeting',
    outcome: 'ticked',
    rollout: next,
    plan,
    comparison: null,
    comparing: null,
    read: null,
    problem: null,
  };
}

test('a tick says percent, units, each difference with its bounds on the metric’s own scale, verdict and reason', () => {
  const reason = 'at 10 % for another 22h';
  const next = rollout({ hold: { kind: 'baking', reason, sinceMs: 0, alertedAtMs: null } });
  const verdicts = [verdict('score:quality'), verdict('latency', { kind: 'safe' })];
  expect(renderTick(ticked(next, verdicts, [reason]), NOW_MS)).toEqual([
    '2026-11-23 10:15:00  greeting: version 2 at 10 % for 2h, baking; 41 candidate and 371 stable units',
    '  score:quality  2.9 against 3    -0.1 (-0.2 to +0.04)         accepted -0.2     inconclusive',
    '  latency        112 against 100  +12.2 % (-4.5 % to +25.9 %)  accepted +25.9 %  safe',
    '  → held, baking: at 10 % for another 22h',
  ]);
});

test('an end is said with its cause, a problem with its words, and a prompt at rest says nothing', () => {
  const outcome = { code: 'harm', reason: 'Worse than stable', guardrail: 'latency', by: 'controller', atMs: NOW_MS };
  const lines = renderTick(ticked(rollout({ phase: 'rolled_back', outcome }), []), NOW_MS);
  expect(lines[0]).toContain('version 2 ROLLED BACK');
  expect(lines.at(-1)).toBe('  → harm: Worse than stable');

  const idle: TickReport = {
    prompt: 'greeting',
    outcome: 'idle',
    rollout: null,
    plan: null,
    comparison: null,
    comparing: null,
    read: null,
    problem: null,
  };
  expect(renderTick(idle, NOW_MS)).toEqual([]);
  expect(renderTick({ ...idle, problem: 'answered 500' }, NOW_MS)).toEqual([
    '2026-11-23 10:15:00  greeting: no experiment is running',
    '  problem: answered 500',
  ]);
  expect(renderTick({ ...idle, outcome: 'conflict' }, NOW_MS)[0]).toContain('somebody else changed it');
});

const transforms = fc.oneof(
  fc
    .record({ low: fc.double({ min: -10, max: 0, noNaN: true }), higherIsBetter: fc.boolean() })
    .map((range): Transform => ({ kind: 'linear', high: 5, ...range })),
  fc.constant(LATENCY.transform),
  fc.constantFrom<Transform>({ kind: 'indicator' }, { kind: 'threshold', threshold: 3 }),
);

test('on every scale the bounds are around the difference, and the accepted loss is on the worse side', () => {
  const bounded = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(transforms, bounded, (transform, values) => {
      const [low, difference, high] = [...values].sort((a, b) => a - b);
      const frozen = guardrail('g', transform);
      const figures = guardrailFigures(frozen, verdict('g', { low: low!, difference: difference!, high: high! }));
      expect(figures.low).toBeLessThanOrEqual(figures.difference!);
      expect(figures.difference).toBeLessThanOrEqual(figures.high!);
      const worse = guardrailFigures(frozen, verdict('g', { difference: -1 })).difference!;
      expect(Math.sign(figures.margin)).toBe(Math.sign(worse));
    }),
  );
});
