import { planTick } from '../../../src/core/rollout/plan-tick';
import { currentStage, displayState, type Rollout } from '../../../src/core/rollout/rollout';
import {
  alertsOf,
  atStep,
  auditsOf,
  CANDIDATE,
  DAY_MS,
  evidenceOf,
  HARM,
  HOUR_MS,
  labelMovesOf,
  MINUTE_MS,
  promoting,
  rolloutOf,
  SAFE,
  STABLE,
  START_MS,
  UNDECIDED,
  watching,
} from './fixtures';

const NOW_MS = START_MS + 2 * DAY_MS + HOUR_MS;
const pause = { by: 'ann', because: 'holidays', atMs: START_MS };

/** Every non-terminal state a rollout can be in, made by the rules themselves where a tick makes them. */
function states(): [string, Rollout][] {
  const ticked = (changes: Parameters<typeof evidenceOf>[2], rollout = atStep(1)): Rollout =>
    planTick(rollout, evidenceOf(rollout, NOW_MS - 15 * MINUTE_MS, changes), NOW_MS - 15 * MINUTE_MS).next;
  return [
    ['just started', rolloutOf({}, {})],
    ['baking', ticked({}, atStep(0, {}, NOW_MS - HOUR_MS))],
    ['held: inconclusive', ticked({ seen: UNDECIDED })],
    ['held: data fault', ticked({ judged: { hours: [{ hourMs: 0, used: 50, unusable: { no_unit: 50 } }] } })],
    ['held: both arms broken', { ...atStep(1), hold: holdOf('both_arms_broken') }],
    ['held: quiet hours', { ...atStep(1), hold: holdOf('quiet_hours') }],
    ['waiting: no data', ticked({ judged: { newestMs: { stable: 0, candidate: 0 } } })],
    ['waiting: late data', ticked({ readThroughMs: START_MS })],
    ['waiting: provider error', ticked({ providerProblem: 'down' })],
    ['frozen once, stable is back', ticked({ labels: { stableExists: false, production: null } })],
    ['paused', { ...atStep(1), pause }],
    ['paused by a deadline', { ...atStep(1), pause: { ...pause, by: 'deadline:no_data' } }],
    ['promoting', promoting()],
    ['promoting, paused', { ...promoting(), pause }],
    ['watching', watching()],
    ['watching, paused', { ...watching(), pause }],
  ];
}

function holdOf(kind: 'both_arms_broken' | 'quiet_hours') {
  return { kind, reason: 'test', sinceMs: START_MS, alertedAtMs: null };
}

