import { planTick } from '../../../src/core/rollout/plan-tick';
import type { Plan } from '../../../src/core/rollout/plan';
import { displayState, type Rollout } from '../../../src/core/rollout/rollout';
import { binaryGuardrail } from '../judging/fixtures';
import {
  alertsOf,
  atStep,
  auditsOf,
  DAY_MS,
  evidenceOf,
  HARM,
  HOUR_MS,
  MINUTE_MS,
  promoting,
  rolloutOf,
  SAFE,
  START_MS,
  TICK_MS,
  UNDECIDED,
  watching,
} from './fixtures';

type Changes = Parameters<typeof evidenceOf>[2];

const NOW_MS = START_MS + 2 * DAY_MS + HOUR_MS;
const NO_UNIT = { hours: [{ hourMs: 0, used: 90, unusable: { no_unit: 10 } }] };

/** One kind of trouble each, and the policy's deadlines for it (the defaults). */
const TROUBLES: [string, Changes, { alertMs: number; pauseMs: number }][] = [
  ['no_data', { judged: { newestMs: { stable: NOW_MS, candidate: 0 } } }, { alertMs: 6 * HOUR_MS, pauseMs: DAY_MS }],
  ['provider_error', { providerProblem: 'down' }, { alertMs: HOUR_MS, pauseMs: 12 * HOUR_MS }],
  ['inconclusive', { seen: UNDECIDED }, { alertMs: 2 * DAY_MS, pauseMs: 7 * DAY_MS }],
  ['data_fault', { judged: NO_UNIT }, { alertMs: 0, pauseMs: DAY_MS }],
];

interface Told {
  afterMs: number;
  alert: string;
}

/** Ticks every 15 minutes; what was said, and when. */
function run(rollout: Rollout, changesAt: (tick: number, nowMs: number) => Changes, ticks: number) {
  let current = rollout;
  let plan: Plan | null = null;
  const told: Told[] = [];
  const audits: string[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const nowMs = NOW_MS + tick * TICK_MS;
    plan = planTick(current, evidenceOf(current, nowMs, { seen: SAFE, ...changesAt(tick, nowMs) }), nowMs);
    current = plan.next;
    for (const alert of alertsOf(plan)) told.push({ afterMs: tick * TICK_MS, alert });
    audits.push(...auditsOf(plan));
  }
  return { rollout: current, told, audits, plan: plan! };
}

