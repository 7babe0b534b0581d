import { manyNumbers } from './chance';
import type { Cell } from './cells';
import { type Rule, RULES } from './judge-looks';
import { simulateRollout } from './simulate-rollout';

/** What happened in the rollouts of a cell. Plain JSON. */
export interface Tally {
  rollouts: number;
  rules: Record<Rule, { rolledBack: number; exposed: number[] }>;
  everGate: number;
  gateAtSwitch: number;
  everSafe: number;
  promoted: number;
}

export function emptyTally(): Tally {
  const rules = Object.fromEntries(RULES.map((rule) => [rule, { rolledBack: 0, exposed: [] }])) as unknown;
  return { rollouts: 0, rules: rules as Tally['rules'], everGate: 0, gateAtSwitch: 0, everSafe: 0, promoted: 0 };
}

/**
 * Simulates rollouts `from` .. `from + count - 1` of a cell; each has its own seed, so any part can be run anywhere.
 * @param stream the cell's number
 */
export function runRollouts(cell: Cell, stream: number, from: number, count: number): Tally {
  const tally = emptyTally();
  const isWhole = cell.question !== 'worse';
  for (let seed = from; seed < from + count; seed++) {
    const result = simulateRollout(cell.model, cell.traffic, manyNumbers(seed, stream), isWhole);
    tally.rollouts += 1;
    for (const rule of RULES) {
      tally.rules[rule].rolledBack += result.rolledBack[rule] ? 1 : 0;
      tally.rules[rule].exposed.push(result.exposed[rule]);
    }
    for (const key of ['everGate', 'gateAtSwitch', 'everSafe', 'promoted'] as const) tally[key] += result[key] ? 1 : 0;
  }
  return tally;
}

/** Adds `part` to `tally`, in place. */
export function addTally(tally: Tally, part: Tally): void {
  tally.rollouts += part.rollouts;
  for (const rule of RULES) {
    tally.rules[rule].rolledBack += part.rules[rule].rolledBack;
    tally.rules[rule].exposed.push(...part.rules[rule].exposed);
  }
  for (const key of ['everGate', 'gateAtSwitch', 'everSafe', 'promoted'] as const) tally[key] += part[key];
}

/** Share of the rollouts that a rule rolled back. */
export function rollbackShare(tally: Tally, rule: Rule): number {
  return tally.rules[rule].rolledBack / tally.rollouts;
}

/** Standard error of a share that was measured in `n` rollouts. */
export function standardError(share: number, n: number): number {
  return Math.sqrt((share * (1 - share)) / n);
}

/** Median of the candidate's values until the rollback, or until the end. */
export function medianExposed(tally: Tally, rule: Rule): number {
  const sorted = tally.rules[rule].exposed.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
