import * as z from 'zod';
import { didYouMean } from './did-you-mean';
import { DURATION_PATTERN, parseDuration } from './duration';
import { show } from './problem';

/*
 * The parts that the written forms are made of. Each says in its message what it expected and what came, and carries
 * its description and range into the JSON Schema.
 */

type Issue = { readonly input?: unknown };

function expected(what: string) {
  return { error: ({ input }: Issue) => `expected ${what}, got ${show(input)}` };
}

interface Range {
  above?: number;
  atLeast?: number;
  below?: number;
  atMost?: number;
}

function rangeText({ above, atLeast, below, atMost }: Range): string {
  const parts = [
    above === undefined ? '' : `above ${above}`,
    atLeast === undefined ? '' : `of at least ${atLeast}`,
    below === undefined ? '' : `below ${below}`,
    atMost === undefined ? '' : `of at most ${atMost}`,
  ];
  return parts.filter((part) => part !== '').join(' and ');
}

function inRange(start: z.ZodNumber, range: Range, message: ReturnType<typeof expected>): z.ZodNumber {
  let schema = start;
  if (range.above !== undefined) schema = schema.gt(range.above, message);
  if (range.atLeast !== undefined) schema = schema.gte(range.atLeast, message);
  if (range.below !== undefined) schema = schema.lt(range.below, message);
  if (range.atMost !== undefined) schema = schema.lte(range.atMost, message);
  return schema;
}

/** A finite number in a range. */
export function number(description: string, range: Range = {}) {
  const message = expected(`a number ${rangeText(range)}`.trimEnd());
  return inRange(z.number(message), range, message).describe(description);
}

/** A whole number, both ends inclusive. */
export function wholeNumber(description: string, atLeast: number, atMost: number) {
  const message = expected(`a whole number from ${atLeast} to ${atMost}`);
  return z.int(message).gte(atLeast, message).lte(atMost, message).describe(description);
}

/** A duration with a unit; `positive` refuses 0. */
export function duration(description: string, { positive = false } = {}) {
  const what = `a duration ${positive ? 'above 0 ' : ''}with its unit, such as '90s', '15m', '24h', '2d' or '1h30m'`;
  const schema = z.string(expected(what)).refine((text) => {
    const ms = parseDuration(text);
    return ms !== null && (ms > 0 || !positive);
  }, expected(what));
  return schema.meta({ description, pattern: DURATION_PATTERN.source });
}

/**
 * Text that is not blank.
 * @param pattern tells editors what the text looks like; a rule checks it, with a better message
 */
export function text(description: string, longest: number, pattern?: RegExp) {
  const message = expected(`text of 1 to ${longest} characters`);
  return z
    .string(message)
    .refine((value) => value.length <= longest && (pattern !== undefined || /\S/u.test(value)), message)
    .meta({ description, pattern: (pattern ?? /\S/u).source, maxLength: longest });
}

/** True or false. */
export function flag(description: string) {
  return z.boolean(expected('true or false')).describe(description);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(description: string, words: Words) {
  const error = ({ input }: Issue): string => {
    const hint = typeof input === 'string' ? didYouMean(input, words) : '';
    return `expected ${words.map((word) => `'${word}'`).join(' or ')}, got ${show(input)}${hint}`;
  };
  return z.enum(words, { error }).describe(description);
}

/** A list with at least `atLeast` and at most 20 items: a policy is stored with every rollout. */
export function list<Item extends z.ZodType>(description: string, item: Item, atLeast: 0 | 1 = 1) {
  const message = expected(`a list of ${atLeast} to 20 items`);
  return z.array(item, message).min(atLeast, message).max(20, message).describe(description);
}

/** An object with these keys and no others; unknown keys are reported by `read-shape.ts`. */
export function object<Shape extends z.ZodRawShape>(description: string, shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, expected(`an object with keys out of: ${keys}`)).describe(description);
}

/** The two ends of an interval. */
export function interval(description: string) {
  const message = expected('two numbers [low, high]');
  const end = z.number(expected('a number'));
  return z.tuple([end, end], message).describe(description);
}

/** Any keys, all values of one kind. */
export function table<Value extends z.ZodType>(description: string, value: Value) {
  return z.record(z.string(), value, expected('an object')).describe(description);
}