describe('each kind of missing is a hold of its own, with its own deadlines (4.2)', () => {
  it.each(TROUBLES)('%s: a hold at once, then one alert, then a pause', (kind, changes, { alertMs, pauseMs }) => {
    const ticks = pauseMs / TICK_MS + 20;
    const { told, audits, rollout } = run(atStep(1), () => changes, ticks);
    expect(audits).toEqual(['held', 'paused']);
    expect(rollout.pause?.by).toBe(`deadline:${kind}`);
    expect(rollout.hold?.kind).toBe(kind);
    expect(told).toEqual([
      { afterMs: alertMs, alert: `held_${kind}` },
      { afterMs: pauseMs, alert: 'paused_by_deadline' },
    ]);
  });

  it('late data: more than two ticks behind is a hold, two are not', () => {
    const at = (behindTicks: number): Rollout => {
      const rollout = atStep(1);
      const readThroughMs = NOW_MS - rollout.policy.settleMs - behindTicks * TICK_MS;
      return planTick(rollout, evidenceOf(rollout, NOW_MS, { seen: SAFE, readThroughMs }), NOW_MS).next;
    };
    expect(at(2).phase).toBe('promoting');
    expect(at(2.01).hold?.kind).toBe('late_data');
    const { told, rollout } = run(atStep(1), () => ({ readThroughMs: START_MS }), 60);
    expect(told).toEqual([
      { afterMs: HOUR_MS, alert: 'held_late_data' },
      { afterMs: 12 * HOUR_MS, alert: 'paused_by_deadline' },
    ]);
    expect(rollout.pause?.by).toBe('deadline:late_data');
  });

  it('what was not read is late, not absent', () => {
    const changes = {
      readThroughMs: NOW_MS - DAY_MS,
      judged: { newestMs: { stable: NOW_MS - DAY_MS, candidate: NOW_MS - DAY_MS } },
    };
    expect(run(atStep(1), () => changes, 1).rollout.clocks.map(({ kind }) => kind)).toEqual(['late_data']);
  });

  it.each(['stable', 'candidate'] as const)('silence of the %s arm is no data', (arm) => {
    const newestMs = { stable: NOW_MS, candidate: NOW_MS, [arm]: NOW_MS - 2 * HOUR_MS };
    expect(run(atStep(1), () => ({ judged: { newestMs } }), 1).rollout.hold?.kind).toBe('no_data');
  });

  it('the smaller arm may be silent for longer: five times at 10 %', () => {
    const silentFor = (hours: number) => ({
      judged: { newestMs: { stable: NOW_MS, candidate: NOW_MS - hours * HOUR_MS } },
    });
    expect(run(atStep(0), () => silentFor(4), 1).rollout.hold?.kind).not.toBe('no_data');
    expect(run(atStep(0), () => silentFor(6), 1).rollout.hold?.kind).toBe('no_data');
  });

  it('deadlines are the policy’s own', () => {
    const policy = { deadlines: { noData: { alert: '30m', pause: '1h' } } };
    const { told } = run(atStep(1, policy), () => ({ judged: { newestMs: { stable: 0, candidate: 0 } } }), 10);
    expect(told).toEqual([
      { afterMs: 30 * MINUTE_MS, alert: 'held_no_data' },
      { afterMs: HOUR_MS, alert: 'paused_by_deadline' },
    ]);
  });

  it('two kinds that take turns both reach their deadlines, and neither is said twice', () => {
    const { told, rollout, audits } = run(
      atStep(1),
      (tick) => (tick % 2 === 0 ? { providerProblem: 'down' } : { readThroughMs: START_MS }),
      100,
    );
    expect(told.map(({ alert }) => alert)).toEqual(['held_provider_error', 'held_late_data', 'paused_by_deadline']);
    expect(rollout.pause?.by).toBe('deadline:provider_error');
    expect(audits).toEqual(['held', 'held', 'paused']);
  });

  it('a fault that comes and goes is said once, not at every return', () => {
    const { told } = run(
      { ...atStep(1), pause: { by: 'a', because: 'b', atMs: 0 } },
      (tick) => (tick % 3 === 0 ? { judged: NO_UNIT } : {}),
      90,
    );
    expect(told.map(({ alert }) => alert)).toEqual(['held_data_fault']);
  });

  it('a hold that was away for long is a new one', () => {
    const paused = { ...atStep(1), pause: { by: 'a', because: 'b', atMs: 0 } };
    const { told } = run(paused, (tick) => (tick === 0 || tick === 20 ? { judged: NO_UNIT } : {}), 30);
    expect(told.map(({ alert }) => alert)).toEqual(['held_data_fault', 'held_data_fault']);
  });

  it('several kinds at once are all timed; the most severe is shown', () => {
    const { rollout } = run(atStep(1), () => ({ providerProblem: 'down', judged: NO_UNIT, seen: UNDECIDED }), 1);
    expect(rollout.hold?.kind).toBe('provider_error');
    expect(rollout.clocks.map(({ kind }) => kind)).toEqual(['provider_error', 'data_fault', 'inconclusive']);
  });

  it('what a person paused is not paused again by a deadline', () => {
    const paused = { ...atStep(1), pause: { by: 'ann', because: 'x', atMs: START_MS } };
    const { rollout, told } = run(paused, () => ({ providerProblem: 'down' }), 100);
    expect(rollout.pause?.by).toBe('ann');
    expect(told.map(({ alert }) => alert)).toEqual(['held_provider_error']);
  });

  it('only ramping is paused by a deadline: the watch goes on watching', () => {
    for (const rollout of [promoting({ watch: '30d' }, NOW_MS), watching({ watch: '30d' }, NOW_MS)]) {
      const labels = { production: rollout.phase === 'watching' ? 4 : 3 };
      const { rollout: after } = run(rollout, () => ({ providerProblem: 'down', labels }), 100);
      expect(after.pause).toBeNull();
    }
  });

  it('a hold ends when its reason does', () => {
    const { rollout } = run(atStep(1), (tick) => (tick < 4 ? { providerProblem: 'down' } : {}), 5);
    expect(rollout.phase).toBe('promoting');
    expect(rollout.clocks).toEqual([]);
  });
});

