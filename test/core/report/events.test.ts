import { eventsOf } from '../../../src/core/report/events';
import { describeState, needsOf } from '../../../src/core/report/needs';
import type { PromptItem } from '../../../src/core/item/prompt-item';
import { parseWeek, periodOf } from '../../../src/core/report/week';
import { sampleEvent, sampleItem, sampleRollout } from './sample';

const WEEK = periodOf(parseWeek('2026-W47'), 'UTC');
const when = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16);
const event = (revision: number, at: string, kind: string, detail = {}): ReturnType<typeof sampleEvent> =>
  sampleEvent('greeting', revision, at, kind, detail);

describe('events of a week', () => {
  test('only those of the week, oldest first, each once', () => {
    const events = [
      event(9, '2026-11-23T00:00:00Z', 'promoted'),
      event(5, '2026-11-18T09:00:00Z', 'advanced', { percent: 50 }),
      event(4, '2026-11-17T09:00:00Z', 'started'),
      event(4, '2026-11-17T09:00:00Z', 'started'),
      event(1, '2026-11-15T23:59:59Z', 'aborted'),
    ];
    expect(eventsOf(events, WEEK).map(({ text }) => text)).toEqual([
      'rollout of version 4 started at 10 %, against version 3, by controller',
      'version 4 went on to 50 %',
    ]);
  });

  test('a rollback tells who and why', () => {
    const events = [event(6, '2026-11-19T10:00:00Z', 'rolled_back', { by: 'ada', reason: 'wrong tone' })];
    expect(eventsOf(events, WEEK)[0]?.text).toBe('version 4 was rolled back by ada: wrong tone');
  });

  test('a rollback for harm names the guardrail', () => {
    const detail = { by: 'controller', guardrail: 'score:clarity', reason: 'Worse than stable: 3 against 4.' };
    const told = eventsOf([event(6, '2026-11-19T10:00:00Z', 'rolled_back', detail)], WEEK);
    expect(told[0]?.text).toBe(
      'version 4 was rolled back by controller over score:clarity: Worse than stable: 3 against 4.',
    );
  });

  test('holds of one kind are one line with the last reason; baking and quiet hours are not news', () => {
    const held = (revision: number, hold: string, reason: string): ReturnType<typeof sampleEvent> =>
      event(revision, `2026-11-18T0${revision}:00:00Z`, 'held', { hold, reason });
    const events = [
      held(1, 'baking', 'at 10 %'),
      held(2, 'inconclusive', '40 units'),
      held(3, 'no_data', 'silence'),
      held(4, 'inconclusive', '60 units'),
      held(5, 'quiet_hours', 'night'),
    ];
    expect(eventsOf(events, WEEK).map(({ text }) => text)).toEqual([
      'version 4 was held at 10 %: 60 units (2 times, the last reason is given)',
      'version 4 was held at 10 %: silence',
    ]);
  });

  test('an event of a kind that is not known is told, not dropped', () => {
    const told = eventsOf([event(1, '2026-11-18T09:00:00Z', 'moon_landing', { reason: 'why not' })], WEEK);
    expect(told[0]?.text).toBe('moon landing: why not');
  });

  test.each([
    ['paused', { because: 'lunch' }, 'version 4 was paused by controller: lunch'],
    ['resumed', { because: '' }, 'version 4 was resumed by controller'],
    ['promoting', {}, 'version 4 was proven safe'],
    ['promoting', { because: 'launch' }, 'version 4 was promoted by hand by controller: launch'],
    ['promoted', {}, 'version 4 was promoted: production moved to it'],
    ['watch_ended', {}, 'the watch over version 4 ended; its promotion is final'],
    ['rolled_back_to', { to: 2, because: 'x' }, 'production was rolled back to version 2 by controller: x'],
    ['promoted_to', { to: 1, because: 'first' }, 'production was given to version 1 by controller: first'],
    [
      'aborted',
      { reason: 'version 5 is the new candidate' },
      'rollout of version 4 ended without a decision: version 5 is the new candidate',
    ],
    ['production_moved', { expected: 3, seen: 9 }, 'production was moved by someone else: expected version 3, seen 9'],
    ['released', { version: 4 }, 'version 4 was released by controller and may be rolled out again'],
    ['policy_refused', { reason: 'steps: ...' }, 'version 4 was refused: its policy is not valid: steps: ...'],
  ])('%s %j', (kind, detail, text) => {
    expect(eventsOf([event(1, '2026-11-18T09:00:00Z', kind, detail)], WEEK)[0]?.text).toBe(text);
  });
});

