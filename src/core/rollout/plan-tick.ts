import { clip } from '../item/item-size';
import { rememberMissing, type TickEvidence } from './evidence';
import { findHolds } from './hold';
import { keepHolds, type Finding } from './keep-holds';
import { explainHarm, lookAt, type Look } from './look';
import type { Action, Plan, Transition } from './plan';
import { planVerification, pursueGoal } from './plan-verification';
import { isMovedByOthers } from './production';
import { currentStage, isTerminal, type Rollout } from './rollout';
import { abort, advance, beginWatch, factsOf, finish, promote, rollBack } from './transitions';

/** A hold that is away for at most this long, or four ticks, is the same hold when it comes back. */
const CALM_MS = 3_600_000;

/**
 * The heart: what to do with a rollout, given what is known now. Pure. Judges in every non-terminal state; proven harm
 * leads to a rollback from each of them; nothing but proof advances.
 * @param rollout as stored
 * @param given facts gathered by this tick
 * @param nowMs ms since 1970
 * @param stable the version outside the arms as stored; an ended rollout leaves it as it is
 * @returns the rollout after this tick, what to do beside it, and why
 */
export function planTick(
  rollout: Rollout,
  given: TickEvidence,
  nowMs: number,
  stable: number | null = rollout.phase === 'promoted' ? rollout.candidate : rollout.stable,
): Plan {
  if (isTerminal(rollout.phase)) return planVerification(rollout, stable, given, nowMs);
  const evidence = { ...given, labels: rememberMissing(rollout, given.labels) };
  const look = lookAt(rollout, evidence);
  const findings = findHolds(look, evidence, nowMs);
  const held = planHold(look, findings, evidence, nowMs);
  return (
    planOvertaken(look, evidence, nowMs) ??
    planHarm(look, held, evidence, nowMs) ??
    planSuperseded(look, evidence, nowMs) ??
    planPhase(look, held, findings, evidence, nowMs)
  );
}

function planOf({ verdicts, harm }: Look, transition: Transition, reasons: readonly string[]): Plan {
  return { ...transition, reasons, verdicts, harm };
}

/** The plan with a further transition: what was decided before stays decided. */
function then(held: Plan, { next, stable, actions }: Transition, reason: string): Plan {
  return { ...held, next, stable, actions: [...held.actions, ...actions], reasons: [reason] };
}

function planHold(look: Look, findings: readonly Finding[], evidence: TickEvidence, nowMs: number): Plan {
  const calmMs = Math.max(CALM_MS, 4 * evidence.tickEveryMs);
  const { rollout } = look;
  const context = {
    deadlines: rollout.policy.deadlines,
    facts: factsOf(rollout),
    canPause: rollout.phase === 'ramping',
    calmMs,
  };
  const { next, actions } = keepHolds(rollout, context, findings, nowMs);
  const transition = { next: { ...rollout, ...next }, stable: rollout.stable, actions };
  return planOf(
    look,
    transition,
    findings.map(({ reason }) => reason),
  );
}

/** A person's promotion stands: verdicts alert, but do not roll back, unless the watch was kept. */
function isGuarded(rollout: Rollout): boolean {
  return rollout.promotedByHand === null || rollout.promotedByHand.keepWatch;
}

/** `production` was moved by somebody else: that version is served, and the rollout ends. */
function planOvertaken(look: Look, { labels }: TickEvidence, nowMs: number): Plan | null {
  const { rollout } = look;
  const { production } = labels;
  if (production === 'unknown' || !isMovedByOthers(rollout, labels)) return null;
  const reason = `production was moved to ${production === null ? 'no version' : `version ${production}`} by someone else`;
  const ended = abort(rollout, { code: 'production_moved', reason, by: 'label' }, production, nowMs);
  const isHarmful = look.isHarmProven && isGuarded(rollout) && production !== rollout.candidate;
  const quarantine: Action[] = isHarmful ? [{ kind: 'quarantine', version: rollout.candidate }] : [];
  return planOf(look, { ...ended, actions: [...quarantine, ...ended.actions] }, [reason]);
}

/** Proven harm: a rollback, or an alert where nothing may be moved. */
function planHarm(look: Look, held: Plan, { labels }: TickEvidence, nowMs: number): Plan | null {
  if (!look.isHarmProven) return null;
  const { rollout } = look;
  const { reason, guardrail } = explainHarm(look);
  if (isGuarded(rollout) && labels.stableExists !== false) {
    const cause = { code: 'harm', reason, guardrail, by: 'controller' };
    return planOf(look, rollBack(rollout, cause, labels, nowMs), [reason]);
  }
  return isGuarded(rollout) ? planFrozen(look, held, reason) : null;
}

/** Harm is proven, and there is nothing to go back to: nothing is moved, and a person is paged, once. */
function planFrozen(look: Look, held: Plan, reason: string): Plan {
  const isPaged = held.actions.some((action) => action.kind === 'alert' && action.severity === 'page');
  const page = look.isHarmNews && !isPaged ? [harmPage(look, 'harm_while_frozen')] : [];
  const reasons = [`harm is proven, but there is no stable version to go back to: ${reason}`, ...held.reasons];
  return { ...held, actions: [...held.actions, ...page], reasons };
}

