import type { AuditEvent } from '../item/prompt-item';
import type { Action } from './plan';
import { currentStage, type Outcome, type Phase, type Rollout, type Stage, type Verification } from './rollout';

/** A transition's result: the rollout after it and what has to be done beside it. */
export interface Transition {
  next: Rollout;
  actions: Action[];
}

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

function end(rollout: Rollout, phase: Phase, outcome: Outcome, production: number | null, nowMs: number): Rollout {
  return {
    ...rollout,
    phase,
    outcome,
    stages: closeStages(rollout.stages, nowMs),
    hold: null,
    pause: null,
    verification: production === null ? null : goal(production, rollout.candidate, nowMs),
  };
}

/** `production` is to be on one version; it may still be on the other. */
export function goal(production: number, from: number | null, nowMs: number): Verification {
  return { production, from, sinceMs: nowMs, verifiedAtMs: null, alertedAtMs: null };
}

/** From any non-terminal phase: everyone back to stable, the version quarantined, `production` moved back if it had moved. */
export function rollBack(
  rollout: Rollout,
  cause: Omit<Outcome, 'atMs'>,
  productionMayHaveMoved: boolean,
  nowMs: number,
): Transition {
  const detail = {
    ...factsOf(rollout),
    code: cause.code,
    guardrail: cause.guardrail,
    by: cause.by,
    reason: clip(cause.reason),
  };
  const actions: Action[] = [
    { kind: 'quarantine', version: rollout.candidate },
    { kind: 'audit', event: 'rolled_back', detail },
    { kind: 'alert', alert: 'rolled_back', severity: 'page', detail },
  ];
  if (productionMayHaveMoved) actions.unshift({ kind: 'label', label: 'production', version: rollout.stable });
  return { next: end(rollout, 'rolled_back', { ...cause, atMs: nowMs }, rollout.stable, nowMs), actions };
}

/** Ends a rollout that somebody or something else overtook. Labels stay as they are. */
export function abort(rollout: Rollout, cause: Omit<Outcome, 'atMs' | 'guardrail'>, nowMs: number): Transition {
  const detail = { ...factsOf(rollout), code: cause.code, by: cause.by, reason: clip(cause.reason) };
  return {
    next: end(rollout, 'aborted', { ...cause, guardrail: null, atMs: nowMs }, null, nowMs),
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
  return { next, actions: [{ kind: 'audit', event: 'advanced', detail: factsOf(next) }] };
}

/** After the last step: `production` is to move to the candidate; the hold-out stays on stable while the watch lasts. */
export function promote(rollout: Rollout, detail: AuditEvent['detail'], nowMs: number): Transition {
  const stage = { step: rollout.policy.steps.length, percent: 100 - rollout.policy.holdout };
  const next: Rollout = {
    ...openStage(rollout, stage, nowMs),
    phase: 'promoting',
    verification: goal(rollout.candidate, rollout.stable, nowMs),
  };
  return {
    next,
    actions: [
      { kind: 'label', label: 'production', version: rollout.candidate },
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
    reason: cause === null ? 'every guardrail was proven not worse than its margin' : clip(cause.because),
    guardrail: null,
    by: cause?.by ?? 'controller',
    atMs: nowMs,
  };
  const next = end(rollout, 'promoted', outcome, null, nowMs);
  return { next, actions: [{ kind: 'audit', event: 'watch_ended', detail: factsOf(next) }] };
}

function openStage(rollout: Rollout, stage: { step: number; percent: number }, nowMs: number): Rollout {
  const stages = [...closeStages(rollout.stages, nowMs), { ...stage, fromMs: nowMs, toMs: null }];
  return { ...rollout, stages, hold: null };
}

/** Texts inside an item are short; the item has a budget. */
export function clip(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 297)}...`;
}