describe('what needs a person', () => {
  const needs = (changes: Partial<PromptItem>, sinceMs = WEEK.fromMs): string[] =>
    needsOf(sampleItem('greeting', changes), [], sinceMs, when);
  const atMs = Date.parse('2026-11-18T09:00:00Z');
  const hold = { kind: 'no_data', reason: 'silence', sinceMs: atMs, alertedAtMs: null } as const;

  test('nothing, when nothing runs or a rollout bakes', () => {
    expect(needs({})).toEqual([]);
    expect(needs({ rollout: sampleRollout('greeting') })).toEqual([]);
    expect(needs({ rollout: sampleRollout('greeting', { hold }) })).toEqual([]);
  });

  test('a hold whose alert deadline has passed', () => {
    const rollout = sampleRollout('greeting', { hold: { ...hold, alertedAtMs: atMs } });
    expect(needs({ rollout })).toEqual(['version 4 is held since 2026-11-18T09:00: silence']);
  });

  test('a pause', () => {
    const rollout = sampleRollout('greeting', { pause: { by: 'ada', because: 'lunch', atMs } });
    expect(needs({ rollout })).toEqual([
      'version 4 is paused since 2026-11-18T09:00 by ada: lunch (rampart resume greeting)',
    ]);
  });

  test('a frozen rollout', () => {
    const rollout = sampleRollout('greeting', {
      hold: { ...hold, kind: 'stable_missing', reason: 'version 3 is gone' },
    });
    expect(needs({ rollout })).toEqual(['frozen: version 3 is gone (rampart rollback greeting --to VERSION)']);
  });

  test('a quarantined candidate, in the week of its rollback and after, unless it was released', () => {
    const outcome = { code: 'harm', reason: 'worse', guardrail: null, by: 'controller', atMs };
    const rollout = sampleRollout('greeting', { phase: 'rolled_back', outcome });
    expect(needs({ rollout, quarantined: [[4, 4]] })[0]).toMatch(/^version 4 is quarantined/u);
    expect(needs({ rollout, quarantined: [] })).toEqual([]);
    expect(needs({ rollout, quarantined: [[4, 4]] }, atMs + 1)).toEqual([]);
  });

  test('harm after a promotion by hand, and a rollback that is not seen', () => {
    const promotedByHand = { by: 'ada', because: 'launch', keepWatch: false, atMs };
    const rollout = sampleRollout('greeting', {
      phase: 'watching',
      promotedByHand,
      peaks: { harm: Math.log(20), perGuardrail: {} },
    });
    expect(needs({ rollout })[0]).toContain('harm is proven for version 4');
    const verification = {
      of: 'rollback',
      production: 3,
      from: 4,
      sinceMs: atMs,
      verifiedAtMs: null,
      alertedAtMs: atMs,
    } as const;
    expect(needs({ rollout: sampleRollout('greeting', { phase: 'rolled_back', verification }) })).toEqual([
      'production is not seen on version 3 since 2026-11-18T09:00; move the label in Langfuse by hand',
    ]);
  });

  test('with a command that can be typed as it is, whatever the prompt is called', () => {
    const pause = { by: 'ann', because: 'lunch', atMs };
    const item = sampleItem('a & b', { rollout: sampleRollout('a & b', { pause }) });
    expect(needsOf(item, [], 0, when)).toEqual([
      "version 4 is paused since 2026-11-18T09:00 by ann: lunch (rampart resume 'a & b')",
    ]);
  });

  test('a refused policy, until a rollout starts; a candidate without a production', () => {
    const refused = eventsOf([event(1, '2026-11-18T09:00:00Z', 'policy_refused', { reason: 'no' })], WEEK);
    const started = eventsOf([event(2, '2026-11-19T09:00:00Z', 'started')], WEEK);
    expect(needsOf(sampleItem('greeting'), refused, 0, when)).toEqual([
      'version 4 was refused: its policy is not valid: no',
    ]);
    expect(needsOf(sampleItem('greeting'), [...refused, ...started], 0, when)).toEqual([]);
    const { assignment } = sampleItem('greeting');
    expect(needs({ said: ['no_production:7'], assignment: { ...assignment, stable: null } })[0]).toContain('version 7');
    expect(needs({ said: ['no_production:7'] })).toEqual([]);
  });
});

test('the state of a prompt in words', () => {
  const state = (changes: Partial<PromptItem>): string => describeState(sampleItem('greeting', changes), when);
  const { assignment } = sampleItem('greeting');
  expect(state({})).toBe('version 3 is in production');
  expect(state({ assignment: { ...assignment, stable: null } })).toBe('no version is in production');
  expect(state({ rollout: sampleRollout('greeting') })).toBe(
    'version 4 has 10 % of the traffic since 2026-11-17T09:00, baking',
  );
  const pause = { by: 'ada', because: 'lunch', atMs: 0 };
  expect(state({ rollout: sampleRollout('greeting', { pause }) })).toContain(', paused: lunch');
});