describe('data at fault (4.10)', () => {
  const at = (rollout: Rollout, judged: object): string | undefined =>
    run(rollout, () => ({ judged }), 1).rollout.hold?.kind;

  it('more than the policy’s share of unusable rows; exactly that share is none', () => {
    const hours = (unusable: number) => ({
      hours: [{ hourMs: 0, used: 100 - unusable, unusable: { wrong_version: unusable } }],
    });
    expect(at(atStep(1), hours(5))).toBeUndefined();
    expect(at(atStep(1), hours(6))).toBe('data_fault');
    expect(at(atStep(1, { maxUnusableShare: 0.2 }), hours(6))).toBeUndefined();
    expect(at(atStep(1, { maxUnusableShare: 0 }), hours(1))).toBe('data_fault');
  });

  it('a handful of rows says nothing about a share', () => {
    expect(at(atStep(1), { hours: [{ hourMs: 0, used: 0, unusable: { no_unit: 19 } }] })).toBeUndefined();
    expect(at(atStep(1), { hours: [{ hourMs: 0, used: 0, unusable: { no_unit: 20 } }] })).toBe('data_fault');
  });

  it('units that do not arrive in the planned shares', () => {
    const firstExposed = [
      { stable: 0, candidate: 0 },
      { stable: 5000, candidate: 4400 },
    ];
    expect(at(atStep(1), { firstExposed })).toBe('data_fault');
    expect(at(atStep(1, { alphaSrm: 1e-12 }), { firstExposed })).toBeUndefined();
    expect(at(atStep(1), { firstExposed: [firstExposed[0], { stable: 5000, candidate: 4950 }] })).toBeUndefined();
  });

  it('both arms past their limit look like an outage: held, not rolled back', () => {
    const guardrail = binaryGuardrail({ floor: 0.5 });
    const rollout = { ...atStep(1), guardrails: [guardrail] };
    const evidence = evidenceOf(rollout, NOW_MS, { seen: SAFE });
    const { floor } = evidence.judged!.states[0]!;
    floor!.logs.stable = floor!.logs.stable.map(() => 20);
    floor!.logs.candidate = floor!.logs.candidate.map(() => 20);
    const plan = planTick(rollout, evidence, NOW_MS);
    expect(plan.next.phase).toBe('ramping');
    expect(plan.next.hold?.kind).toBe('both_arms_broken');
    expect(alertsOf(plan)).toEqual(['held_both_arms_broken']);
    floor!.logs.stable = floor!.logs.stable.map(() => 0);
    floor!.since = { units: 5, logs: floor!.logs.stable };
    expect(planTick(rollout, evidence, NOW_MS).next.phase).toBe('rolled_back');
  });
});

