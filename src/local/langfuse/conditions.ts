import { z } from 'zod';

import type { Column } from './columns';

const TEXT_OPERATORS = ['=', 'contains', 'does not contain', 'starts with', 'ends with', 'matches'] as const;
const NUMBER_OPERATORS = ['=', '>', '<', '>=', '<='] as const;
const SET_OPERATORS = ['any of', 'none of'] as const;
const column = z.string();
const key = z.string();

/** One condition of a `filter`: what both observations v2 and metrics v2 accept. */
export const conditionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('datetime'), column, operator: z.enum(['>', '<', '>=', '<=']), value: z.coerce.date() }),
  z.object({ type: z.literal('string'), column, operator: z.enum(TEXT_OPERATORS), value: z.string() }),
  z.object({ type: z.literal('number'), column, operator: z.enum(NUMBER_OPERATORS), value: z.number() }),
  z.object({ type: z.literal('stringOptions'), column, operator: z.enum(SET_OPERATORS), value: z.array(z.string()) }),
  z.object({
    type: z.literal('arrayOptions'),
    column,
    operator: z.enum(['any of', 'none of', 'all of']),
    value: z.array(z.string()),
  }),
  z.object({
    type: z.literal('categoryOptions'),
    column,
    key,
    operator: z.enum(SET_OPERATORS),
    value: z.array(z.string()),
  }),
  z.object({ type: z.literal('stringObject'), column, key, operator: z.enum(TEXT_OPERATORS), value: z.string() }),
  z.object({ type: z.literal('numberObject'), column, key, operator: z.enum(NUMBER_OPERATORS), value: z.number() }),
  z.object({ type: z.literal('boolean'), column, operator: z.enum(['=', '<>']), value: z.boolean() }),
  z.object({ type: z.literal('null'), column, operator: z.enum(['is null', 'is not null']) }),
]);

export type Condition = z.infer<typeof conditionSchema>;

/** Whether a row meets a condition. Where the column is not set, texts compare as `''` and numbers never match. */
export function meets<Row>(condition: Condition, { read }: Column<Row>, row: Row): boolean {
  const value = read(row);
  switch (condition.type) {
    case 'datetime':
      return compareNumbers(value, condition.operator, condition.value.getTime());
    case 'number':
      return compareNumbers(value, condition.operator, condition.value);
    case 'string':
      return compareTexts(textOf(value), condition.operator, condition.value);
    case 'stringOptions':
      return condition.value.includes(textOf(value)) === (condition.operator === 'any of');
    case 'arrayOptions':
      return compareSets(value, condition.operator, condition.value);
    case 'categoryOptions':
      return condition.value.includes(textOf(entry(value, condition.key))) === (condition.operator === 'any of');
    case 'stringObject':
      return compareTexts(textOf(entry(value, condition.key)), condition.operator, condition.value);
    case 'numberObject':
      return compareNumbers(entry(value, condition.key), condition.operator, condition.value);
    case 'boolean':
      return (value === condition.value) === (condition.operator === '=');
    case 'null':
      return (value === null || value === '') === (condition.operator === 'is null');
  }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function entry(value: unknown, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}

function compareTexts(text: string, operator: (typeof TEXT_OPERATORS)[number], value: string): boolean {
  switch (operator) {
    case '=':
      return text === value;
    case 'contains':
    case 'matches':
      return text.includes(value);
    case 'does not contain':
      return !text.includes(value);
    case 'starts with':
      return text.startsWith(value);
    case 'ends with':
      return text.endsWith(value);
  }
}

function compareNumbers(number: unknown, operator: (typeof NUMBER_OPERATORS)[number], value: number): boolean {
  if (typeof number !== 'number') return false;
  switch (operator) {
    case '=':
      return number === value;
    case '>':
      return number > value;
    case '<':
      return number < value;
    case '>=':
      return number >= value;
    case '<=':
      return number <= value;
  }
}

function compareSets(value: unknown, operator: 'any of' | 'none of' | 'all of', wanted: readonly string[]): boolean {
  const has = (text: string): boolean => (value as readonly string[]).includes(text);
  switch (operator) {
    case 'any of':
      return wanted.some(has);
    case 'none of':
      return !wanted.some(has);
    case 'all of':
      return wanted.every(has);
  }
}
