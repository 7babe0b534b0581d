import type { OnWinner } from '../core/comparison/comparison';
import type { ComparisonWish } from '../core/comparison/wish';
import type { Direction } from '../core/metrics/metric';
import { parseDuration } from '../core/policy/duration';
import { show } from '../core/policy/problem';
import type { Io } from './io';
import { textOption, type Arguments, type Options } from './parse-arguments';
import { CommandProblem } from './problem';

export const WISH_OPTIONS: Options = {
  variants: { type: 'string', value: 'LIST', help: 'Names and versions, such as a=3,b=4; 2 to 8 of them' },
  metric: {
    type: 'string',
    value: 'METRIC',
    help: 'What is compared: the name of a score, or latency, cost, error_rate …',
  },
  shares: { type: 'string', value: 'LIST', help: 'Percent of each variant, such as 50/50; default: all in even parts' },
  control: { type: 'string', value: 'NAME', help: 'What the others are compared with; default: the one in production' },
  'policy-of': {
    type: 'string',
    value: 'NAME',
    help: 'Whose policy guards the arms, where the variants have different ones',
  },
  direction: {
    type: 'string',
    value: 'WAY',
    help: 'higher or lower is better; needed for a score without a guardrail',
  },
  range: { type: 'string', value: 'LOW..HIGH', help: 'Range of a numeric score without a guardrail; none = yes or no' },
  margin: { type: 'string', value: 'NUMBER', help: 'A smaller difference does not matter; default as for a guardrail' },
  for: { type: 'string', value: 'TIME', help: 'The deadline, such as 14d; default 14d' },
  'at-least': { type: 'string', value: 'TIME', help: "No decision before; default: the first step's bake time" },
  // oxlint-disable-next-line unicorn/no-thenable -- a word of the command line, never a function
  then: { type: 'string', value: 'WHAT', help: 'With a winner: rollout (default), promote or nothing' },
};

const ON_WINNER: Readonly<Record<string, OnWinner>> = { rollout: 'rollout', promote: 'promote', nothing: 'nothing' };

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  higher: 'higher_is_better',
  lower: 'lower_is_better',
  higher_is_better: 'higher_is_better',
  lower_is_better: 'lower_is_better',
};

/** @throws CommandProblem `usage` for what cannot be read; what it means is checked where the state is */
export function readWish(args: Arguments, io: Io): ComparisonWish {
  return {
    prompt: args.positionals[0]!,
    by: textOption(args, 'by') ?? io.user,
    because: textOption(args, 'because') ?? '',
    variants: required(args, 'variants', 'names and versions such as a=3,b=4').split(',').map(readVariant),
    shares: optional(args, 'shares', readShares),
    control: textOption(args, 'control') ?? null,
    policyOf: textOption(args, 'policy-of') ?? null,
    metric: required(args, 'metric', 'what is compared, such as the name of a score'),
    direction: optional(args, 'direction', (text) => oneOf('direction', DIRECTIONS, text)),
    range: optional(args, 'range', readRange),
    margin: optional(args, 'margin', (text) => numberFrom('margin', text)),
    forMs: optional(args, 'for', (text) => readTime('for', text)),
    atLeastMs: optional(args, 'at-least', (text) => readTime('at-least', text)),
    onWinner: oneOf('then', ON_WINNER, textOption(args, 'then') ?? 'rollout'),
  };
}

function readVariant(text: string): ComparisonWish['variants'][number] {
  const match = /^([^=]+)=([1-9]\d{0,8})$/u.exec(text.trim());
  if (match !== null) return { name: match[1]!, version: Number(match[2]) };
  throw usage('variants', 'NAME=VERSION, such as a=3', text);
}

function readShares(text: string): number[] {
  return text.split('/').map((part) => numberFrom('shares', part));
}

function readRange(text: string): [number, number] {
  const ends = text.split('..');
  if (ends.length !== 2) throw usage('range', 'LOW..HIGH, such as 1..5', text);
  return [numberFrom('range', ends[0]!), numberFrom('range', ends[1]!)];
}

function readTime(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw usage(name, 'a time with its unit, such as 14d or 12h', text);
}

function numberFrom(name: string, text: string): number {
  const number = /^-?\d+(\.\d+)?$/u.test(text.trim()) ? Number(text) : null;
  if (number !== null) return number;
  throw usage(name, 'numbers', text);
}

function oneOf<Value>(name: string, known: Readonly<Record<string, Value>>, text: string): Value {
  if (Object.hasOwn(known, text)) return known[text]!;
  throw usage(name, Object.keys(known).join(', '), text);
}

function optional<Value>(args: Arguments, name: string, read: (text: string) => Value): Value | null {
  const text = textOption(args, name);
  return text === undefined ? null : read(text);
}

function required(args: Arguments, name: string, expected: string): string {
  const text = textOption(args, name);
  if (text !== undefined && text.trim() !== '') return text;
  throw usage(name, expected, undefined);
}

function usage(name: string, expected: string, got: string | undefined): CommandProblem {
  return new CommandProblem('usage', `--${name}: expected ${expected}, got ${show(got)}`, {
    hint: 'see: rampart help compare start',
  });
}
