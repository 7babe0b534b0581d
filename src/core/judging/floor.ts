import type { Arm } from '../assignment/assignment';
import { belowLogE, betBelow, noBets } from '../stats/one-sample-betting';

/** Stable units that must have come while the candidate's evidence grew, before it may blame the candidate. */
const LEAST_STABLE_UNITS = 5;

/** Bets of both arms that their mean z is below an absolute limit. Plain JSON. */
export interface FloorState {
  /** The floor, in [0, 1]. */
  at: number;
  logs: Record<Arm, number[]>;
  /** Stable's units, and its bets on them, since the candidate's evidence last stood at 1 or below. */
  since: { units: number; logs: number[] };
}

export function noFloorBets(at: number): FloorState {
  return { at, logs: { stable: noBets(), candidate: noBets() }, since: { units: 0, logs: noBets() } };
}

/** One more unit. Changes `floor`. @param z in [0, 1] */
export function betOnFloor(floor: FloorState, arm: Arm, z: number): void {
  betBelow(floor.logs[arm], floor.at, z);
  if (arm === 'stable') {
    floor.since.units += 1;
    betBelow(floor.since.logs, floor.at, z);
  } else if (floor.since.units > 0 && belowLogE(floor.logs.candidate) <= 0) {
    floor.since.units = 0;
    floor.since.logs.fill(0);
  }
}

/**
 * ln e of "below the floor", by arm. The candidate's is 0 at most, no proof against it, until a few stable units came in
 * the same time and went well: when a provider fails, the larger arm is proven to be below the floor first, and it must not be
 * blamed for that. (Leaving evidence out keeps an e-process one.)
 */
export function floorLogE({ logs, since }: FloorState): Record<Arm, number> {
  const candidate = belowLogE(logs.candidate);
  const sinceThen = belowLogE(since.logs);
  const isStableFine = since.units >= LEAST_STABLE_UNITS && sinceThen <= 0;
  return {
    stable: Math.max(belowLogE(logs.stable), sinceThen),
    candidate: isStableFine ? candidate : Math.min(0, candidate),
  };
}