describe('held for lack of proof for too long (maxHold)', () => {
  const long = (then: string) => ({
    steps: [{ percent: 10, bake: '1d' }],
    // oxlint-disable-next-line unicorn/no-thenable -- a word of the policy
    maxHold: { after: '3d', then },
    deadlines: { inconclusive: { alert: '30d', pause: '30d' }, providerError: { alert: '30d', pause: '30d' } },
  });
  const untilMs = START_MS + 4 * DAY_MS;

  it('counted from the end of the bake, a person is paged, once', () => {
    const { told, rollout } = run(atStep(0, long('page')), () => ({ seen: UNDECIDED }), 300);
    expect(told).toEqual([{ afterMs: untilMs - NOW_MS, alert: 'held_too_long' }]);
    expect(rollout.phase).toBe('ramping');
  });

  it('or it is rolled back as not shown safe; production has not moved and is not asked to', () => {
    const { told, rollout, plan } = run(
      atStep(0, long('roll_back')),
      () => ({ seen: UNDECIDED }),
      (untilMs - NOW_MS) / TICK_MS + 1,
    );
    expect(told).toEqual([{ afterMs: untilMs - NOW_MS, alert: 'rolled_back' }]);
    expect(rollout.outcome?.code).toBe('not_shown_safe');
    expect(plan.actions.some(({ kind }) => kind === 'label')).toBe(false);
  });

  it('neither an interruption nor a pause starts the count anew', () => {
    const paused = { ...atStep(0, long('roll_back')), pause: { by: 'ann', because: 'x', atMs: START_MS } };
    const { told } = run(
      paused,
      (tick) => ({ seen: UNDECIDED, providerProblem: tick % 50 < 25 ? 'down' : null }),
      (untilMs - NOW_MS) / TICK_MS + 1,
    );
    expect(told.map(({ alert }) => alert)).toEqual(['rolled_back']);
  });

  it('what is proven and only waits (quiet hours, a pause) is not rolled back for lack of proof', () => {
    const quiet = {
      quietHours: [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00', timeZone: 'UTC' },
      ],
    };
    const { rollout } = run(atStep(0, { ...long('roll_back'), ...quiet }), () => ({}), 300);
    expect(rollout.phase).toBe('ramping');
  });
});

describe('the stable version is gone (4.5)', () => {
  const gone = { labels: { production: null, stableExists: false } };

  it.each([
    ['ramping', atStep(1)],
    ['promoting', promoting()],
    ['watching', { ...watching({ watch: '30d' }) }],
  ])('%s: frozen, paged once, nothing moved, even with harm or a new candidate', (_, rollout) => {
    const labels = { ...gone.labels, production: rollout.phase === 'watching' ? 4 : null, candidate: 9 };
    const calm = run(rollout, () => ({ labels, seen: SAFE }), 5);
    expect(calm.told.map(({ alert }) => alert)).toContain('held_stable_missing');
    const harmed = run(rollout, () => ({ labels, seen: HARM }), 400);
    expect(harmed.rollout.phase).toBe(rollout.phase);
    expect(displayState(harmed.rollout)).toBe('frozen');
    expect(harmed.rollout.stages).toEqual(rollout.stages);
    expect(harmed.told.filter(({ alert }) => alert === 'held_stable_missing')).toHaveLength(1);
    expect(harmed.told.filter(({ alert }) => alert === 'rolled_back')).toEqual([]);
  });

  it('harm that is proven while frozen is said once', () => {
    const { told } = run(atStep(1), (tick) => ({ ...gone, seen: tick < 3 ? SAFE : HARM }), 20);
    expect(told.map(({ alert }) => alert)).toEqual(['held_stable_missing', 'harm_while_frozen']);
  });

  it('Langfuse failing in between does not page again', () => {
    const unknown = { labels: { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' } } as const;
    const { told } = run(atStep(1), (tick) => (tick % 2 ? { ...unknown, providerProblem: 'down' } : gone), 4);
    expect(told.map(({ alert }) => alert)).toEqual(['held_stable_missing']);
  });

  it('Langfuse failing afterwards does not make it exist again', () => {
    const unknown = { labels: { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' } } as const;
    const { rollout } = run(atStep(1), (tick) => (tick < 3 ? gone : { ...unknown, seen: HARM }), 20);
    expect(displayState(rollout)).toBe('frozen');
  });

  it('when it is back, harm proven meanwhile rolls back at once', () => {
    const { rollout } = run(atStep(1), (tick) => (tick < 3 ? { ...gone, seen: HARM } : { seen: SAFE }), 4);
    expect(rollout.phase).toBe('rolled_back');
  });

  it('not shown safe in time: still nothing is moved', () => {
    // oxlint-disable-next-line unicorn/no-thenable -- a word of the policy
    const policy = { maxHold: { after: '1h', then: 'roll_back' } };
    expect(run(rolloutOf(policy), () => ({ ...gone, seen: UNDECIDED }), 5).rollout.phase).toBe('ramping');
  });
});
