import type { Comparison } from '../../../core/comparison/comparison';
import { decide, type Decision } from '../../../core/comparison/decide';
import { differencesOf } from '../../../core/comparison/look';
import type { FrozenGuardrail } from '../../../core/judging/guardrail';
import { emptyGuardrailState, updateUnit, type GuardrailState } from '../../../core/judging/guardrail-state';
import type { Random } from '../../random';

/** What one arm's units are worth: draws one score on the z scale. */
export type Draw = (arm: number, random: Random) => number;

/** A kind of comparison: how many arms, what is measured, and what is true. */
export interface ComparisonCell {
  name: string;
  metric: FrozenGuardrail;
  /** Mean of z of each arm, the control first. */
  means: readonly number[];
  draw: Draw;
  /** Most scores that one unit has; each has 1 to that many. */
  scores: number;
}

/** How one comparison went. */
export interface ComparisonRun {
  /** The first decision, and after how many units an arm; null = undecided at the deadline. */
  decision: Decision | null;
  units: number;
  /** Whether any interval, between any two arms, ever missed the truth up to the deadline. */
  missed: boolean;
}

/** Looks up to the deadline, and units an arm between two of them. */
export interface Pace {
  looks: number;
  unitsPerLook: number;
}

/** One comparison: the production's own judging, looked at all the way to the deadline, decided or not. */
export function simulateComparison(
  comparison: Comparison,
  cell: ComparisonCell,
  { looks, unitsPerLook }: Pace,
  random: Random,
): ComparisonRun {
  const states = cell.means.slice(1).map(() => [emptyGuardrailState(cell.metric)]);
  const run: ComparisonRun = { decision: null, units: 0, missed: false };
  for (let look = 1; look <= looks; look++) {
    for (const arm of cell.means.keys()) {
      for (let unit = 0; unit < unitsPerLook; unit++) addUnit(states, cell, arm, random);
    }
    const { toControl, among } = differencesOf(comparison, states);
    for (const { arm, against, low, high } of [...toControl, ...among]) {
      const truth = cell.means[arm]! - cell.means[against]!;
      run.missed ||= low !== null && high !== null && (truth < low || truth > high);
    }
    if (run.decision !== null) continue;
    const variants = toControl.map((difference) => ({ arm: difference.arm, difference, ...UNJUDGED }));
    run.decision = decide({ comparison, variants, among });
    run.units = look * unitsPerLook;
  }
  return run;
}

const UNJUDGED = {
  verdicts: [],
  harm: { logE: 0, proven: [], bothArmsBroken: [] },
  isHarmProven: false,
  isSafe: false,
};

function addUnit(states: readonly GuardrailState[][], cell: ComparisonCell, arm: number, random: Random): void {
  const m = 1 + Math.floor(random() * cell.scores);
  let y = 0;
  for (let score = 0; score < m; score++) y += cell.draw(arm, random);
  const unit = { stage: 0, before: { m: 0, y: 0 }, after: { m, y }, others: [] };
  for (const [pair, [state]] of states.entries()) {
    if (arm === 0) updateUnit(state!, { ...unit, arm: 'stable' });
    else if (pair === arm - 1) updateUnit(state!, { ...unit, arm: 'candidate' });
  }
}
