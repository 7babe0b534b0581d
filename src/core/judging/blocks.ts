import { logLikelihoodRatios, type TwoByTwo } from '../stats/noncentral-hypergeometric';
import { logCapital, pairDifferences, pairVariance } from '../stats/pair-betting';
import { gateMargin, harmLogOdds, harmStakes, logOddsMargin, safeLogOdds, safeStakes } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import { textOrder } from './key-order';

/** A block with both arms closes at the first tick at which it holds this many units. */
const BLOCK_UNITS = 20;

/** One arm's units of a block that is not judged yet. */
export interface OpenArm {
  units: number;
  /** Units with z = 0; binary guardrails only. */
  bad: number;
  /** Keyed hashes of the units and their z, in order of arrival; bounded guardrails only. */
  keys: string[];
  zs: number[];
}

export interface OpenBlock {
  /** When its first unit settled. */
  openedAtMs: number;
  stable: OpenArm;
  candidate: OpenArm;
}

/** Log e-values of the closed blocks, one sum per point of each grid (see engine-parameters). */
export interface BlockLogs {
  harm: number[];
  /** Not worse than the gate's margin, and not worse than the margin. */
  gate: number[];
  safe: number[];
}

export function emptyBlock(openedAtMs: number): OpenBlock {
  const arm = (): OpenArm => ({ units: 0, bad: 0, keys: [], zs: [] });
  return { openedAtMs, stable: arm(), candidate: arm() };
}

/**
 * The closing rule, by counts and clock only, never by outcomes: with both arms in it, a block closes at the first tick
 * at which it holds 20 units, else after `blockMs`; with one arm it stays open.
 */
export function isBlockDue(
  { candidateUnits, stableUnits }: Pick<TwoByTwo, 'candidateUnits' | 'stableUnits'>,
  { openedAtMs, nowMs, blockMs }: { openedAtMs: number; nowMs: number; blockMs: number },
): boolean {
  if (stableUnits === 0 || candidateUnits === 0) return false;
  return stableUnits + candidateUnits >= BLOCK_UNITS || nowMs - openedAtMs >= blockMs;
}

/** Adds a closed block to the sums. Changes `logs`. */
export function foldBlock(logs: BlockLogs, { stable, candidate }: OpenBlock, g: FrozenGuardrail): void {
  if (g.kind === 'bounded') {
    foldBounded(logs, inKeyOrder(candidate), inKeyOrder(stable), g);
    return;
  }
  const table = {
    candidateUnits: candidate.units,
    candidateBad: candidate.bad,
    stableUnits: stable.units,
    stableBad: stable.bad,
  };
  foldBinary(logs, table, g);
}

/** Adds a closed block of yes/no outcomes. Changes `logs`. */
export function foldBinary(logs: BlockLogs, table: TwoByTwo, g: FrozenGuardrail): void {
  const gate = gateMargin(g.delta);
  const margins = [logOddsMargin(g, gate), logOddsMargin(g, g.delta)];
  const all = [...margins, ...harmLogOdds(g), ...safeLogOdds(g, gate), ...safeLogOdds(g, g.delta)];
  const ratios = logLikelihoodRatios(table, all);
  let next = margins.length;
  const add = (sums: number[], atMargin: number): void => {
    for (let i = 0; i < sums.length; i++) sums[i]! += ratios[next++]! - atMargin;
  };
  add(logs.harm, 0);
  add(logs.gate, ratios[0]!);
  add(logs.safe, ratios[1]!);
}

/**
 * Adds a closed block of values in [0, 1]. Changes `logs`.
 * @param candidate, stable at least one value each, in an order that cannot know the values
 */
export function foldBounded(
  logs: BlockLogs,
  candidate: ArrayLike<number>,
  stable: ArrayLike<number>,
  g: FrozenGuardrail,
): void {
  const differences = pairDifferences(candidate, stable);
  const variance = pairVariance(g.reference.sigma2, candidate.length, stable.length);
  const add = (sums: number[], stakes: readonly number[], gains: Float64Array): void => {
    for (let i = 0; i < sums.length; i++) sums[i]! += logCapital(stakes[i]!, gains);
  };
  add(
    logs.harm,
    harmStakes(g, variance),
    differences.map((d) => -d),
  );
  const gate = gateMargin(g.delta);
  add(
    logs.gate,
    safeStakes(gate, variance),
    differences.map((d) => d + gate),
  );
  add(
    logs.safe,
    safeStakes(g.delta, variance),
    differences.map((d) => d + g.delta),
  );
}

/** The arm's z, ordered by the units' keys: an order that cannot know the values. */
function inKeyOrder({ keys, zs }: OpenArm): number[] {
  const order = textOrder(keys);
  return zs.map((_, nth) => zs[order[nth]!]!);
}
