import * as fc from 'fast-check';
import { emptyItem, nextItem, splitAudit, type Change } from '../../../src/core/item/next-item';
import type { AuditEvent, PromptItem } from '../../../src/core/item/prompt-item';
import { hasVersion } from '../../../src/core/item/version-ranges';
import type { LabelFacts } from '../../../src/core/rollout/evidence';
import { planAtRest } from '../../../src/core/rollout/plan-at-rest';
import { planCommand, type ImmediateCommand } from '../../../src/core/rollout/plan-command';
import { decideStart, startRollout } from '../../../src/core/rollout/plan-start';
import { planTick } from '../../../src/core/rollout/plan-tick';
import { currentStage, isTerminal } from '../../../src/core/rollout/rollout';
import { policyOf } from '../policy/example-policy';
import { EDGES } from './edges';
import { evidenceOf, GUARDRAIL, HOUR_MS, rolloutOf, START_MS, type Seen } from './fixtures';

const VERSIONS = 6;
const POLICY = policyOf({
  steps: [
    { percent: 10, bake: '2h' },
    { percent: 50, bake: '2h' },
  ],
  watch: '4h',
  // oxlint-disable-next-line unicorn/no-thenable -- a word of the policy
  maxHold: { after: '20h', then: 'roll_back' },
  deadlines: { providerError: { alert: '1h', pause: '3h' } },
});

type Step =
  | { do: 'tick'; seen: Seen; fault: 'none' | 'provider' | 'labels' | 'stable gone'; hours: number }
  | { do: 'carry out' }
  | { do: 'label'; label: 'production' | 'candidate'; version: number }
  | {
      do: 'command';
      kind: ImmediateCommand['kind'];
      version: number;
      toVersion: number | null;
      keepWatch: boolean;
      isAlarm: boolean;
    };

const seen: fc.Arbitrary<Seen> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Seen>({ gate: 20, safe: 20 }) },
  { weight: 3, arbitrary: fc.constant<Seen>({}) },
  { weight: 1, arbitrary: fc.constant<Seen>({ harm: 20, difference: -0.2 }) },
  { weight: 1, arbitrary: fc.record({ harm: fc.double({ min: -5, max: 5, noNaN: true }), units: fc.nat(60) }) },
);
const version = fc.integer({ min: 1, max: VERSIONS });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('tick' as const),
      seen,
      fault: fc.oneof(
        { weight: 8, arbitrary: fc.constant('none' as const) },
        fc.constantFrom('provider' as const, 'labels' as const, 'stable gone' as const),
      ),
      hours: fc.constantFrom(0.25, 1, 2, 5),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('carry out' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('label' as const), label: fc.constant('production' as const), version }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('label' as const), label: fc.constant('candidate' as const), version }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      kind: fc.constantFrom('pause', 'resume', 'abort', 'promote', 'rollback', 'release'),
      version,
      toVersion: fc.option(version),
      keepWatch: fc.boolean(),
      isAlarm: fc.boolean(),
    }),
  },
);

/** One prompt, its labels in Langfuse, and everything that was ever written or sent. */
interface Life {
  item: PromptItem;
  labels: { production: number | null; candidate: number | null };
  nowMs: number;
  audit: AuditEvent[];
  alertIds: string[];
  /** Versions that a label or a command started, in order; released ones may come again. */
  started: number[];
  released: Set<number>;
}

function write(life: Life, change: Change): void {
  const before = life.item;
  const next = nextItem(before, change, life.nowMs);
  const newEvents = next.audit.filter(({ id }) => id.startsWith(`p#${next.revision}#`));
  const newAlerts = next.outbox.filter(({ id, kind }) => kind === 'alert' && id.startsWith(`p#${next.revision}#`));
  life.item = splitAudit(next).item;
  life.audit.push(...newEvents);
  life.alertIds.push(...newAlerts.map(({ id }) => id));
  check(
    before,
    next,
    newEvents,
    newAlerts.map((entry) => (entry.kind === 'alert' ? entry.alert : '')),
  );
}