describe('judged in every state (4.1)', () => {
  it.each(states())('proven harm rolls back within one tick: %s', (_, rollout) => {
    const plan = planTick(rollout, evidenceOf(rollout, NOW_MS, { seen: HARM }), NOW_MS);
    expect(plan.next.phase).toBe('rolled_back');
    expect(plan.next.outcome).toMatchObject({ code: 'harm', guardrail: 'score:thumbs', by: 'controller' });
    expect(plan.stable).toBe(STABLE);
    expect(plan.actions).toContainEqual({ kind: 'quarantine', version: CANDIDATE });
    expect(auditsOf(plan)).toEqual(['rolled_back']);
    expect(alertsOf(plan)).toEqual(['rolled_back']);
    expect(labelMovesOf(plan)).toEqual(rollout.phase === 'ramping' ? [] : [STABLE]);
  });

  it.each(states())('no harm does not roll back: %s', (_, rollout) => {
    const plan = planTick(rollout, evidenceOf(rollout, NOW_MS, { seen: UNDECIDED }), NOW_MS);
    expect(plan.next.phase).not.toBe('rolled_back');
  });

  const troubles: [string, Parameters<typeof evidenceOf>[2]][] = [
    ['a data fault', { judged: { hours: [{ hourMs: 0, used: 50, unusable: { no_unit: 50 } }] } }],
    ['a provider error', { providerProblem: 'down' }],
    [
      'labels that cannot be read',
      { labels: { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' } },
    ],
    ['late data', { readThroughMs: START_MS }],
    ['silence', { judged: { newestMs: { stable: 0, candidate: 0 } } }],
    ['a new candidate', { labels: { candidate: 9 } }],
  ];
  it.each(troubles)('proven harm rolls back in spite of %s', (_, changes) => {
    const rollout = atStep(1);
    const plan = planTick(rollout, evidenceOf(rollout, NOW_MS, { ...changes, seen: HARM }), NOW_MS);
    expect(plan.next.phase).toBe('rolled_back');
  });

  it('harm is latched: proven at an earlier look, it still rolls back when the numbers have recovered', () => {
    const rollout = { ...atStep(1), peaks: { harm: Math.log(20), perGuardrail: {} } };
    const plan = planTick(rollout, evidenceOf(rollout, NOW_MS, { seen: SAFE }), NOW_MS);
    expect(plan.next.phase).toBe('rolled_back');
    expect(plan.reasons[0]).toBe('harm was proven at an earlier look');
    expect(plan.next.outcome?.guardrail).toBeNull();
  });

  it('harm just below the bar is not harm', () => {
    const rollout = { ...atStep(1), peaks: { harm: Math.log(20) - 1e-9, perGuardrail: {} } };
    expect(planTick(rollout, evidenceOf(rollout, NOW_MS), NOW_MS).next.phase).toBe('ramping');
  });

  it('peaks only rise', () => {
    const rollout = { ...atStep(1), peaks: { harm: 1, perGuardrail: { 'score:thumbs': { gate: 10, safe: 9 } } } };
    const { next } = planTick(rollout, evidenceOf(rollout, NOW_MS), NOW_MS);
    expect(next.peaks).toEqual({ harm: 1, perGuardrail: { 'score:thumbs': { gate: 10, safe: 9 } } });
  });

  it('a rollback that may have moved production asks for it back, also when Langfuse does not say', () => {
    const unknown = { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' } as const;
    for (const rollout of [promoting(), watching()]) {
      const plan = planTick(rollout, evidenceOf(rollout, NOW_MS, { seen: HARM, labels: unknown }), NOW_MS);
      expect(labelMovesOf(plan)).toEqual([STABLE]);
      expect(plan.next.verification).toMatchObject({ of: 'rollback', production: STABLE, from: CANDIDATE });
    }
  });

  it('a rolled-back rollout has closed its stages and keeps neither hold nor pause', () => {
    const rollout = { ...atStep(1), pause };
    const { next } = planTick(rollout, evidenceOf(rollout, NOW_MS, { seen: HARM }), NOW_MS);
    expect(next.stages.at(-1)?.toMs).toBe(NOW_MS);
    expect([next.pause, next.hold, next.clocks]).toEqual([null, null, []]);
  });
});

describe('advance needs proof (4.2)', () => {
  const ready = (rollout: Rollout, changes: Parameters<typeof evidenceOf>[2] = {}) =>
    planTick(rollout, evidenceOf(rollout, NOW_MS, { seen: SAFE, ...changes }), NOW_MS);

  it('with bake, units and proof the first step leads to the second, in one stage each', () => {
    const plan = ready(atStep(0));
    expect(plan.next.stages).toEqual([
      { step: 0, percent: 10, fromMs: START_MS, toMs: NOW_MS },
      { step: 1, percent: 50, fromMs: NOW_MS, toMs: null },
    ]);
    expect(auditsOf(plan)).toEqual(['advanced']);
    expect(labelMovesOf(plan)).toEqual([]);
  });

  it('the last step leads to promoting: production is asked to move, the hold-out stays on stable', () => {
    const plan = ready(atStep(1));
    expect(plan.next.phase).toBe('promoting');
    expect(currentStage(plan.next)).toMatchObject({ step: 2, percent: 95 });
    expect(labelMovesOf(plan)).toEqual([CANDIDATE]);
    expect(plan.stable).toBe(STABLE);
    expect(auditsOf(plan)).toEqual(['promoting']);
  });

  it('one tick takes one step, however much proof there is', () => {
    const plan = ready(
      atStep(0, {
        steps: [
          { percent: 1, bake: '1m' },
          { percent: 2, bake: '1m' },
          { percent: 3, bake: '1m' },
        ],
      }),
    );
    expect(currentStage(plan.next).step).toBe(1);
  });

  it('baking: not a millisecond early', () => {
    const early = atStep(0, {}, NOW_MS - DAY_MS + 1);
    const plan = ready(early);
    expect(plan.next.hold?.kind).toBe('baking');
    expect(displayState(plan.next)).toBe('baking');
    expect(currentStage(ready(atStep(0, {}, NOW_MS - DAY_MS)).next).step).toBe(1);
  });

  it.each([29, 30])('%d units in the smaller arm, 30 are needed', (units) => {
    const plan = ready(atStep(0), { judged: { stageUnits: [{ stable: 500, candidate: units }] } });
    expect(currentStage(plan.next).step).toBe(units < 30 ? 0 : 1);
    if (units < 30)
      expect(plan.next.hold).toMatchObject({ kind: 'inconclusive', reason: expect.stringMatching(/^29 units/u) });
  });

  it('units count in the present step only', () => {
    const stageUnits = [
      { stable: 900, candidate: 900 },
      { stable: 900, candidate: 29 },
    ];
    expect(ready(atStep(1), { judged: { stageUnits } }).next.phase).toBe('ramping');
  });

  it('the first step needs three margins, the last one margin', () => {
    const gateOnly = { seen: { gate: 20, safe: 0 } };
    expect(currentStage(ready(atStep(0), gateOnly).next).step).toBe(1);
    const atLast = ready(atStep(1), gateOnly);
    expect(atLast.next.phase).toBe('ramping');
    expect(atLast.next.hold?.kind).toBe('inconclusive');
    expect(currentStage(ready(atStep(0), { seen: { gate: 0, safe: 20 } }).next).step).toBe(0);
  });

  it('a ramp of one step is its last step', () => {
    const single = { steps: [{ percent: 10, bake: '1h' }] };
    expect(ready(atStep(0, single), { seen: { gate: 20, safe: 0 } }).next.phase).toBe('ramping');
    expect(ready(atStep(0, single)).next.phase).toBe('promoting');
  });

  it('proof of an earlier look counts, if the difference is inside the margin now', () => {
    const peaks = { harm: 0, perGuardrail: { 'score:thumbs': { gate: Math.log(20), safe: Math.log(20) } } };
    const rollout = { ...atStep(1), peaks };
    expect(ready(rollout, { seen: { difference: -0.04 } }).next.phase).toBe('promoting');
    expect(ready(rollout, { seen: { difference: -0.06 } }).next.phase).toBe('ramping');
    const first = { ...atStep(0), peaks };
    expect(currentStage(ready(first, { seen: { difference: -0.14 } }).next).step).toBe(1);
    expect(currentStage(ready(first, { seen: { difference: -0.16 } }).next).step).toBe(0);
  });

  it('beta is the bar', () => {
    const peaks = { harm: 0, perGuardrail: { 'score:thumbs': { gate: 4, safe: 4 } } };
    expect(ready({ ...atStep(1, { beta: 0.05 }), peaks }, { seen: {} }).next.phase).toBe('promoting');
    expect(ready({ ...atStep(1, { beta: 0.01 }), peaks }, { seen: {} }).next.phase).toBe('ramping');
  });

  it('alpha is the bar of harm', () => {
    const peaks = { harm: 4, perGuardrail: {} };
    expect(ready({ ...atStep(1, { alpha: 0.05 }), peaks }).next.phase).toBe('rolled_back');
    expect(ready({ ...atStep(1, { alpha: 0.01 }), peaks }).next.phase).toBe('promoting');
  });

  it('every guardrail has to be proven', () => {
    const second = { ...rolloutOf().guardrails[0]!, id: 'score:second', weight: 0.5 };
    const rollout = { ...atStep(1), guardrails: [{ ...rolloutOf().guardrails[0]!, weight: 0.5 }, second] };
    expect(ready(rollout, { seen: [SAFE, SAFE] }).next.phase).toBe('promoting');
    const plan = ready(rollout, { seen: [SAFE, UNDECIDED] });
    expect(plan.next.phase).toBe('ramping');
    expect(plan.next.hold?.kind).toBe('inconclusive');
  });

  it('coverage never gates a promotion', () => {
    const coverage = { ...rolloutOf().guardrails[0]!, id: 'coverage:thumbs', weight: 0.5, gatesPromotion: false };
    const rollout = { ...atStep(1), guardrails: [{ ...rolloutOf().guardrails[0]!, weight: 0.5 }, coverage] };
    expect(ready(rollout, { seen: [SAFE, UNDECIDED] }).next.phase).toBe('promoting');
  });

  it('a guardrail without any evidence is not a pass', () => {
    const plan = ready(atStep(1), { judged: { states: [] } });
    expect(plan.next.phase).toBe('ramping');
    expect(plan.next.hold?.reason).toMatch(/score:thumbs has not been judged/u);
    expect(ready(atStep(1), { judged: null }).next.phase).toBe('ramping');
  });

  it('values that were refused keep a guardrail from being proven', () => {
    expect(ready(atStep(0), { seen: { ...SAFE, refused: 1 } }).next.hold?.kind).toBe('inconclusive');
  });

  it('a pause stops advancing', () => {
    const plan = ready({ ...atStep(1), pause });
    expect(plan.next.phase).toBe('ramping');
    expect(displayState(plan.next)).toBe('paused');
    expect(plan.reasons).toEqual(['paused by ann: holidays']);
  });

  it('quiet hours stop advancing and nothing else', () => {
    const quiet = { quietHours: [{ days: ['wed'], from: '00:00', to: '24:00', timeZone: 'UTC' }] };
    const plan = ready(atStep(1, quiet));
    expect(plan.next.hold?.kind).toBe('quiet_hours');
    expect(alertsOf(plan)).toEqual([]);
    expect(ready(atStep(1, quiet), { seen: HARM }).next.phase).toBe('rolled_back');
  });
});
