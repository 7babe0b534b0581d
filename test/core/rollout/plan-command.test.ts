import type { PromptItem } from '../../../src/core/item/prompt-item';
import { planCommand, type ImmediateCommand } from '../../../src/core/rollout/plan-command';
import type { LabelFacts } from '../../../src/core/rollout/evidence';
import type { CommandPlan } from '../../../src/core/rollout/plan-production';
import type { Rollout } from '../../../src/core/rollout/rollout';
import { finish } from '../../../src/core/rollout/transitions';
import {
  alertsOf,
  atStep,
  auditsOf,
  CANDIDATE,
  DAY_MS,
  itemOf,
  labelMovesOf,
  LABELS,
  promoting,
  STABLE,
  START_MS,
  watching,
} from './fixtures';

const NOW_MS = START_MS + 3 * DAY_MS;
const who = { prompt: 'greeting', by: 'ann', because: 'I saw it' };
const rollback = { kind: 'rollback', ...who, toVersion: null } as const;
const promote = { kind: 'promote', ...who, keepWatch: false, toVersion: null } as const;
const UNKNOWN: LabelFacts = { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' };
const promoted = finish(watching(), NOW_MS).next;

function plan(
  rollout: Rollout | null,
  command: ImmediateCommand,
  labels: Partial<LabelFacts> = {},
  item: Partial<PromptItem> = {},
) {
  return planCommand(itemOf(rollout, item), command, { ...LABELS, ...labels }, NOW_MS);
}

function done(decided: CommandPlan): Extract<CommandPlan, { ok: true }> {
  if (!decided.ok) throw new Error(`refused: ${decided.problem}`);
  return decided;
}

function refused(decided: CommandPlan): string {
  if (decided.ok) throw new Error(`not refused: ${decided.said}`);
  return `${decided.problem}; ${decided.hint}`;
}

describe('pause and resume', () => {
  it.each([
    ['ramping', atStep(1)],
    ['promoting', promoting()],
    ['watching', watching()],
  ])('%s can be paused; nothing that is served changes', (phase, rollout) => {
    const decided = done(plan(rollout, { kind: 'pause', ...who }));
    expect(decided.rollout).toEqual({ ...rollout, pause: { by: 'ann', because: 'I saw it', atMs: NOW_MS } });
    expect([decided.rollout?.phase, auditsOf(decided), labelMovesOf(decided)]).toEqual([phase, ['paused'], []]);
  });

  it('resume starts every deadline anew', () => {
    const clock = { kind: 'no_data' as const, sinceMs: 0, seenMs: 0, alertedAtMs: 0, pagedAtMs: null };
    const paused = { ...atStep(1), clocks: [clock], pause: { by: 'deadline:no_data', because: 'x', atMs: 0 } };
    const { rollout } = done(plan(paused, { kind: 'resume', ...who }));
    expect([rollout?.pause, rollout?.hold, rollout?.clocks]).toEqual([null, null, []]);
  });

  it('a pause needs a reason; pausing twice and resuming what runs are refused', () => {
    const paused = { ...atStep(1), pause: { by: 'bob', because: 'x', atMs: 0 } };
    expect(refused(plan(atStep(1), { kind: 'pause', ...who, because: ' ' }))).toMatch(/needs a reason/u);
    expect(refused(plan(paused, { kind: 'pause', ...who }))).toMatch(/already, by bob/u);
    expect(refused(plan(atStep(1), { kind: 'resume', ...who }))).toMatch(/not paused/u);
  });
});

describe('abort', () => {
  it('needs no gate: everyone gets stable, no label is moved', () => {
    const decided = done(plan({ ...atStep(0), pause: { by: 'a', because: 'b', atMs: 0 } }, { kind: 'abort', ...who }));
    expect(decided.rollout).toMatchObject({
      phase: 'aborted',
      outcome: { code: 'by_hand', by: 'ann', reason: 'I saw it' },
    });
    expect([decided.stable, labelMovesOf(decided), alertsOf(decided)]).toEqual([STABLE, [], ['aborted']]);
  });

  it('once production is moving, the word is rollback', () => {
    for (const rollout of [promoting(), watching()]) {
      expect(refused(plan(rollout, { kind: 'abort', ...who }))).toMatch(/use rollback/u);
    }
  });

  it('not onto a stable version that is gone; a production that somebody set meanwhile will do', () => {
    const abort = { kind: 'abort', ...who } as const;
    expect(refused(plan(atStep(1), abort, { stableExists: false, production: null }))).toMatch(/--to VERSION/u);
    expect(done(plan(atStep(1), abort, { stableExists: false, production: 7 })).stable).toBe(7);
  });
});

describe('promote', () => {
  it('needs a reason', () => {
    expect(refused(plan(atStep(0), { ...promote, because: '' }))).toMatch(/needs a reason; .*--because/u);
  });

  it.each([true, false])('moves production without a gate; keepWatch %p is kept', (keepWatch) => {
    const held = { ...atStep(0), pause: { by: 'a', because: 'b', atMs: 0 } };
    const decided = done(plan(held, { ...promote, keepWatch }));
    expect(decided.rollout).toMatchObject({
      phase: 'promoting',
      pause: null,
      promotedByHand: { by: 'ann', keepWatch },
    });
    expect([labelMovesOf(decided), auditsOf(decided), decided.stable]).toEqual([[CANDIDATE], ['promoting'], STABLE]);
  });

  it('--to the candidate is the same', () => {
    expect(done(plan(atStep(0), { ...promote, toVersion: CANDIDATE })).rollout?.phase).toBe('promoting');
  });

  it('also when the stable version is gone: a way out of frozen', () => {
    expect(done(plan(atStep(0), promote, { stableExists: false, production: null })).rollout?.phase).toBe('promoting');
  });

  it('twice is refused; --to another version while a rollout runs is refused', () => {
    expect(refused(plan(promoting(), promote))).toMatch(/already/u);
    expect(refused(plan(atStep(0), { ...promote, toVersion: 9 }))).toMatch(/version 4 .* is being rolled out/u);
    expect(refused(plan(null, promote))).toMatch(/no running rollout/u);
  });

  it('--to gives a prompt without production its first version', () => {
    const decided = done(plan(null, { ...promote, toVersion: 1 }, { production: null }));
    expect([decided.rollout, decided.stable, labelMovesOf(decided)]).toEqual([null, 1, [1]]);
    expect(auditsOf(decided)).toEqual(['promoted_to']);
    expect(decided.usedVersions).toContainEqual([1, 1]);
  });

  it('--to after a rollout: verified like any other move', () => {
    const decided = done(plan(promoted, { ...promote, toVersion: 9 }, { production: CANDIDATE }));
    expect(decided.rollout?.verification).toMatchObject({ of: 'promotion', production: 9, from: CANDIDATE });
  });

  it('--to is refused for a quarantined version, for the one in production, and while Langfuse does not answer', () => {
    const to = { ...promote, toVersion: 9 };
    expect(refused(plan(null, to, {}, { quarantined: [[9, 9]] }))).toMatch(/rampart release greeting 9/u);
    expect(refused(plan(null, to, { production: 9 }))).toMatch(/already/u);
    expect(refused(plan(null, to, UNKNOWN))).toMatch(/does not say/u);
  });
});

describe('rollback', () => {
  it.each([
    ['ramping', atStep(1), STABLE, []],
    ['ramping, somebody has put production on the candidate', atStep(1), CANDIDATE, [STABLE]],
    ['ramping, labels unknown', atStep(1), 'unknown', []],
    ['promoting, not moved yet', promoting(), STABLE, [STABLE]],
    ['promoting, moved', promoting(), CANDIDATE, [STABLE]],
    ['watching', watching(), CANDIDATE, [STABLE]],
    ['watching, labels unknown', watching(), 'unknown', [STABLE]],
  ] as const)(
    '%s: quarantined, served from stable, production moved back if it may have moved',
    (_, rollout, production, moves) => {
      const decided = done(plan({ ...rollout, pause: { by: 'a', because: 'b', atMs: 0 } }, rollback, { production }));
      expect(decided.rollout).toMatchObject({ phase: 'rolled_back', outcome: { code: 'by_hand', by: 'ann' } });
      expect(decided.rollout?.verification).toMatchObject({ of: 'rollback', production: STABLE, from: CANDIDATE });
      expect([decided.stable, labelMovesOf(decided)]).toEqual([STABLE, moves]);
      expect(decided.actions).toContainEqual({ kind: 'quarantine', version: CANDIDATE });
      expect([auditsOf(decided), alertsOf(decided)]).toEqual([['rolled_back'], ['rolled_back']]);
    },
  );

  it('where somebody else has put production meanwhile, it stays', () => {
    for (const rollout of [atStep(1), promoting(), watching()]) {
      const decided = done(plan(rollout, rollback, { production: 7 }));
      expect([decided.stable, labelMovesOf(decided), decided.rollout?.verification]).toEqual([7, [], null]);
      expect(decided.rollout?.phase).toBe('rolled_back');
    }
  });

  it('not onto a version that is gone: says which command helps, and that one works', () => {
    const gone = { stableExists: false, production: null };
    expect(refused(plan(atStep(1), rollback, gone))).toMatch(/rampart rollback greeting --to VERSION/u);
    const decided = done(plan(atStep(1), { ...rollback, toVersion: 2 }, gone));
    expect([decided.rollout?.phase, decided.stable, labelMovesOf(decided)]).toEqual(['rolled_back', 2, [2]]);
  });

  it('--to while running: ends the rollout, serves and labels that version, says so', () => {
    const decided = done(plan(watching(), { ...rollback, toVersion: 2 }, { production: CANDIDATE }));
    expect(decided.rollout?.verification).toMatchObject({ production: 2, from: CANDIDATE });
    expect([decided.stable, labelMovesOf(decided), auditsOf(decided)]).toEqual([2, [2], ['rolled_back']]);
    expect(decided.actions).toContainEqual(
      expect.objectContaining({ kind: 'alert', detail: expect.objectContaining({ to: 2 }) }),
    );
    expect(decided.actions).toContainEqual({ kind: 'quarantine', version: CANDIDATE });
  });

  it('--to the candidate itself, a quarantined version, or blindly: refused', () => {
    expect(refused(plan(atStep(1), { ...rollback, toVersion: CANDIDATE }))).toMatch(/being rolled out/u);
    expect(refused(plan(atStep(1), { ...rollback, toVersion: 2 }, {}, { quarantined: [[1, 2]] }))).toMatch(/release/u);
    expect(refused(plan(atStep(1), { ...rollback, toVersion: 2 }, UNKNOWN))).toMatch(/does not say/u);
  });

  it('of a promotion that has ended: back to what it replaced; what is left is quarantined and used', () => {
    const decided = done(plan(promoted, rollback, { production: CANDIDATE }));
    expect([decided.stable, labelMovesOf(decided), auditsOf(decided)]).toEqual([STABLE, [STABLE], ['rolled_back_to']]);
    expect(decided.actions).toContainEqual({ kind: 'quarantine', version: CANDIDATE });
    expect(decided.rollout?.verification).toMatchObject({ of: 'rollback', production: STABLE, from: CANDIDATE });
    expect(done(plan(promoted, rollback, UNKNOWN)).rollout?.verification?.from).toBe(CANDIDATE);
  });

  it('of a promotion that something else has replaced, of a rollback, of nothing: name the version', () => {
    const rolledBack = { ...atStep(1), phase: 'rolled_back' as const };
    expect(refused(plan(promoted, rollback, { production: 9 }))).toMatch(/--to VERSION/u);
    expect(refused(plan(rolledBack, rollback))).toMatch(/--to VERSION/u);
    expect(refused(plan(null, rollback))).toMatch(/--to VERSION/u);
    expect(refused(plan(promoted, rollback, { production: CANDIDATE, stableExists: false }))).toMatch(
      /no longer exists/u,
    );
  });

  it('--to without any rollout moves production; to where it is, nothing', () => {
    const decided = done(plan(null, { ...rollback, toVersion: 2 }, { production: 9 }));
    expect([decided.rollout, decided.stable, labelMovesOf(decided)]).toEqual([null, 2, [2]]);
    expect(decided.usedVersions).toContainEqual([9, 9]);
    expect(refused(plan(null, { ...rollback, toVersion: 9 }, { production: 9 }))).toMatch(/already/u);
  });
});

describe('an alarm', () => {
  const alarm = { ...rollback, by: 'alarm:errors', alarmedAtMs: START_MS + 1 };

  it('rolls back the running rollout it went off in', () => {
    const decided = done(plan(watching(), alarm, { production: CANDIDATE }));
    expect(decided.rollout).toMatchObject({ phase: 'rolled_back', outcome: { code: 'alarm', by: 'alarm:errors' } });
    expect(done(plan(atStep(0), { ...alarm, alarmedAtMs: START_MS })).rollout?.phase).toBe('rolled_back');
  });

  it('that was on before says nothing about the candidate', () => {
    expect(refused(plan(atStep(0), { ...alarm, alarmedAtMs: START_MS - 1 }))).toMatch(/on before the rollout began/u);
  });

  it('does not undo an ended rollout, nor what a person promoted without a watch', () => {
    expect(refused(plan(promoted, alarm, { production: CANDIDATE }))).toMatch(/no running rollout/u);
    expect(refused(plan(null, alarm))).toMatch(/no running rollout/u);
    const byHand = { by: 'ann', because: 'x', keepWatch: false, atMs: 0 };
    expect(refused(plan({ ...watching(), promotedByHand: byHand }, alarm))).toMatch(/a person promoted it/u);
    const kept = { ...watching(), promotedByHand: { ...byHand, keepWatch: true } };
    expect(done(plan(kept, alarm, { production: CANDIDATE })).rollout?.phase).toBe('rolled_back');
  });

  it('moves nothing onto a stable version that is gone', () => {
    expect(refused(plan(atStep(1), alarm, { stableExists: false, production: null }))).toMatch(/no longer exists/u);
  });
});

describe('release', () => {
  const release = { kind: 'release', ...who, version: CANDIDATE } as const;

  it('forgets that the version was tried and that it was rolled back', () => {
    const item = { usedVersions: [[1, 6] as const], quarantined: [[4, 4] as const] };
    const decided = done(plan({ ...atStep(1), phase: 'rolled_back' }, release, {}, item));
    expect(decided.usedVersions).toEqual([
      [1, 3],
      [5, 6],
    ]);
    expect(decided.quarantined).toEqual([]);
    expect(auditsOf(decided)).toEqual(['released']);
  });

  it('is refused for a version that was never tried and for the one that runs', () => {
    expect(refused(plan(null, release))).toMatch(/neither quarantined nor used/u);
    expect(refused(plan(atStep(1), release))).toMatch(/being rolled out now/u);
  });
});

it('long names and reasons are cut', () => {
  const decided = done(plan(atStep(1), { ...rollback, by: 'a'.repeat(5000), because: 'b'.repeat(5000) }));
  expect(JSON.stringify(decided.actions).length).toBeLessThan(2000);
});
