import type { FrozenGuardrail } from '../judging/guardrail';
import type { MissingKind, Policy } from '../policy/policy';

/**
 * Where a rollout is. Hold and pause are not phases: they keep any non-terminal phase from advancing, and never from
 * rolling back. See docs/state-machine.md for the diagram.
 */
export type Phase = 'ramping' | 'promoting' | 'watching' | 'promoted' | 'rolled_back' | 'aborted';

/** True when nothing more will happen to the rollout. */
export function isTerminal(phase: Phase): boolean {
  return phase === 'promoted' || phase === 'rolled_back' || phase === 'aborted';
}

/** One stretch of time at one share; the rollout's own history of its assignment. Stages never overlap. */
export interface Stage {
  /** Index into the policy's steps; `steps.length` is the watch. */
  step: number;
  /** Candidate's percent of the traffic, 0..100. */
  percent: number;
  fromMs: number;
  /** Exclusive; null while it lasts. */
  toMs: number | null;
}

export type HoldKind = MissingKind | 'stable_missing' | 'both_arms_broken' | 'quiet_hours' | 'baking';

/** Why a rollout does not advance: the most severe reason, since when, and whether somebody was told. */
export interface Hold {
  kind: HoldKind;
  reason: string;
  sinceMs: number;
  alertedAtMs: number | null;
}

/**
 * How long one kind of hold has lasted in this stage. Every kind has a clock of its own, so that two that take turns, or one
 * that comes and goes, reach their deadlines and are not said again and again.
 */
export interface HoldClock {
  kind: HoldKind;
  sinceMs: number;
  /** The last tick that found it. */
  seenMs: number;
  alertedAtMs: number | null;
  /** When a person was paged because the hold went on too long. */
  pagedAtMs: number | null;
}

export interface Pause {
  /** A person's name, or `deadline:KIND`. */
  by: string;
  because: string;
  atMs: number;
}

/** Running maxima of the e-values (allowed by Ville's inequality); rollback is latched by `harm`. */
export interface Peaks {
  /** Largest ln of the weighted mean of the harm e-values so far. */
  harm: number;
  perGuardrail: Record<string, { gate: number; safe: number }>;
}

/** Why a rollout ended. */
export interface Outcome {
  /** Machine-readable: harm, alarm, by_hand, not_shown_safe, proven_safe, superseded, production_moved, stable_missing … */
  code: string;
  reason: string;
  /** Guardrail named by closed testing, when harm was proven for one. */
  guardrail: string | null;
  by: string;
  atMs: number;
}

/** What the outside world must show before a transition counts as done. */
export interface Verification {
  /** What is verified; names the alert when it cannot be. */
  of: 'promotion' | 'rollback';
  /** The version that `production` must be on. */
  production: number;
  /** Where it was when it was asked to move; anywhere else means that somebody else decided. */
  from: number | null;
  sinceMs: number;
  verifiedAtMs: number | null;
  alertedAtMs: number | null;
}

export interface Rollout {
  /** Unique, stable across retries: `PROMPT/CANDIDATE/STARTED`. */
  id: string;
  prompt: string;
  stable: number;
  candidate: number;
  salt: string;
  startedAtMs: number;
  /** `label`, or the person who started it. */
  startedBy: string;
  /** Version that held the candidate label at the start; a different one later is a newer candidate. */
  labelledAtStart: number | null;
  policy: Policy;
  /** Where each top-level key of the policy came from. */
  policySources: Record<string, 'version' | 'prompt' | 'deployment' | 'default'>;
  policyHash: string;
  guardrails: readonly FrozenGuardrail[];
  phase: Phase;
  stages: readonly Stage[];
  hold: Hold | null;
  clocks: readonly HoldClock[];
  pause: Pause | null;
  peaks: Peaks;
  /** Set when a person promoted: verdicts alert but do not roll back unless `keepWatch`. */
  promotedByHand: { by: string; because: string; keepWatch: boolean; atMs: number } | null;
  /** When `production` was moved to the candidate (the rollout is reported as promoted from then). */
  promotedAtMs: number | null;
  verification: Verification | null;
  outcome: Outcome | null;
  /** Units exposed to the candidate so far; a figure for people. */
  exposedUnits: number;
}

/** The stage that lasts. A rollout always has one. */
export function currentStage(rollout: Rollout): Stage {
  const stage = rollout.stages.at(-1);
  if (stage === undefined) throw new Error(`rollout ${rollout.id} has no stage`);
  return stage;
}

/** One word for what a person sees: the phase, or what keeps it from advancing. */
export function displayState(rollout: Rollout): string {
  if (isTerminal(rollout.phase)) return rollout.phase;
  if (rollout.hold?.kind === 'stable_missing') return 'frozen';
  if (rollout.pause !== null) return 'paused';
  if (rollout.hold !== null) {
    switch (rollout.hold.kind) {
      case 'baking':
        return 'baking';
      case 'no_data':
      case 'late_data':
      case 'provider_error':
        return 'waiting';
      default:
        return 'held';
    }
  }
  return rollout.phase === 'ramping' ? 'baking' : rollout.phase;
}