/** What must hold of every write. */
function check(before: PromptItem, after: PromptItem, events: readonly AuditEvent[], alerts: readonly string[]): void {
  expect(after.revision).toBe(before.revision + 1);
  const isServedTheSame =
    JSON.stringify({ ...after.assignment, epoch: 0, writtenAtMs: 0 }) ===
    JSON.stringify({ ...before.assignment, epoch: 0, writtenAtMs: 0 });
  expect(after.assignment.epoch).toBe(before.assignment.epoch + (isServedTheSame ? 0 : 1));
  expect(after.assignment.arms.length).toBeLessThanOrEqual(1);
  for (const arm of after.assignment.arms) expect(hasVersion(after.quarantined, arm.version)).toBe(false);
  checkTransition(before, after, events, alerts);
}

function checkTransition(
  before: PromptItem,
  after: PromptItem,
  events: readonly AuditEvent[],
  alerts: readonly string[],
): void {
  const [was, is] = [before.rollout, after.rollout];
  if (is === null) return expect(was).toBeNull();
  const kinds = events.map(({ kind }) => kind);
  const count = (kind: string): number => kinds.filter((other) => other === kind).length;
  if (was?.id !== is.id) {
    expect(was === null || isTerminal(was.phase)).toBe(true);
    expect([is.phase, count('started'), alerts]).toEqual(['ramping', 1, ['started']]);
    return;
  }
  if (isTerminal(was.phase)) {
    expect({ ...is, verification: null }).toEqual({ ...was, verification: null });
    return;
  }
  expect(is.peaks.harm).toBeGreaterThanOrEqual(was.peaks.harm);
  const ends = {
    promoting: 'promoting',
    watching: 'promoted',
    promoted: 'watch_ended',
    rolled_back: 'rolled_back',
    aborted: 'aborted',
    ramping: 'advanced',
  };
  if (was.phase !== is.phase) {
    expect(EDGES).toContain(`${was.phase} --> ${is.phase}`);
    expect(count(ends[is.phase])).toBe(1);
    const told = {
      promoting: null,
      watching: 'promoted',
      promoted: null,
      rolled_back: 'rolled_back',
      aborted: 'aborted',
      ramping: null,
    }[is.phase];
    if (told !== null) expect(alerts.filter((alert) => alert === told)).toHaveLength(1);
  } else {
    for (const kind of ['promoting', 'promoted', 'watch_ended', 'rolled_back', 'aborted']) expect(count(kind)).toBe(0);
  }
  const opened = is.stages.length - was.stages.length;
  expect(opened).toBe(count('advanced') + count('promoting'));
  expect(is.stages.slice(0, was.stages.length).map(({ percent, fromMs }) => [percent, fromMs])).toEqual(
    was.stages.map(({ percent, fromMs }) => [percent, fromMs]),
  );
  expect(currentStage(is).percent).toBeGreaterThanOrEqual(currentStage(was).percent);
  if (is.phase === 'rolled_back') expect(hasVersion(after.quarantined, is.candidate)).toBe(true);
}

function facts(life: Life, fault: string): LabelFacts {
  if (fault === 'labels') return { production: 'unknown', candidate: 'unknown', stableExists: 'unknown' };
  if (fault === 'stable gone' && life.labels.production === life.item.rollout?.stable) {
    return { ...life.labels, production: null, stableExists: false };
  }
  return { ...life.labels, stableExists: fault !== 'stable gone' };
}

function tick(life: Life, { seen, fault, hours }: Extract<Step, { do: 'tick' }>): void {
  life.nowMs += hours * HOUR_MS;
  const { item, nowMs } = life;
  const rollout = item.rollout ?? rolloutOf();
  const labels = facts(life, fault);
  const providerProblem = fault === 'provider' || fault === 'labels' ? 'down' : null;
  const evidence = evidenceOf(rollout, nowMs, { seen, labels, providerProblem });
  if (item.rollout !== null && !isTerminal(item.rollout.phase)) {
    const plan = planTick(item.rollout, evidence, nowMs);
    write(life, { rollout: plan.next, stable: plan.stable, actions: plan.actions, by: 'controller' });
    const isHarmful = plan.next.peaks.harm >= Math.log(1 / plan.next.policy.alpha);
    const isGuarded = plan.next.promotedByHand === null || plan.next.promotedByHand.keepWatch;
    if (isHarmful && isGuarded && plan.next.hold?.kind !== 'stable_missing')
      expect(['rolled_back', 'aborted']).toContain(plan.next.phase);
    return;
  }
  const decision = decideStart(item, labels);
  if (decision.kind === 'start') {
    start(life, decision.candidate, decision.stable);
    return;
  }
  const rest = planAtRest(item, evidence, nowMs);
  write(life, { rollout: rest.rollout, stable: rest.stable, actions: rest.actions, by: 'controller', said: rest.said });
}

