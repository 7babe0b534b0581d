const DAY_MS = 86_400_000;

/** Units with a value, by arm. */
export interface ArmUnits {
  stable: number;
  candidate: number;
}

/** One step of the ramp as it is planned, times from the start of the rollout. */
export interface PlannedStep {
  /** Candidate's share of the traffic, in (0, 100). */
  percent: number;
  fromMs: number;
  toMs: number;
}

/**
 * Units that have come by a time, by step, if traffic is even and everybody comes once.
 * @param steps the last one may end later: it is taken to go on
 * @param atMs since the start of the rollout
 * @param settleMs how old an exposure must be before it counts
 */
export function plannedUnits(
  steps: readonly PlannedStep[],
  unitsPerDay: number,
  atMs: number,
  settleMs: number,
): ArmUnits[] {
  return steps.map(({ percent, fromMs, toMs }, index) => {
    const endMs = index === steps.length - 1 ? Infinity : toMs;
    const days = Math.max(0, Math.min(endMs, atMs - settleMs) - fromMs) / DAY_MS;
    return { stable: unitsPerDay * days * (1 - percent / 100), candidate: (unitsPerDay * days * percent) / 100 };
  });
}

/** How old a guardrail's exposures must be before they are judged. */
export function plannedSettleMs(policy: { settleMs: number }, guardrail: { settleMs: number }): number {
  return Math.max(policy.settleMs, guardrail.settleMs);
}

/** All steps together. */
export function totalUnits(stages: readonly ArmUnits[]): ArmUnits {
  const total = { stable: 0, candidate: 0 };
  for (const { stable, candidate } of stages) {
    total.stable += stable;
    total.candidate += candidate;
  }
  return total;
}
