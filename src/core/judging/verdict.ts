/** What the evidence says about one guardrail, in order of severity. */
export type VerdictKind = 'safe' | 'inconclusive' | 'no_data' | 'harmful';

/** A verdict with its numbers; the mail, the CLI and the log print this same object. */
export interface Verdict {
  guardrail: string;
  kind: VerdictKind;
  /** One plain sentence: why. */
  reason: string;
  /** Distinct units with a score, per arm; a unit that changed arms counts in both. */
  unitsStable: number;
  unitsCandidate: number;
  /**
   * Means on the z scale (higher is better), weighted over the stages as the difference is, so that they differ by it;
   * plain means while no stage has both arms. Null when an arm is empty.
   */
  meanStable: number | null;
  meanCandidate: number | null;
  /** Stratified difference candidate - stable on the z scale with its two-sided confidence sequence; null when unknown. */
  difference: number | null;
  low: number | null;
  high: number | null;
  delta: number;
  /** ln e of "worse": engine A with its planned end, engine B, and their mean by the guardrail's weights. */
  logEHarmA: number;
  logEHarmB: number;
  logEHarm: number;
  /** ln e of "candidate below the floor" (null = no floor; 0 at most while stable may be so too), and the stable arm's own. */
  logEFloor: number | null;
  logEFloorStable: number | null;
  /** ln e of non-inferiority at 3 delta (gate of the first step) and at delta (gate of promotion). */
  logESafeGate: number;
  logESafe: number;
}
