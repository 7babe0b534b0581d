import { combineHarm, judgeGuardrail, type CombinedHarm } from '../judging/judge';
import type { Verdict } from '../judging/verdict';
import type { TickEvidence } from './evidence';
import { findHold, keepHold } from './hold';
import { stableVersion, type Action, type Plan } from './plan';
import { currentStage, isTerminal, type Peaks, type Rollout } from './rollout';
import { abort, advance, beginWatch, clip, factsOf, finish, promote, rollBack, type Transition } from './transitions';

/**
 * The heart: what to do with a rollout, given what is known now. Pure. Judges in every non-terminal state; proven harm
 * leads to a rollback from each of them; nothing but proof advances.
 * @param rollout as stored
 * @param evidence facts gathered by this tick
 * @param nowMs ms since 1970
 * @returns the rollout after this tick, what to do beside it, and why
 */
export function planTick(rollout: Rollout, evidence: TickEvidence, nowMs: number): Plan {
  if (isTerminal(rollout.phase)) return planVerification(rollout, evidence, nowMs);
  const overtaken = planOvertaken(rollout, evidence, nowMs);
  if (overtaken !== null) return overtaken;
  const { verdicts, harm } = judge(rollout, evidence);
  const judged: Rollout = {
    ...rollout,
    peaks: raisePeaks(rollout.peaks, verdicts, harm),
    exposedUnits: evidence.judged?.exposedUnits ?? rollout.exposedUnits,
  };
  const plan = (transition: Transition, reasons: string[]): Plan => ({
    ...transition,
    stable: stableVersion(transition.next),
    reasons,
    verdicts,
    harm,
  });
  const isHarmProven = judged.peaks.harm >= Math.log(1 / judged.policy.alpha);
  if (isHarmProven && isGuarded(judged)) return planRollback(judged, evidence, verdicts, harm, plan, nowMs);
  const alerts = isHarmProven ? harmAlert(rollout, judged, verdicts, harm) : [];
  const finding = findHold(judged, evidence, verdicts, harm, nowMs);
  const { next, actions } = keepHold(judged, finding, nowMs);
  const held = plan({ next, actions: [...alerts, ...actions] }, finding === null ? [] : [finding.reason]);
  switch (next.phase) {
    case 'promoting':
      return planPromoting(held, evidence, plan, nowMs);
    case 'watching':
      return planWatching(held, plan, nowMs);
    default:
      return planRamping(held, plan, nowMs);
  }
}

type MakePlan = (transition: Transition, reasons: string[]) => Plan;

function judge(rollout: Rollout, { judged }: TickEvidence): { verdicts: Verdict[]; harm: CombinedHarm } {
  const { alpha, beta } = rollout.policy;
  const verdicts = rollout.guardrails.flatMap((guardrail, index) => {
    const state = judged?.states[index];
    return state === undefined ? [] : [judgeGuardrail(guardrail, state, { alpha, beta })];
  });
  return { verdicts, harm: combineHarm(verdicts, rollout.guardrails, { alpha }) };
}

function raisePeaks(peaks: Peaks, verdicts: readonly Verdict[], harm: CombinedHarm): Peaks {
  const perGuardrail = { ...peaks.perGuardrail };
  for (const verdict of verdicts) {
    const before = perGuardrail[verdict.guardrail];
    perGuardrail[verdict.guardrail] = {
      gate: Math.max(before?.gate ?? 0, verdict.logESafeGate),
      safe: Math.max(before?.safe ?? 0, verdict.logESafe),
    };
  }
  return { harm: Math.max(peaks.harm, harm.logE), perGuardrail };
}

/** A person's promotion stands: verdicts alert, but do not roll back, unless the watch was kept. */
function isGuarded(rollout: Rollout): boolean {
  return rollout.promotedByHand === null || rollout.promotedByHand.keepWatch;
}