function harmPage(look: Look, alert: string): Action {
  const { reason, guardrail } = explainHarm(look);
  const detail = { ...factsOf(look.rollout), guardrail: guardrail && clip(guardrail), reason: clip(reason) };
  return { kind: 'alert', alert, severity: 'page', detail };
}

/** `candidate` was moved to another version while this one was ramping. A frozen rollout stays as it is. */
function planSuperseded(look: Look, { labels }: TickEvidence, nowMs: number): Plan | null {
  const { rollout } = look;
  const { candidate, stableExists } = labels;
  const isSuperseded =
    rollout.phase === 'ramping' &&
    rollout.policy.onNewCandidate === 'supersede' &&
    stableExists !== false &&
    typeof candidate === 'number' &&
    candidate !== rollout.labelledAtStart &&
    candidate !== rollout.candidate;
  if (!isSuperseded) return null;
  const reason = `version ${candidate} is the new candidate`;
  const ended = abort(rollout, { code: 'superseded', reason, by: 'label' }, rollout.stable, nowMs);
  return planOf(look, ended, [reason]);
}

function planPhase(look: Look, held: Plan, findings: readonly Finding[], evidence: TickEvidence, nowMs: number): Plan {
  const page = look.isHarmNews ? [harmPage(look, 'harm_after_promotion_by_hand')] : [];
  const plan = { ...held, actions: [...held.actions, ...page] };
  switch (plan.next.phase) {
    case 'promoting':
      return planPromoting(plan, evidence, nowMs);
    case 'watching':
      return planWatching(plan, findings, nowMs);
    default:
      return planRamping(plan, findings, evidence, nowMs);
  }
}

function planRamping(held: Plan, findings: readonly Finding[], evidence: TickEvidence, nowMs: number): Plan {
  const rollout = held.next;
  const unproven = findings.find(({ kind }) => kind === 'inconclusive');
  if (unproven !== undefined) return planMaxHold(held, unproven, evidence, nowMs);
  if (findings.length > 0) return held;
  if (rollout.pause !== null) return { ...held, reasons: [`paused by ${rollout.pause.by}: ${rollout.pause.because}`] };
  if (currentStage(rollout).step >= rollout.policy.steps.length - 1) {
    const reason = 'every guardrail is proven not worse than its margin: production moves to the candidate';
    return then(held, promote(rollout, {}, nowMs), reason);
  }
  const transition = advance(rollout, nowMs);
  return then(held, transition, `safe so far: on to ${currentStage(transition.next).percent} %`);
}

/** Lack of proof for too long after the bake: page a person once, or go back. A pause does not stop the clock. */
function planMaxHold(held: Plan, unproven: Finding, { labels }: TickEvidence, nowMs: number): Plan {
  const rollout = held.next;
  const { maxHold, steps } = rollout.policy;
  const stage = currentStage(rollout);
  const bakedAtMs = stage.fromMs + (steps[stage.step]?.bakeMs ?? 0);
  if (nowMs - bakedAtMs < maxHold.afterMs || labels.stableExists === false) return held;
  if (maxHold.then === 'roll_back') {
    const cause = { code: 'not_shown_safe', reason: unproven.reason, guardrail: null, by: 'controller' };
    return then(held, rollBack(rollout, cause, labels, nowMs), `not shown safe in time: ${unproven.reason}`);
  }
  const isPaged = rollout.clocks.some(({ kind, pagedAtMs }) => kind === 'inconclusive' && pagedAtMs !== null);
  if (isPaged) return held;
  const detail = { ...factsOf(rollout), reason: clip(unproven.reason) };
  const page: Action = { kind: 'alert', alert: 'held_too_long', severity: 'page', detail };
  const clocks = rollout.clocks.map((clock) =>
    clock.kind === 'inconclusive' ? { ...clock, pagedAtMs: nowMs } : clock,
  );
  return { ...held, next: { ...rollout, clocks }, actions: [...held.actions, page] };
}

function planPromoting(held: Plan, evidence: TickEvidence, nowMs: number): Plan {
  const rollout = held.next;
  if (evidence.labels.production === rollout.candidate) {
    return then(held, beginWatch(rollout, nowMs), `production is on version ${rollout.candidate}`);
  }
  const transition = { ...pursueGoal(rollout, evidence, nowMs), stable: rollout.stable };
  return then(held, transition, `waiting for production to be seen on version ${rollout.candidate}`);
}

/** The watch ends with its time, but not before what happened in it has been read, nor while a person pauses it. */
function planWatching(held: Plan, findings: readonly Finding[], nowMs: number): Plan {
  const rollout = held.next;
  const endsAtMs = (rollout.promotedAtMs ?? currentStage(rollout).fromMs) + rollout.policy.watchMs;
  const isUnread = findings.some(({ kind }) => kind === 'provider_error' || kind === 'late_data');
  if (nowMs < endsAtMs || isUnread || rollout.pause !== null) return held;
  return then(held, finish(rollout, nowMs), 'the watch ended');
}
