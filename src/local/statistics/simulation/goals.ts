import type { Cell } from './cells';
import { designFigure } from './design-figures';
import { leastExposure } from './exposure-bound';
import { BOUNDS, type Rule } from './judge-looks';
import { medianExposed, rollbackShare, type Tally } from './tally';

/** A cell with what was measured. */
export interface Row {
  cell: Cell;
  tally: Tally;
}

/** What one rule did in one row: share rolled back, median values of the candidate until then and its interval. */
export interface Found {
  share: number;
  exposed: number;
  /** The median's 95 % interval, by ranks; both ends the median where only that is known. */
  between: readonly [low: number, high: number];
  rollouts: number;
}

/** Both rules find the effect when they do so in this share of the rollouts; then the sooner one is better. */
export const FOUND = 0.95;
/** Above this share the median exposure is that of rollouts that found the effect. */
export const HAS_MEDIAN = 0.5;
/** Standard errors that are forgiven to a measured number. */
const ERRORS = 2;

export function foundBy({ tally }: Row, rule: Rule): Found {
  const sorted = tally.rules[rule].exposed.toSorted((a, b) => a - b);
  const at = (rank: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? 0;
  const middle = Math.floor(sorted.length / 2);
  const spread = Math.ceil(Math.sqrt(sorted.length));
  return {
    share: rollbackShare(tally, rule),
    exposed: medianExposed(tally, rule),
    between: [at(middle - spread), at(middle + spread)],
    rollouts: tally.rollouts,
  };
}

/** Whether a measured share is at most alpha, or above it within its error. */
export function keepsAlpha({ tally }: Row, rule: Rule): boolean {
  const error = Math.sqrt((BOUNDS.alpha * (1 - BOUNDS.alpha)) / tally.rollouts);
  return rollbackShare(tally, rule) <= BOUNDS.alpha + ERRORS * error;
}

/** `yes`: as good or better; `alike`: behind, but within the errors of both; `no`: behind. */
export type Met = 'yes' | 'alike' | 'no';

/**
 * Whether a rule is at least as good as another at the same effect: where both find it in at least a share `least` of the rollouts,
 * by the median exposure, else by how often they find it.
 */
export function isAsGood(one: Found, other: Found, least: number = FOUND): Met {
  if (one.share >= least && other.share >= least) {
    if (one.exposed <= other.exposed) return 'yes';
    return one.between[0] <= other.between[1] ? 'alike' : 'no';
  }
  if (one.share >= other.share) return 'yes';
  return one.share >= other.share - ERRORS * Math.sqrt(varianceOf(one) + varianceOf(other)) ? 'alike' : 'no';
}

/** Of a share; one rollout of either kind is added, or a share of 0 would have no error. */
function varianceOf({ share, rollouts: n }: Found): number {
  const p = (share * n + 1) / (n + 2);
  return (p * (1 - p)) / n;
}

/** The row of the same metric and traffic in which nothing is worse; undefined when it was not measured. */
export function sameRowOf({ cell }: Row, rows: readonly Row[]): Row | undefined {
  const [stable] = cell.metric.split(' → ');
  const names = [cell.metric, `${stable} → ${stable}`];
  const traffic = JSON.stringify(cell.traffic);
  return rows.find(
    (row) =>
      row.cell.question === 'same' && names.includes(row.cell.metric) && JSON.stringify(row.cell.traffic) === traffic,
  );
}

/** The goal "exposure at most that of every rule that keeps its error rate", in one row. */
export interface RivalGoal {
  row: Row;
  /** Rules whose false rollbacks stay at alpha in the same traffic. */
  rivals: { rule: Rule; found: Found; met: Met }[];
}

export function rivalGoals(rows: readonly Row[], others: readonly Rule[]): RivalGoal[] {
  return worseRows(rows).map((row) => {
    const same = sameRowOf(row, rows);
    const kept = same === undefined ? [] : others.filter((rule) => keepsAlpha(same, rule));
    const ours = foundBy(row, 'rampart');
    const rivals = kept.map((rule) => {
      const found = foundBy(row, rule);
      return { rule, found, met: isAsGood(ours, found) };
    });
    return { row, rivals };
  });
}

/** The goal "closer to the bound than the method's first version", in one row. */
export interface DesignGoal {
  row: Row;
  bound: number | null;
  design: Found;
  met: Met;
}

/** Where more than half of the rollouts find the effect the median says how far the bound is, else the share does. */
export function designGoals(rows: readonly Row[]): DesignGoal[] {
  return worseRows(rows).flatMap((row) => {
    const { perDay, isClustered, hasTimeOfDay } = row.cell.traffic;
    const { metric, effect } = row.cell;
    const figure = designFigure({ perDay, metric, effect, isClusteredByDay: isClustered && hasTimeOfDay });
    if (figure === null) return [];
    const rollouts = perDay >= 20_000 ? 1000 : 2000;
    const { rolledBack: share, exposed } = figure;
    const design: Found = { share, exposed, between: [exposed, exposed], rollouts };
    const met = isAsGood(foundBy(row, 'rampart'), design, HAS_MEDIAN);
    return [{ row, bound: leastExposure(row.cell), design, met }];
  });
}

function worseRows(rows: readonly Row[]): Row[] {
  return rows.filter(({ cell }) => cell.question === 'worse' || cell.question === 'at_margin');
}
