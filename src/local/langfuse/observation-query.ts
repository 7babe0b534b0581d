import { OBSERVATION_COLUMNS } from './columns';
import { type Condition, meets } from './conditions';
import type { ObservationQuery } from './observations';

/**
 * Turns conditions into a query: bounds on the start, the trace and the prompt go to the indexes, and every condition
 * is checked on the rows that are left. Every condition's column must be one of {@link OBSERVATION_COLUMNS}.
 */
export function queryOf(conditions: readonly Condition[], nowMs: number): ObservationQuery {
  const checks = conditions.map((condition) => {
    const column = OBSERVATION_COLUMNS.get(condition.column);
    if (column === undefined) throw new Error(`observations have no column ${condition.column}`);
    return { condition, column };
  });
  return {
    nowMs,
    ...startRange(conditions),
    traceIds: namedValues(conditions, 'traceId'),
    promptName: onlyOne(namedValues(conditions, 'promptName')),
    keep: (row) => checks.every(({ condition, column }) => meets(condition, column, row)),
  };
}

/** The narrowest range of whole milliseconds that the conditions on the start leave. */
function startRange(conditions: readonly Condition[]): { fromMs: number; toMs: number } {
  let fromMs = Number.NEGATIVE_INFINITY;
  let toMs = Number.POSITIVE_INFINITY;
  for (const condition of conditions) {
    if (condition.type !== 'datetime' || condition.column !== 'startTime') continue;
    const ms = condition.value.getTime();
    switch (condition.operator) {
      case '>=':
        fromMs = Math.max(fromMs, ms);
        break;
      case '>':
        fromMs = Math.max(fromMs, ms + 1);
        break;
      case '<':
        toMs = Math.min(toMs, ms);
        break;
      case '<=':
        toMs = Math.min(toMs, ms + 1);
    }
  }
  return { fromMs, toMs };
}

/** The values that a text column may have, where a condition names them; null = any. */
function namedValues(conditions: readonly Condition[], column: string): readonly string[] | null {
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
