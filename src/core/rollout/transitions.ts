import { clip, clipName } from '../item/item-size';
import type { AuditEvent } from '../item/prompt-item';
import type { LabelFacts } from './evidence';
import type { Action, Transition } from './plan';
import { isMovedByOthers, mayBeOnCandidate } from './production';
import { currentStage, type Outcome, type Phase, type Rollout, type Stage, type Verification } from './rollout';

/** The small facts that every alert and audit event of a rollout carries. */
export function factsOf(rollout: Rollout): AuditEvent['detail'] {
  const stage = currentStage(rollout);
  return {
    stable: rollout.stable,
    candidate: rollout.candidate,
    step: stage.step,
    percent: stage.percent,
    exposedUnits: rollout.exposedUnits,
  };
}

function closeStages(stages: readonly Stage[], nowMs: number): Stage[] {
  return stages.map((stage) => (stage.toMs === null ? { ...stage, toMs: Math.max(nowMs, stage.fromMs) } : stage));
}

function end(rollout: Rollout, phase: Phase, outcome: Outcome, verification: Verification | null): Rollout {
  return {
    ...rollout,
    phase,
    outcome: { ...outcome, reason: clip(outcome.reason), by: clipName(outcome.by) },
    stages: closeStages(rollout.stages, outcome.atMs),
    hold: null,
    clocks: [],
    pause: null,
    verification,
  };
}

/** `production` is to be on one version; it may still be on the other. */
export function goal(
  of: Verification['of'],
  { production, from }: Pick<Verification, 'production' | 'from'>,
  nowMs: number,
): Verification {
  return { of, production, from, sinceMs: nowMs, verifiedAtMs: null, alertedAtMs: null };
}

/**
 * From any non-terminal phase: nobody gets the candidate any more, it is quarantined, and `production` is moved back if it
 * may have moved. Where somebody else has put `production` meanwhile, it stays.
 * @param to another version to go back to than the stable one, by a person's wish; `production` is moved there
 */
export function rollBack(
  rollout: Rollout,
  cause: Omit<Outcome, 'atMs'>,
  labels: Pick<LabelFacts, 'production' | 'stableExists'>,
  nowMs: number,
  to: number | null = null,
): Transition {
  const isOnCandidate = mayBeOnCandidate(rollout, labels);
  const isElsewhere = to === null && !isOnCandidate && isMovedByOthers(rollout, labels);
  const target = to ?? rollout.stable;
  const stable = isElsewhere && labels.production !== 'unknown' ? labels.production : target;
  const from = to !== null && typeof labels.production === 'number' ? labels.production : rollout.candidate;
  const detail = {
    ...factsOf(rollout),
    to: stable,
    code: cause.code,
    guardrail: cause.guardrail === null ? null : clipName(cause.guardrail),
    by: clipName(cause.by),
    reason: clip(cause.reason),
  };
  const verification = isElsewhere ? null : goal('rollback', { production: target, from }, nowMs);
  return {
    next: end(rollout, 'rolled_back', { ...cause, atMs: nowMs }, verification),
    stable,
    actions: [
      ...(isOnCandidate || to !== null ? [moveProduction(target)] : []),
      { kind: 'quarantine', version: rollout.candidate },
      { kind: 'audit', event: 'rolled_back', detail },
      { kind: 'alert', alert: 'rolled_back', severity: 'page', detail },
    ],
  };
}

/** A goal for the outbox: `production` on this version. */
export function moveProduction(version: number): Action {
  return { kind: 'label', label: 'production', version };
}

/**
 * Ends a rollout that somebody or something else overtook. Labels stay as they are.
 * @param stable the version that everyone gets
 */
export function abort(
  rollout: Rollout,
  cause: Omit<Outcome, 'atMs' | 'guardrail'>,
  stable: number | null,
  nowMs: number,
): Transition {
  const detail = { ...factsOf(rollout), to: stable, code: cause.code, by: cause.by, reason: clip(cause.reason) };
  return {
    next: end(rollout, 'aborted', { ...cause, guardrail: null, atMs: nowMs }, null),
    stable,
    actions: [
      { kind: 'audit', event: 'aborted', detail },
      { kind: 'alert', alert: 'aborted', severity: 'warning', detail },
    ],
  };
}

/** To the next step of the ramp. */
export function advance(rollout: Rollout, nowMs: number): Transition {
  const step = currentStage(rollout).step + 1;
  const { percent } = rollout.policy.steps[step]!;
  const next = openStage(rollout, { step, percent }, nowMs);
  return { next, stable: rollout.stable, actions: [{ kind: 'audit', event: 'advanced', detail: factsOf(next) }] };
}

/** After the last step: `production` is to move to the candidate; the hold-out stays on stable while the watch lasts. */
export function promote(rollout: Rollout, detail: AuditEvent['detail'], nowMs: number): Transition {
  const stage = { step: rollout.policy.steps.length, percent: 100 - rollout.policy.holdout };
  const next: Rollout = {
    ...openStage(rollout, stage, nowMs),
    phase: 'promoting',
    verification: goal('promotion', { production: rollout.candidate, from: rollout.stable }, nowMs),
  };
  return {
    next,
    stable: rollout.stable,
    actions: [
      moveProduction(rollout.candidate),
      { kind: 'audit', event: 'promoting', detail: { ...factsOf(next), ...detail } },
    ],
  };
}

/** `production` has been seen on the candidate: the rollout counts as promoted, the watch begins. */
export function beginWatch(rollout: Rollout, nowMs: number): Transition {
  const next: Rollout = {
    ...rollout,
    phase: 'watching',
    promotedAtMs: nowMs,
    verification: rollout.verification && { ...rollout.verification, verifiedAtMs: nowMs },
  };
  const detail = factsOf(next);
  return {
    next,
    stable: rollout.stable,
    actions: [
      { kind: 'audit', event: 'promoted', detail },
      { kind: 'alert', alert: 'promoted', severity: 'info', detail },
    ],
  };
}

/** The watch is over: everyone gets the candidate, which is the stable version from now on. */
export function finish(rollout: Rollout, nowMs: number): Transition {
  const cause = rollout.promotedByHand;
  const outcome: Outcome = {
    code: cause === null ? 'proven_safe' : 'by_hand',
    reason: cause === null ? 'every guardrail was proven not worse than its margin' : cause.because,
    guardrail: null,
    by: cause?.by ?? 'controller',
    atMs: nowMs,
  };
  const next = end(rollout, 'promoted', outcome, null);
  return {
    next,
    stable: rollout.candidate,
    actions: [{ kind: 'audit', event: 'watch_ended', detail: factsOf(next) }],
  };
}

function openStage(rollout: Rollout, stage: { step: number; percent: number }, nowMs: number): Rollout {
  const stages = [...closeStages(rollout.stages, nowMs), { ...stage, fromMs: nowMs, toMs: null }];
  return { ...rollout, stages, hold: null, clocks: [] };
}
