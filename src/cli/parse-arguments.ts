import { parseArgs } from 'node:util';
import { didYouMean } from '../core/policy/did-you-mean';
import { CommandProblem } from './problem';

/** An option of a command, for parsing and for its help. */
export interface Option {
  type: 'string' | 'boolean';
  short?: string;
  /** What stands after `--name` in the help; none for a boolean. */
  value?: string;
  help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given to a command: options by name, and the rest in order. */
export interface Arguments {
  values: Readonly<Record<string, string | boolean | undefined>>;
  positionals: readonly string[];
}

/**
 * Reads a command's arguments.
 * @throws CommandProblem `usage` for an option that the command does not have, or one without its value
 */
export function parseArguments(command: string, options: Options, argv: readonly string[]): Arguments {
  const args = [...argv];
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }) },
    ]),
  );
  refuseUnknown(command, options, args);
  try {
    const { values, positionals } = parseArgs({ args, options: config, allowPositionals: true, strict: true });
    return { values, positionals };
  } catch (error) {
    const { message } = error as TypeError;
    throw new CommandProblem('usage', message.split('\n')[0]!, { hint: helpHint(command) });
  }
}

/** A text option; undefined when it was not given. */
export function textOption({ values }: Arguments, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function flagOption({ values }: Arguments, name: string): boolean {
  return values[name] === true;
}

/** @throws CommandProblem `usage` when the text is not a whole number from 1 */
export function wholeNumber(text: string, what: string): number {
  const number = /^[1-9]\d{0,8}$/u.test(text) ? Number(text) : null;
  if (number !== null) return number;
  throw new CommandProblem('usage', `${what}: expected a whole number from 1, got '${text}'`);
}

function refuseUnknown(command: string, options: Options, args: string[]): void {
  const { tokens } = parseArgs({ args, options: valueTakers(options), strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const isKnown = Object.entries(options).some(
      ([name, { short }]) => token.name === name || token.rawName === `-${short}`,
    );
    if (isKnown) continue;
    const near = didYouMean(token.name, Object.keys(options)).replace(/'(.+)'/u, "'--$1'");
    throw new CommandProblem('usage', `rampart ${command} has no option ${token.rawName}${near}`, {
      hint: helpHint(command),
    });
  }
}

/** So that the value of an option is not taken for the next option. */
function valueTakers(options: Options): Record<string, { type: 'string' | 'boolean' }> {
  return Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
}

function helpHint(command: string): string {
  return `see: rampart help ${command}`;
}
