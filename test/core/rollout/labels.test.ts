import { planTick } from '../../../src/core/rollout/plan-tick';
import { currentStage } from '../../../src/core/rollout/rollout';
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
type Changes = Parameters<typeof evidenceOf>[2];

function tick(rollout: Parameters<typeof planTick>[0], changes: Changes = {}, nowMs = NOW_MS) {
  return planTick(rollout, evidenceOf(rollout, nowMs, changes), nowMs);
}

describe('production moved by someone else (4.7)', () => {
  it.each([
    ['ramping', atStep(1), 7],
    ['ramping, to the candidate itself', atStep(1), CANDIDATE],
    ['ramping, to none', atStep(1), null],
    ['promoting', promoting(), 7],
    ['watching', watching(), 7],
    ['watching, back to stable', watching(), STABLE],
    ['paused', { ...atStep(1), pause: { by: 'ann', because: 'x', atMs: 0 } }, 7],
  ])(
    '%s: the rollout ends aborted, the new production is served, one alert, no label is touched',
    (_, rollout, production) => {
      const plan = tick(rollout, { labels: { production } });
      expect(plan.next.phase).toBe('aborted');
      expect(plan.next.outcome?.code).toBe('production_moved');
      expect(plan.stable).toBe(production);
      expect(plan.next.verification).toBeNull();
      expect([alertsOf(plan), auditsOf(plan), labelMovesOf(plan)]).toEqual([['aborted'], ['aborted'], []]);
    },
  );

  it('a person wins over proven harm; the harmful version is still quarantined', () => {
    const plan = tick(atStep(1), { labels: { production: 7 }, seen: HARM });
    expect(plan.next.phase).toBe('aborted');
    expect(plan.actions).toContainEqual({ kind: 'quarantine', version: CANDIDATE });
    const chosen = tick(atStep(1), { labels: { production: CANDIDATE }, seen: HARM });
    expect(chosen.actions.some(({ kind }) => kind === 'quarantine')).toBe(false);
  });

  it('labels that cannot be read move nothing', () => {
    const labels = { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' } as const;
    for (const rollout of [atStep(1), promoting(), watching()]) {
      expect(tick(rollout, { labels, seen: UNDECIDED }).next.phase).toBe(rollout.phase);
    }
  });
});

describe('candidate moved to another version (4.7)', () => {
  it('supersede: ends aborted, units go to stable, production stays', () => {
    const plan = tick(atStep(1), { labels: { candidate: 5 } });
    expect(plan.next.outcome).toMatchObject({
      code: 'superseded',
      by: 'label',
      reason: 'version 5 is the new candidate',
    });
    expect([plan.next.phase, plan.stable, labelMovesOf(plan)]).toEqual(['aborted', STABLE, []]);
    expect([alertsOf(plan), auditsOf(plan)]).toEqual([['aborted'], ['aborted']]);
  });

  it('superseded although every guardrail is proven: nothing is promoted any more', () => {
    expect(tick(atStep(1), { labels: { candidate: 5 }, seen: SAFE }).next.phase).toBe('aborted');
  });

  it('wait: goes on', () => {
    const plan = tick(atStep(1, { onNewCandidate: 'wait' }), { labels: { candidate: 5 } });
    expect(plan.next.phase).toBe('ramping');
  });

  it.each([
    ['promoting', promoting()],
    ['watching', watching()],
  ])('%s: the new candidate waits', (phase, rollout) => {
    expect(tick(rollout, { labels: { candidate: 5 } }).next.phase).toBe(phase);
  });

  it.each([
    ['the label stays', CANDIDATE, CANDIDATE],
    ['started by hand, the label is elsewhere and stays', 2, 2],
    ['started by hand, the label comes to it', 2, CANDIDATE],
    ['started by hand without a label, none comes', null, null],
  ])('%s: goes on', (_, labelledAtStart, candidate) => {
    expect(tick({ ...atStep(1), labelledAtStart }, { labels: { candidate } }).next.phase).toBe('ramping');
  });

  it.each([
    ['started by hand without a label, one comes', null, 5],
    ['the label moves back to an older version', CANDIDATE, 2],
    ['the label moves to the stable version', CANDIDATE, STABLE],
  ])('%s: superseded', (_, labelledAtStart, candidate) => {
    expect(tick({ ...atStep(1), labelledAtStart }, { labels: { candidate } }).next.outcome?.code).toBe('superseded');
  });
});

describe('promotion and its watch', () => {
  it('counts as promoted when production is seen on the candidate, and not before', () => {
    const waiting = tick(promoting());
    expect([waiting.next.phase, waiting.next.promotedAtMs]).toEqual(['promoting', null]);
    expect(labelMovesOf(waiting)).toEqual([CANDIDATE]);
    const plan = tick(promoting(), { labels: { production: CANDIDATE } });
    expect([plan.next.phase, plan.next.promotedAtMs]).toEqual(['watching', NOW_MS]);
    expect(plan.next.verification).toMatchObject({ of: 'promotion', verifiedAtMs: NOW_MS });
    expect([alertsOf(plan), auditsOf(plan), plan.stable]).toEqual([['promoted'], ['promoted'], STABLE]);
  });

  it('unverified after the deadline: one page, and it goes on trying', () => {
    let rollout = promoting({}, NOW_MS);
    const said: string[] = [];
    for (let minute = 0; minute <= 90; minute += 15) {
      const plan = tick(rollout, {}, NOW_MS + minute * MINUTE_MS);
      rollout = plan.next;
      said.push(...alertsOf(plan).map((alert) => `${minute} ${alert}`));
      expect(labelMovesOf(plan)).toEqual([CANDIDATE]);
    }
    expect(said).toEqual(['30 promotion_unverified']);
  });

  it('the watch lasts its whole time from the moment production was seen to have moved', () => {
    const rollout = { ...watching({}, NOW_MS), promotedAtMs: NOW_MS + 5 * HOUR_MS };
    const endMs = NOW_MS + 5 * HOUR_MS + 2 * DAY_MS;
    expect(tick(rollout, {}, endMs - 1).next.phase).toBe('watching');
    const plan = tick(rollout, {}, endMs);
    expect(plan.next).toMatchObject({ phase: 'promoted', outcome: { code: 'proven_safe', by: 'controller' } });
    expect([plan.stable, auditsOf(plan), labelMovesOf(plan)]).toEqual([CANDIDATE, ['watch_ended'], []]);
  });

  it.each([
    ['Langfuse cannot be read', { providerProblem: 'down' }],
    ['the data is late', { readThroughMs: START_MS }],
  ])('it does not end while %s: what happened in it is not known', (_, changes) => {
    expect(tick(watching(), changes, NOW_MS + 3 * DAY_MS).next.phase).toBe('watching');
  });

  it('a pause keeps the watch going', () => {
    const paused = { ...watching(), pause: { by: 'ann', because: 'x', atMs: 0 } };
    expect(tick(paused, {}, NOW_MS + 9 * DAY_MS).next.phase).toBe('watching');
  });

  it('without a hold-out everyone gets the candidate, and the watch still ends', () => {
    const rollout = watching({ holdout: 0 }, NOW_MS);
    expect(currentStage(rollout).percent).toBe(100);
    const judged = { newestMs: { stable: 0, candidate: NOW_MS + 2 * DAY_MS } };
    const plan = tick(rollout, { judged }, NOW_MS + 2 * DAY_MS);
    expect(plan.next.phase).toBe('promoted');
    expect(tick(rollout, { judged: { newestMs: { stable: 0, candidate: NOW_MS } } }).next.hold).toBeNull();
  });

  it('without a watch the next tick is the last', () => {
    const plan = tick(promoting({ watch: '0s' }), { labels: { production: CANDIDATE } });
    expect(plan.next.phase).toBe('watching');
    expect(tick(plan.next).next.phase).toBe('promoted');
  });

  it('harm in the watch moves production back', () => {
    const plan = tick(watching(), { seen: HARM });
    expect([plan.next.phase, labelMovesOf(plan)]).toEqual(['rolled_back', [STABLE]]);
  });
});

describe('a person promoted (4.6)', () => {
  const promotedByHand = { by: 'ann', because: 'I know', keepWatch: false, atMs: START_MS };

  it.each([
    ['promoting', promoting({}, NOW_MS)],
    ['watching', watching({}, NOW_MS)],
  ])('%s: harm is paged once and rolls nothing back', (_, rollout) => {
    const first = tick({ ...rollout, promotedByHand }, { seen: HARM });
    expect(first.next.phase).toBe(rollout.phase);
    expect(alertsOf(first)).toEqual(['harm_after_promotion_by_hand']);
    expect(alertsOf(tick(first.next, { seen: HARM }))).toEqual([]);
  });

  it('with keepWatch harm rolls back', () => {
    const rollout = { ...watching(), promotedByHand: { ...promotedByHand, keepWatch: true } };
    expect(tick(rollout, { seen: HARM }).next.phase).toBe('rolled_back');
  });

  it('ends as promoted by hand, in the person’s words', () => {
    const plan = tick({ ...watching(), promotedByHand }, {}, NOW_MS + 3 * DAY_MS);
    expect(plan.next.outcome).toMatchObject({ code: 'by_hand', by: 'ann', reason: 'I know' });
  });
});

describe('rollback is verified (4.5)', () => {
  const rolledBack = tick(watching(), { seen: HARM }).next;

  it('verified when production and the assignment are seen', () => {
    const plan = tick(rolledBack, { labels: { production: STABLE } }, NOW_MS + 15 * MINUTE_MS);
    expect(plan.next.verification?.verifiedAtMs).toBe(NOW_MS + 15 * MINUTE_MS);
    expect([auditsOf(plan), alertsOf(plan)]).toEqual([['verified'], []]);
    const again = tick(plan.next, { labels: { production: STABLE } }, NOW_MS + HOUR_MS);
    expect(again.actions).toEqual([]);
  });

  it.each([
    ['production is still on the candidate', { labels: { production: CANDIDATE } }, [STABLE]],
    ['Langfuse does not say', { labels: { production: 'unknown' } }, []],
    ['the old assignment is still served', { labels: { production: STABLE }, isAssignmentServed: false }, []],
  ] as [string, Changes, number[]][])('unverified while %s: one page after the deadline', (_, changes, moves) => {
    let rollout = rolledBack;
    const said: string[] = [];
    for (let minute = 0; minute <= 90; minute += 15) {
      const plan = tick(rollout, changes, NOW_MS + minute * MINUTE_MS);
      rollout = plan.next;
      said.push(...alertsOf(plan).map((alert) => `${minute} ${alert}`));
      expect(labelMovesOf(plan)).toEqual(moves);
    }
    expect(said).toEqual(['30 rollback_unverified']);
    expect(rollout.verification?.verifiedAtMs).toBeNull();
  });

  it('a person who moves production elsewhere meanwhile is not overruled', () => {
    const plan = tick(rolledBack, { labels: { production: 7 } });
    expect(plan.next.verification).toBeNull();
    expect([auditsOf(plan), labelMovesOf(plan)]).toEqual([['production_moved'], []]);
  });
});

describe('an ended rollout', () => {
  it.each(['promoted', 'rolled_back', 'aborted'] as const)(
    '%s is final: no evidence and no label changes it',
    (phase) => {
      const ended = { ...rolloutOf(), phase };
      for (const changes of [
        { seen: HARM },
        { labels: { production: 7 } },
        { labels: { candidate: 9 } },
        { seen: SAFE },
      ]) {
        const plan = tick(ended, changes);
        expect(plan.next).toEqual(ended);
        expect(plan.actions).toEqual([]);
      }
    },
  );
});
