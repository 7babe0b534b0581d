/** One condition of the `filter` parameter of observations v2 and metrics v2. */
export type Condition =
  | { type: 'string'; column: string; operator: '='; value: string }
  | { type: 'stringOptions'; column: string; operator: 'any of'; value: readonly string[] }
  | { type: 'datetime'; column: string; operator: '>=' | '<'; value: string }
  | { type: 'boolean'; column: string; operator: '='; value: boolean };

export function equals(column: string, value: string): Condition {
  return { type: 'string', column, operator: '=', value };
}

export function anyOf(column: string, value: readonly string[]): Condition {
  return { type: 'stringOptions', column, operator: 'any of', value };
}

export function isTrue(column: string): Condition {
  return { type: 'boolean', column, operator: '=', value: true };
}

/** `column` in [fromMs, toMs). */
export function within(column: string, fromMs: number, toMs: number): Condition[] {
  return [
    { type: 'datetime', column, operator: '>=', value: isoTime(fromMs) },
    { type: 'datetime', column, operator: '<', value: isoTime(toMs) },
  ];
}

/** ms since 1970 as Langfuse wants times. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
