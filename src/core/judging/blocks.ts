import { logLikelihoodRatios } from '../stats/noncentral-hypergeometric';
import { logCapital, pairDifferences } from '../stats/pair-betting';
import { gateMargin, harmLogOdds, logOddsMargin, safeLogOdds, stakes } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';

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

/** Adds a closed block to the sums. Changes `logs`. */
export function foldBlock(logs: BlockLogs, block: OpenBlock, g: FrozenGuardrail): void {
  if (g.kind === 'binary') foldBinary(logs, block, g);
  else foldBounded(logs, block, g);
}

function foldBinary(logs: BlockLogs, { stable, candidate }: OpenBlock, g: FrozenGuardrail): void {
  const table = {
    candidateUnits: candidate.units,
    candidateBad: candidate.bad,
    stableUnits: stable.units,
    stableBad: stable.bad,
  };
  add(logs.harm, logLikelihoodRatios(table, harmLogOdds(g)));
  const notWorseThan = (margin: number): number[] => {
    const [atMargin = 0, ...inside] = logLikelihoodRatios(table, [logOddsMargin(g, margin), ...safeLogOdds(g, margin)]);
    return inside.map((log) => log - atMargin);
  };
  add(logs.gate, notWorseThan(gateMargin(g.delta)));
  add(logs.safe, notWorseThan(g.delta));
}

function foldBounded(logs: BlockLogs, { stable, candidate }: OpenBlock, g: FrozenGuardrail): void {
  const differences = pairDifferences(inKeyOrder(candidate), inKeyOrder(stable));
  const losses = differences.map((d) => -d);
  add(
    logs.harm,
    stakes(g, g.delta).map((stake) => logCapital(stake, losses)),
  );
  const notWorseThan = (margin: number): number[] => {
    const gains = differences.map((d) => d + margin);
    return stakes(g, margin).map((stake) => logCapital(stake, gains));
  };
  add(logs.gate, notWorseThan(gateMargin(g.delta)));
  add(logs.safe, notWorseThan(g.delta));
}

/** The arm's z, ordered by the units' keys: an order that cannot know the values. */
function inKeyOrder({ keys, zs }: OpenArm): number[] {
  const order = keys.map((_, i) => i);
  order.sort((a, b) => (keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : 0));
  return order.map((i) => zs[i]!);
}

function add(sums: number[], terms: readonly number[]): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += terms[i]!;
}
