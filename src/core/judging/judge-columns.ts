import type { Arm } from '../assignment/assignment';
import type { TwoByTwo } from '../stats/noncentral-hypergeometric';
import { emptyBlock, foldBinary, foldBounded, isBlockDue, type OpenBlock } from './blocks';
import { guardrailProblem } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import { countEntry, emptyGuardrailState, type GuardrailState, isEntry, stageAt } from './guardrail-state';
import { keyOrder, keyText } from './key-order';
import { settlePlannedEnd } from './planned-end';
import { addRows, armOf, entryOf, isEntryRow, type UnitColumns, type ValueColumns } from './unit-columns';

/** A block of one stage that is not judged yet: entries among the rows from `fromRow` on. */
interface OpenRows {
  fromRow: number;
  openedAtMs: number;
  counts: TwoByTwo;
}

/** One guardrail's share of the work. */
interface Judged {
  g: FrozenGuardrail;
  state: GuardrailState;
  values: ValueColumns;
  /** By stage. */
  open: (OpenRows | null)[];
}

/** Judges units that are held in columns, tick by tick. */
export interface ColumnJudge {
  /** Takes the rows below `toRow` that it does not have yet, then closes the blocks that are due at `nowMs` (as closeBlocks). */
  tick: (toRow: number, nowMs: number) => void;
  /** The states so far, one per guardrail, as the same units lead to one by one (updateUnit, enterUnit, closeBlocks). */
  states: () => GuardrailState[];
}

/**
 * The bulk path to guardrail states: for many units at once whose sums are known and do not change any more.
 * @param values one entry per guardrail
 * @param blockMs longest time that a stage's block stays open
 */
export function judgeColumns(
  guardrails: readonly FrozenGuardrail[],
  units: UnitColumns,
  values: readonly ValueColumns[],
  blockMs: (stage: number) => number,
): ColumnJudge {
  const all = guardrails.map((g, i): Judged => ({ g, state: emptyGuardrailState(g), values: values[i]!, open: [] }));
  let taken = 0;
  return {
    tick(toRow, nowMs) {
      const orders = new Map<number, Uint32Array>();
      const orderFrom = (fromRow: number): Uint32Array => {
        const order = orders.get(fromRow) ?? keyOrder(units.key, fromRow, toRow);
        orders.set(fromRow, order);
        return order;
      };
      for (const judged of all) {
        addRows(judged.state, units, judged.values, taken, toRow);
        enterRows(judged, units, taken, toRow);
        closeRows(judged, units, orderFrom, (stage) => ({ nowMs, blockMs: blockMs(stage) }));
      }
      taken = toRow;
    },
    states: () => all.map((judged) => withOpenBlocks(judged, units, taken)),
  };
}

/** Engine B: units whose first value the rows bring enter their stage's open block. */
function enterRows({ state, values, open }: Judged, units: UnitColumns, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    if (values.count[row] === 0 || !isEntryRow(units, values, row)) continue;
    const z = entryOf(values, row);
    if (!isEntry(state.kind, z)) {
      state.refused += 1;
      continue;
    }
    countEntry(state, armOf(units, row), z);
    const { counts } = (open[units.stage[row]!] ??= openAt(row, units.settledMs[row]!));
    if (units.arm[row] === 1) {
      counts.candidateUnits += 1;
      if (z === 0) counts.candidateBad += 1;
    } else {
      counts.stableUnits += 1;
      if (z === 0) counts.stableBad += 1;
    }
  }
}

function openAt(fromRow: number, openedAtMs: number): OpenRows {
  return { fromRow, openedAtMs, counts: { candidateUnits: 0, candidateBad: 0, stableUnits: 0, stableBad: 0 } };
}

function closeRows(
  { g, state, values, open }: Judged,
  units: UnitColumns,
  orderFrom: (fromRow: number) => Uint32Array,
  clock: (stage: number) => { nowMs: number; blockMs: number },
): void {
  if (guardrailProblem(g) !== null) return;
  for (let stage = 0; stage < open.length; stage++) {
    const rows = open[stage];
    if (!rows || !isBlockDue(rows.counts, { openedAtMs: rows.openedAtMs, ...clock(stage) })) continue;
    if (g.kind === 'binary') {
      foldBinary(state.logs, rows.counts, g);
    } else {
      const { candidate, stable } = gather(rows, units, values, stage, orderFrom(rows.fromRow));
      foldBounded(state.logs, candidate, stable, g);
    }
    open[stage] = null;
  }
  settlePlannedEnd(g, state);
}

/** The z of a block's entries by arm, in the given order of rows. */
function gather(
  { counts }: OpenRows,
  units: UnitColumns,
  values: ValueColumns,
  stage: number,
  order: Uint32Array,
): Record<Arm, Float64Array> {
  const zs = { stable: new Float64Array(counts.stableUnits), candidate: new Float64Array(counts.candidateUnits) };
  let stable = 0;
  let candidate = 0;
  for (const row of order) {
    if (units.stage[row] !== stage || values.count[row] === 0 || !isEntryRow(units, values, row)) continue;
    const z = entryOf(values, row);
    if (!isEntry('bounded', z)) continue;
    if (units.arm[row] === 1) zs.candidate[candidate++] = z;
    else zs.stable[stable++] = z;
  }
  return zs;
}

/** The state, with the blocks that are still open put into it as single units. */
function withOpenBlocks({ state, values, open }: Judged, units: UnitColumns, to: number): GuardrailState {
  for (const [stage, rows] of open.entries()) {
    stageAt(state, stage).open = rows ? openBlock(state.kind, rows, units, values, stage, to) : null;
  }
  return state;
}

function openBlock(
  kind: FrozenGuardrail['kind'],
  rows: OpenRows,
  units: UnitColumns,
  values: ValueColumns,
  stage: number,
  to: number,
): OpenBlock {
  const block = emptyBlock(rows.openedAtMs);
  const { counts } = rows;
  block.stable.units = counts.stableUnits;
  block.candidate.units = counts.candidateUnits;
  if (kind === 'binary') {
    block.stable.bad = counts.stableBad;
    block.candidate.bad = counts.candidateBad;
    return block;
  }
  for (let row = rows.fromRow; row < to; row++) {
    const z = entryOf(values, row);
    if (units.stage[row] !== stage || !isEntryRow(units, values, row) || !isEntry(kind, z)) continue;
    const arm = block[armOf(units, row)];
    arm.keys.push(keyText(units.key[row]!));
    arm.zs.push(z);
  }
  return block;
}
