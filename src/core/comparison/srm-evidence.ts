import { NO_ARM } from '../evidence/experiment';
import { srmLogE } from '../stats/srm';
import type { Comparison } from './comparison';
import { comparisonExperiment } from './comparison-experiment';

/**
 * ln of the e-value of "units do not arrive in the planned shares", stage by stage over the arms that were in the race.
 * @param firstExposed per stage, units first exposed in it, by arm
 */
export function srmEvidence(comparison: Comparison, firstExposed: readonly (readonly number[])[]): number {
  const { stages } = comparisonExperiment(comparison);
  return srmLogE(
    firstExposed.flatMap((units, index) => {
      const racing = stages[index]?.arms.flatMap(({ arm }) => (arm === NO_ARM ? [] : [arm])) ?? [];
      if (racing.length < 2) return [];
      const widths = racing.map((arm) => comparison.arms[arm]!.to - comparison.arms[arm]!.from);
      const whole = widths.reduce((sum, width) => sum + width, 0);
      return [{ observed: racing.map((arm) => units[arm] ?? 0), weights: widths.map((width) => width / whole) }];
    }),
  );
}
