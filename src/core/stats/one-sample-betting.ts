import { logMeanExp } from './log-sum-exp';

/** Shares that are staked; a fixed grid keeps the capital a plain sum of logs. */
const LAMBDAS = [0.1, 0.25, 0.5, 0.9] as const;

/** One log capital per share of the grid, nothing bet yet. */
export function noBets(): number[] {
  return LAMBDAS.map(() => 0);
}

/**
 * Bets, with one more unit, against "the mean is at least the floor" (Waudby-Smith and Ramdas, JRSSB 2024: capital
 * prod (1 + lambda (floor - z)), an e-process when no unit's expectation, given those before it, is below the floor). Changes `logs`.
 * @param logs log capitals, see {@link noBets}
 * @param floor in [0, 1]
 * @param z the unit's value, in [0, 1]
 */
export function betBelow(logs: number[], floor: number, z: number): void {
  for (let i = 0; i < LAMBDAS.length; i++) logs[i]! += Math.log(1 + LAMBDAS[i]! * (floor - z));
}

/** ln e of "the mean is below the floor": the mean of the capitals. */
export function belowLogE(logs: readonly number[]): number {
  return logMeanExp(logs);
}
