import type { Arm } from '../assignment/assignment';
import { addToCross, type GuardrailState, isUnitSums, stageAt, type StageState } from './guardrail-state';

/**
 * Units in columns, in the order in which their exposure settled: row r is one unit in one stage. A table's columns are of
 * one length.
 */
export interface UnitColumns {
  stage: Uint16Array;
  /** 1 = candidate, 0 = stable. */
  arm: Uint8Array;
  /** Keyed hash of the unit: the order within a block. */
  key: Uint32Array;
  settledMs: Float64Array;
  /** The row, before this one, of the same unit in another stage; -1 = none. */
  earlier: Int32Array;
}

/** Columns for at most so many rows, all of them still zero. */
export function unitColumns(rows: number): UnitColumns {
  return {
    stage: new Uint16Array(rows),
    arm: new Uint8Array(rows),
    key: new Uint32Array(rows),
    settledMs: new Float64Array(rows),
    earlier: new Int32Array(rows).fill(-1),
  };
}

/** One guardrail's values of these units. */
export interface ValueColumns {
  /** Number of the row's scores; 0 = none. */
  count: Uint32Array;
  /** Sum of their z, each in [0, 1]. */
  sum: Float64Array;
  /** z with which a unit enters engine B, at its first row with a value; null = that row's mean. */
  entry: Float64Array | null;
}

/** Columns of values for at most so many rows, all of them still zero. */
export function valueColumns(rows: number): ValueColumns {
  return { count: new Uint32Array(rows), sum: new Float64Array(rows), entry: null };
}

/** z with which the unit of a row with a value enters engine B; not always usable (see isEntry). */
export function entryOf({ entry, sum, count }: ValueColumns, row: number): number {
  return entry === null ? sum[row]! / count[row]! : entry[row]!;
}

/** Whether the row, which has a value, is the first of its unit that has one. */
export function isEntryRow({ earlier }: UnitColumns, { count }: ValueColumns, row: number): boolean {
  for (let before = earlier[row]!; before >= 0; before = earlier[before]!) if (count[before]! > 0) return false;
  return true;
}

/** Engine A's sums of one arm, in the order in which they are kept while rows are added. */
const SUMS = ['units', 'm', 'y', 'mm', 'yy', 'ym'] as const;

/**
 * Engine A: adds rows to their stages' sums, as updateUnit does with units that are new in a stage. Changes `state`.
 * @param from, to rows; `to` is exclusive
 */
export function addRows(
  state: GuardrailState,
  units: UnitColumns,
  values: ValueColumns,
  from: number,
  to: number,
): void {
  const stages: Float64Array[] = [];
  const { count, sum } = values;
  const newUnits = new Float64Array(2);
  for (let row = from; row < to; row++) {
    const m = count[row]!;
    if (m === 0) continue;
    const y = sum[row]!;
    if (!isUnitSums(m, y)) {
      state.refused += 1;
      continue;
    }
    const arm = units.arm[row]!;
    const sums = (stages[units.stage[row]!] ??= new Float64Array(2 * SUMS.length));
    const at = arm * SUMS.length;
    sums[at]! += 1;
    sums[at + 1]! += m;
    sums[at + 2]! += y;
    sums[at + 3]! += m * m;
    sums[at + 4]! += y * y;
    sums[at + 5]! += y * m;
    if (units.earlier[row]! < 0) newUnits[arm]! += 1;
    else addReturn(state, units, values, row);
  }
  state.units.stable += newUnits[0]!;
  state.units.candidate += newUnits[1]!;
  for (const [stage, sums] of stages.entries()) if (sums) addSums(stageAt(state, stage), sums);
}

function addSums({ stable, candidate }: StageState, sums: Float64Array): void {
  for (const [i, name] of SUMS.entries()) {
    stable[name] += sums[i]!;
    candidate[name] += sums[SUMS.length + i]!;
  }
}

/** A unit that was seen in other stages: products with its sums there. */
function addReturn(state: GuardrailState, units: UnitColumns, values: ValueColumns, row: number): void {
  const here = { stage: units.stage[row]!, arm: armOf(units, row) };
  let isNewInArm = true;
  for (let before = units.earlier[row]!; before >= 0; before = units.earlier[before]!) {
    const m = values.count[before]!;
    const y = values.sum[before]!;
    if (m === 0 || !isUnitSums(m, y)) continue;
    const other = { stage: units.stage[before]!, arm: armOf(units, before), m, y };
    if (other.arm === here.arm) isNewInArm = false;
    addToCross(state, here, other, values.count[row]!, values.sum[row]!);
  }
  if (isNewInArm) state.units[here.arm] += 1;
}

/** The row's arm by name. */
export function armOf({ arm }: UnitColumns, row: number): Arm {
  return arm[row] === 1 ? 'candidate' : 'stable';
}
