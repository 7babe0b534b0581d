import { srmLogE } from '../../../core/stats/srm';
import { manyNumbers, poisson } from './chance';

const TICKS = 192;
const ALARM = Math.log(1000);

/** Units that arrive in the planned shares, or not. */
export interface ArrivalsRow {
  perDay: number;
  planned: number;
  real: number;
  rollouts: number;
  alarms: number;
  /** Median number of units until the alarm, of those that raised it. */
  medianUnits: number | null;
}

const SHARES: readonly (readonly [planned: number, real: number])[] = [
  [0.1, 0.1],
  [0.1, 0.09],
  [0.1, 0.05],
  [0.5, 0.5],
  [0.5, 0.48],
  [0.5, 0.45],
];

/** The test for a mismatch of shares, looked at every 15 minutes for 48 hours. @param rollouts per row */
export function simulateArrivals(rollouts: number): ArrivalsRow[] {
  return [2000, 20_000].flatMap((perDay, volume) =>
    SHARES.map(([planned, real], index) => {
      const units: number[] = [];
      for (let seed = 0; seed < rollouts; seed++) {
        const random = manyNumbers(seed, 2_000_000 + 10 * volume + index);
        const until = unitsUntilAlarm(perDay, planned, real, random);
        if (until !== null) units.push(until);
      }
      const sorted = units.toSorted((a, b) => a - b);
      const medianUnits = sorted[Math.floor(sorted.length / 2)] ?? null;
      return { perDay, planned, real, rollouts, alarms: units.length, medianUnits };
    }),
  );
}

function unitsUntilAlarm(perDay: number, planned: number, real: number, random: () => number): number | null {
  const observed: [stable: number, candidate: number] = [0, 0];
  for (let tick = 0; tick < TICKS; tick++) {
    observed[1] += poisson(((perDay / 24) * real) / 4, random);
    observed[0] += poisson(((perDay / 24) * (1 - real)) / 4, random);
    if (srmLogE([{ observed, weights: [1 - planned, planned] }]) >= ALARM) return observed[0] + observed[1];
  }
  return null;
}
