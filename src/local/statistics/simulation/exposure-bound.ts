import { waldUnits } from '../reference/wald-bound';
import type { Cell } from './cells';
import { BOUNDS } from './judge-looks';

/**
 * Mean number of the candidate's units that any rule of error rate alpha exposes until it finds the effect, had it all the
 * time it needs: Wald's bound, filled first by the units at 10 %, then by those at 50 %.
 * @returns null where units are not independent, where nothing is to be found or no bound is stated
 */
export function leastExposure({ model, traffic, question }: Cell): number | null {
  if (model.information === null || traffic.isClustered || traffic.hasTimeOfDay || question === 'same') return null;
  const first = waldUnits(model.information(0.1), BOUNDS.alpha);
  const served = (traffic.perDay * traffic.switchHour) / 24;
  if (first <= served) return 0.1 * first;
  return 0.1 * served + 0.5 * (1 - served / first) * waldUnits(model.information(0.5), BOUNDS.alpha);
}