function start(life: Life, candidate: number, stable: number): void {
  const isAgain = life.started.includes(candidate);
  expect(isAgain && !life.released.has(candidate)).toBe(false);
  life.started.push(candidate);
  life.released.delete(candidate);
  const input = {
    prompt: 'p',
    stable,
    candidate,
    startedBy: 'label',
    labelledAtStart: candidate,
    policy: POLICY,
    policySources: {},
    policyHash: 'h',
    guardrails: [GUARDRAIL],
    warnings: [],
  };
  const { rollout, actions } = startRollout(input, life.nowMs);
  write(life, { rollout, stable, actions, by: 'label' });
}

function command(life: Life, asked: Extract<Step, { do: 'command' }>): void {
  const { kind, version, toVersion, keepWatch, isAlarm } = asked;
  const who = { prompt: 'p', by: 'ann', because: 'so' };
  const alarm = isAlarm ? { alarmedAtMs: life.nowMs } : {};
  const made: ImmediateCommand =
    kind === 'promote'
      ? { kind, ...who, keepWatch, toVersion }
      : kind === 'rollback'
        ? { kind, ...who, toVersion: isAlarm ? null : toVersion, ...alarm }
        : kind === 'release'
          ? { kind, ...who, version }
          : { kind, ...who };
  const plan = planCommand(life.item, made, facts(life, 'none'), life.nowMs);
  if (!plan.ok) return;
  const { said: _said, ok: _ok, ...decided } = plan;
  if (kind === 'release') life.released.add(version);
  write(life, { ...decided, by: 'ann' });
  if (kind === 'rollback') expect(life.item.assignment.arms).toEqual([]);
}

function carryOut(life: Life): void {
  for (const entry of life.item.outbox) if (entry.kind === 'label') life.labels.production = entry.version;
  life.item = { ...life.item, revision: life.item.revision + 1, outbox: [] };
}

function live(steps: readonly Step[]): Life {
  const life: Life = {
    item: emptyItem('p', 1, START_MS),
    labels: { production: 1, candidate: 2 },
    nowMs: START_MS,
    audit: [],
    alertIds: [],
    started: [],
    released: new Set(),
  };
  for (const step of steps) {
    if (step.do === 'tick') tick(life, step);
    else if (step.do === 'carry out') carryOut(life);
    else if (step.do === 'label') life.labels[step.label] = step.version;
    else command(life, step);
  }
  return life;
}

const lives = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });

it('whatever evidence, commands and label moves come, every write keeps the rules', () => {
  fc.assert(
    fc.property(lives, (steps) => {
      const life = live(steps);
      const ids = [...life.audit.map(({ id }) => id), ...life.alertIds];
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 80 },
  );
});

it('left alone, production and what is served come to agree, and nobody is served a quarantined candidate', () => {
  fc.assert(
    fc.property(lives, (steps) => {
      const life = live(steps);
      life.labels.candidate = null;
      const calm = { do: 'tick', seen: {}, fault: 'none', hours: 1 } as const;
      for (let n = 0; n < 60; n++) {
        tick(life, calm);
        carryOut(life);
      }
      const { rollout, assignment } = life.item;
      expect(rollout === null || isTerminal(rollout.phase)).toBe(rollout?.pause === null || rollout === null);
      if (rollout !== null && !isTerminal(rollout.phase)) return;
      expect(assignment).toMatchObject({ stable: life.labels.production, arms: [], experiment: null });
    }),
    { numRuns: 25 },
  );
});
