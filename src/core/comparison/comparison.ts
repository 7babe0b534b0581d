import type { AssignmentArm } from '../assignment/assignment';
import type { FrozenGuardrail } from '../judging/guardrail';
import type { GuardrailPolicy, Policy } from '../policy/policy';
import type { Hold, HoldClock, Outcome, Pause, Peaks } from '../rollout/rollout';
import type { Difference } from './difference';

/** What becomes of a winner: a rollout with its own ramp, a promotion at once if it is proven safe, or a person's decision. */
export type OnWinner = 'rollout' | 'promote' | 'nothing';

/** A variant that was taken out: its buckets go to the control from then on. */
export interface Dropped {
  atMs: number;
  reason: string;
  /** Guardrail named by closed testing; null when it names none. */
  guardrail: string | null;
}

/** One arm of a comparison. Its range of buckets never changes, so a unit that was in it stays in it. */
export interface ComparisonArm extends AssignmentArm {
  dropped: Dropped | null;
  /** Largest e-values of its pair with the control so far; the control has none. */
  peaks: Peaks;
}

/**
 * How a comparison ended: `winner` (an arm is better, see `winner`), `no_difference` (none larger than the margin),
 * `undecided` (at the deadline), `all_dropped` (every variant was harmful), `stopped` (by a person), `alarm`, or
 * `production_moved` (by somebody else).
 */
export type ComparisonCode =
  | 'winner'
  | 'no_difference'
  | 'undecided'
  | 'all_dropped'
  | 'stopped'
  | 'alarm'
  | 'production_moved';

export interface ComparisonOutcome extends Omit<Outcome, 'code' | 'guardrail'> {
  code: ComparisonCode;
  /** Name of the arm that is better; null = none is shown to be. */
  winner: string | null;
  /** True when every guardrail of the winner was proven not worse than its margin. */
  isWinnerSafe: boolean;
}

/** What is still to become of the winner. `refused` says why it will not be. */
export interface Handover {
  version: number;
  how: Exclude<OnWinner, 'nothing'>;
  state: 'pending' | 'done' | 'refused';
  /** Id of the rollout that was started, or why none was. */
  note: string;
}

/** Everything that is frozen when a comparison starts. */
export interface ComparisonInput {
  prompt: string;
  /** The version in production at the start: it is served outside the arms. */
  stable: number;
  startedBy: string;
  because: string;
  /** The control first. */
  arms: readonly AssignmentArm[];
  policy: Policy;
  policyHash: string;
  guardrails: readonly FrozenGuardrail[];
  /** The metric of interest, and where its state is among those of a pair. */
  metric: FrozenGuardrail;
  metricPolicy: GuardrailPolicy;
  metricIndex: number;
  /** No decision before this has passed. */
  atLeastMs: number;
  /** The deadline, counted from the start. */
  forMs: number;
  /** What becomes of a winner. */
  onWinner: OnWinner;
}

/** An A/B(/n) test between versions at fixed shares. Arm 0 is the control. */
export interface Comparison extends ComparisonInput {
  /** Unique: `PROMPT/compare/STARTED`. */
  id: string;
  salt: string;
  startedAtMs: number;
  arms: readonly ComparisonArm[];
  phase: 'running' | 'ended';
  hold: Hold | null;
  clocks: readonly HoldClock[];
  pause: Pause | null;
  outcome: ComparisonOutcome | null;
  handover: Handover | null;
  /** At the end: the differences to the control, and the newest object of the journal. */
  result: readonly Difference[] | null;
  journal: string | null;
  /** When its end was reported by mail. */
  mailedAtMs: number | null;
  /** Units in the arms so far; a figure for people. */
  exposedUnits: number;
}

/** The comparison while it serves its arms; null when it has ended or there is none. */
export function runningOf(comparison: Comparison | null): Comparison | null {
  return comparison?.phase === 'running' ? comparison : null;
}

export function controlOf({ arms }: Comparison): ComparisonArm {
  const [control] = arms;
  if (control === undefined) throw new Error('a comparison has a control');
  return control;
}

/** Indexes of the variants that are still in the race. */
export function activeVariants({ arms }: Comparison): number[] {
  return arms.flatMap(({ dropped }, index) => (index > 0 && dropped === null ? [index] : []));
}

/** When the comparison's time is over, ms since 1970. */
export function deadlineMs({ startedAtMs, forMs }: Comparison): number {
  return startedAtMs + forMs;
}
