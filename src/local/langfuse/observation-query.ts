import { type Column, OBSERVATION_COLUMNS } from './columns';
import { type Condition, meets } from './conditions';
import type { ObservationQuery } from './observations';
import type { StoredObservation } from './rows';

/**
 * Turns conditions into a query: bounds on the start, the trace and the prompt go to the indexes, and every condition
 * is checked on the rows that are left.
 * @param columnOf reads a column by its name; every condition's column must be known
 */
export function queryOf(
  conditions: readonly Condition[],
  nowMs: number,
  columnOf: (name: string) => Column<StoredObservation> = knownColumn,
): ObservationQuery {
  const checks = conditions.map((condition) => ({ condition, column: columnOf(condition.column) }));
  const starts = conditions.filter((condition) => condition.type === 'datetime' && condition.column === 'startTime');
  const bounds = (operators: readonly string[]): number[] =>
    starts.flatMap((each) => (each.type === 'datetime' && operators.includes(each.operator) ? [+each.value] : []));
  return {
    nowMs,
    fromMs: Math.max(...bounds(['>=', '>']), Number.NEGATIVE_INFINITY),
    toMs: Math.min(...bounds(['<']), ...bounds(['<=']).map((ms) => ms + 1), Number.POSITIVE_INFINITY),
    traceIds: oneOf(conditions, 'traceId'),
    promptName: onlyOne(oneOf(conditions, 'promptName')),
    keep: (row) => checks.every(({ condition, column }) => meets(condition, column, row)),
  };
}

/** The values that a text column may have, where a condition names them; null = any. */
function oneOf(conditions: readonly Condition[], column: string): readonly string[] | null {
  for (const condition of conditions) {
    if (condition.column !== column) continue;
    if (condition.type === 'string' && condition.operator === '=') return [condition.value];
    if (condition.type === 'stringOptions' && condition.operator === 'any of') return condition.value;
  }
  return null;
}

function onlyOne(values: readonly string[] | null): string | null {
  const [first] = values ?? [];
  return values?.length === 1 && first !== undefined && first !== '' ? first : null;
}

function knownColumn(name: string): Column<StoredObservation> {
  const column = OBSERVATION_COLUMNS.get(name);
  if (column === undefined) throw new Error(`observations have no column ${name}`);
  return column;
}