function planOvertaken(rollout: Rollout, { labels }: TickEvidence, nowMs: number): Plan | null {
  const plan = ({ next, actions }: Transition, stable: number | null, reason: string): Plan => {
    return { next, actions, stable, reasons: [reason], verdicts: [], harm: null };
  };
  const expected: (number | null)[] =
    rollout.phase === 'ramping'
      ? [rollout.stable]
      : rollout.phase === 'promoting'
        ? [rollout.stable, rollout.candidate]
        : [rollout.candidate];
  const { production, candidate, stableExists } = labels;
  if (production !== 'unknown' && !expected.includes(production) && !(production === null && stableExists === false)) {
    const reason = `production was moved to ${production === null ? 'no version' : `version ${production}`} by someone else`;
    const transition = abort(rollout, { code: 'production_moved', reason, by: 'label' }, nowMs);
    return plan(transition, production, reason);
  }
  const isSuperseded =
    rollout.phase === 'ramping' &&
    rollout.policy.onNewCandidate === 'supersede' &&
    typeof candidate === 'number' &&
    candidate !== rollout.labelledAtStart &&
    candidate !== rollout.candidate;
  if (!isSuperseded) return null;
  const reason = `version ${candidate} is the new candidate`;
  const transition = abort(rollout, { code: 'superseded', reason, by: 'label' }, nowMs);
  return plan(transition, rollout.stable, reason);
}

function planRollback(
  rollout: Rollout,
  evidence: TickEvidence,
  verdicts: readonly Verdict[],
  harm: CombinedHarm,
  plan: MakePlan,
  nowMs: number,
): Plan {
  if (evidence.labels.stableExists === false) {
    const finding = findHold(rollout, evidence, verdicts, harm, nowMs);
    return plan(keepHold(rollout, finding, nowMs), ['harm is proven, but there is no stable version to go back to']);
  }
  const worst = worstOf(verdicts, harm);
  const reason = worst === null ? 'harm was proven at an earlier look' : worst.reason;
  const cause = { code: 'harm', reason: clip(reason), guardrail: worst?.guardrail ?? null, by: 'controller' };
  return plan(rollBack(rollout, cause, mayHaveMoved(rollout, evidence), nowMs), [reason]);
}

/** True unless `production` is known to be on the stable version and no move to the candidate is under way. */
export function mayHaveMoved(rollout: Rollout, evidence: Pick<TickEvidence, 'labels'>): boolean {
  return rollout.phase !== 'ramping' || evidence.labels.production === rollout.candidate;
}

function worstOf(verdicts: readonly Verdict[], harm: CombinedHarm): Verdict | null {
  const strength = (verdict: Verdict): number => Math.max(verdict.logEHarm, verdict.logEFloor ?? -Infinity);
  const named = verdicts.filter((verdict) => harm.proven.includes(verdict.guardrail));
  const from = named.length > 0 ? named : verdicts;
  return from.reduce<Verdict | null>((worst, v) => (worst === null || strength(v) > strength(worst) ? v : worst), null);
}

function harmAlert(before: Rollout, now: Rollout, verdicts: readonly Verdict[], harm: CombinedHarm): Action[] {
  if (before.peaks.harm >= Math.log(1 / now.policy.alpha)) return [];
  const worst = worstOf(verdicts, harm);
  const detail = { ...factsOf(now), guardrail: worst?.guardrail ?? null, reason: clip(worst?.reason ?? '') };
  return [{ kind: 'alert', alert: 'harm_after_promotion_by_hand', severity: 'page', detail }];
}

function planRamping(held: Plan, plan: MakePlan, nowMs: number): Plan {
  const rollout = held.next;
  if (rollout.hold !== null) return planMaxHold(held, plan, nowMs);
  if (rollout.pause !== null) return { ...held, reasons: [`paused by ${rollout.pause.by}: ${rollout.pause.because}`] };
  const isLastStep = currentStage(rollout).step >= rollout.policy.steps.length - 1;
  const transition = isLastStep ? promote(rollout, {}, nowMs) : advance(rollout, nowMs);
  const reason = isLastStep
    ? 'every guardrail is proven not worse than its margin: production moves to the candidate'
    : `safe so far: on to ${currentStage(transition.next).percent} %`;
  return plan({ next: transition.next, actions: [...held.actions, ...transition.actions] }, [reason]);
}

