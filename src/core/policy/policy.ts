import type { Direction } from '../metrics/metric';

/** What is randomised. */
export type UnitKind = 'user' | 'session' | 'trace';

/** One step of the ramp: at least `bakeMs` at `percent` of the traffic. */
export interface Step {
  /** Share of the traffic for the candidate, in (0, 100). */
  percent: number;
  bakeMs: number;
}

/** A metric that can stop a rollout, as the policy states it (all values on the metric's own scale). */
export interface GuardrailPolicy {
  /** Text form, see `core/metrics/metric.ts`. */
  metric: string;
  direction: Direction;
  /** Declared range of a numeric score, both ends inclusive; null where the metric has none. */
  range: readonly [number, number] | null;
  /**
   * The loss that is still accepted: on the score's scale, a share for rates, relative (0.1 = 10 %) for latency, cost,
   * tokens, relative to the odds (0.5 = 1.5 times as high) for the tails of latency.
   */
  margin: number;
  /** Absolute limit for the candidate's mean: a floor when higher is better, a ceiling when lower is. */
  limit: number | null;
  /** Positive; weights are scaled to sum to 1. */
  weight: number;
  /** How old an exposure must be before this metric is judged. */
  settleMs: number;
  /** Declared reference numbers; null = from history, else the stated fallback. */
  reference: { variance: number | null; rate: number | null };
}

/** Something that keeps a rollout from advancing; each has a deadline of its own. */
export type MissingKind = 'no_data' | 'late_data' | 'provider_error' | 'inconclusive' | 'data_fault';

/** Held so long → alert; held so long → pause. Counted from the start of the hold. */
export interface Deadline {
  alertMs: number;
  pauseMs: number;
}

/** Local time of day in which no step is advanced (rollback is never delayed). */
export interface QuietHours {
  /** ISO weekdays, 1 = Monday … 7 = Sunday, on which the interval starts. */
  days: readonly number[];
  /** 'HH:MM', inclusive. */
  from: string;
  /** 'HH:MM', exclusive; earlier than `from` means the next day. */
  to: string;
  /** IANA name. */
  timeZone: string;
}

/** A policy after reading: every value present, durations in ms, frozen into the rollout when it starts. */
export interface Policy {
  unit: UnitKind;
  steps: readonly Step[];
  /** Least number of units per arm in the step before it may be left. */
  minUnits: number;
  guardrails: readonly GuardrailPolicy[];
  /** Bound on P(false rollback) over the whole rollout. */
  alpha: number;
  /** Bound on P(promotion | some metric worse than its margin). */
  beta: number;
  alphaSrm: number;
  settleMs: number;
  editWindowMs: number;
  /** Only rows of these Langfuse environments are evidence. */
  environments: readonly string[];
  deadlines: Readonly<Record<MissingKind, Deadline>>;
  /** Percent of traffic kept on stable after promotion while the watch lasts; 0 = none. */
  holdout: number;
  watchMs: number;
  onNewCandidate: 'supersede' | 'wait';
  quietHours: readonly QuietHours[];
  allowWithoutScores: boolean;
  /** Held for lack of proof this long after the step's bake: page a person, or roll back as "not shown safe". */
  maxHold: { afterMs: number; then: 'page' | 'roll_back' };
  /** Above this share of rows that cannot be used, the data is at fault. */
  maxUnusableShare: number;
}