function planMaxHold(held: Plan, plan: MakePlan, nowMs: number): Plan {
  const rollout = held.next;
  const { hold, policy } = rollout;
  if (hold?.kind !== 'inconclusive' || nowMs - hold.sinceMs < policy.maxHold.afterMs) return held;
  if (policy.maxHold.then === 'page') {
    if (hold.pagedAtMs !== undefined) return held;
    const detail = { ...factsOf(rollout), reason: hold.reason };
    const page: Action = { kind: 'alert', alert: 'held_too_long', severity: 'page', detail };
    return { ...held, next: { ...rollout, hold: { ...hold, pagedAtMs: nowMs } }, actions: [...held.actions, page] };
  }
  const cause = { code: 'not_shown_safe', reason: hold.reason, guardrail: null, by: 'controller' };
  const transition = rollBack(rollout, cause, false, nowMs);
  return plan({ next: transition.next, actions: [...held.actions, ...transition.actions] }, [
    `not shown safe in time: ${hold.reason}`,
  ]);
}

function planPromoting(held: Plan, evidence: TickEvidence, plan: MakePlan, nowMs: number): Plan {
  const rollout = held.next;
  if (evidence.labels.production === rollout.candidate) {
    const transition = beginWatch(rollout, nowMs);
    return plan({ next: transition.next, actions: [...held.actions, ...transition.actions] }, [
      `production is on version ${rollout.candidate}`,
    ]);
  }
  const waiting = planGoal(rollout, evidence, 'promotion_unverified', nowMs);
  return plan({ next: waiting.next, actions: [...held.actions, ...waiting.actions] }, [
    `waiting for production to be seen on version ${rollout.candidate}`,
  ]);
}

function planWatching(held: Plan, plan: MakePlan, nowMs: number): Plan {
  const rollout = held.next;
  const endsAtMs = currentStage(rollout).fromMs + rollout.policy.watchMs;
  if (nowMs < endsAtMs || rollout.pause !== null) return held;
  const transition = finish(rollout, nowMs);
  return plan({ next: transition.next, actions: [...held.actions, ...transition.actions] }, ['the watch ended']);
}

/** After the end: is `production` where it should be? Read back on every tick until it is. */
function planVerification(rollout: Rollout, evidence: TickEvidence, nowMs: number): Plan {
  const plan = (next: Rollout, actions: Action[], reasons: string[]): Plan => {
    return { next, actions, reasons, stable: stableVersion(next), verdicts: [], harm: null };
  };
  const { verification } = rollout;
  if (verification === null || verification.verifiedAtMs !== null) return plan(rollout, [], []);
  if (evidence.labels.production === verification.production) {
    const verified: Rollout = { ...rollout, verification: { ...verification, verifiedAtMs: nowMs } };
    const detail = { ...factsOf(rollout), afterMs: nowMs - verification.sinceMs };
    return plan(verified, [{ kind: 'audit', event: 'verified', detail }], ['the rollback is verified']);
  }
  const { production } = evidence.labels;
  if (production !== 'unknown' && production !== verification.from) {
    const detail = { ...factsOf(rollout), expected: verification.production, seen: production };
    return plan(
      { ...rollout, verification: null },
      [{ kind: 'audit', event: 'production_moved', detail }],
      [`production was moved to version ${production} by someone else`],
    );
  }
  const { next, actions } = planGoal(rollout, evidence, 'rollback_unverified', nowMs);
  return plan(next, actions, [`production is not seen on version ${verification.production} yet`]);
}

/** `production` is not where it should be: ask for the move again, and say so once the deadline has passed. */
function planGoal(rollout: Rollout, evidence: TickEvidence, alert: string, nowMs: number): Transition {
  const { verification } = rollout;
  if (verification === null) return { next: rollout, actions: [] };
  const actions: Action[] = [];
  if (evidence.labels.production === verification.from)
    actions.push({ kind: 'label', label: 'production', version: verification.production });
  if (verification.alertedAtMs !== null || nowMs - verification.sinceMs < evidence.verifyDeadlineMs) {
    return { next: rollout, actions };
  }
  const detail = { ...factsOf(rollout), expected: verification.production, seen: String(evidence.labels.production) };
  actions.push({ kind: 'alert', alert, severity: 'page', detail });
  return { next: { ...rollout, verification: { ...verification, alertedAtMs: nowMs } }, actions };
}
