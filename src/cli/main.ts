import packageFile from '../../package.json';
import { didYouMean } from '../core/policy/did-you-mean';
import { HELP_OPTION, type CommandSpec } from './command-spec';
import { COMMANDS, DEMO_SUMMARY } from './commands';
import { commandHelp, generalHelp } from './help';
import type { Io, Output } from './io';
import { paintFor } from './paint';
import { flagOption, parseArguments, type Arguments } from './parse-arguments';
import { CommandProblem, errorFacts, EXIT, exitCodeOf, type ExitCode } from './problem';

/**
 * The command line.
 * @param argv without the program's own name
 * @returns the exit code; see docs/cli.md
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return reportProblem(error, argv.includes('--json'), io);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  switch (name) {
    case undefined:
      print(io.stderr, generalHelp());
      return EXIT.usage;
    case 'demo':
      return demo(rest, io);
    case '--version':
      print(io.stdout, [packageFile.version]);
      return EXIT.ok;
    case 'help':
    case '--help':
    case '-h':
      return help(rest, io);
    default: {
      const { full, args } = commandOf(name, rest);
      return runSpec(full, specOf(full), args, io);
    }
  }
}

/** The embedded mode and its stand-ins are loaded only when they are asked for. */
async function demo(argv: string[], io: Io): Promise<number> {
  const { DEMO_OPTIONS, runDemo } = await import('./demo');
  if (!argv.includes('--help') && !argv.includes('-h')) return runDemo(argv, io);
  print(io.stdout, commandHelp('demo', { summary: DEMO_SUMMARY, positionals: [], options: DEMO_OPTIONS }));
  return EXIT.ok;
}

async function runSpec(name: string, spec: CommandSpec, argv: readonly string[], io: Io): Promise<ExitCode> {
  const args = parseArguments(name, { ...spec.options, ...HELP_OPTION }, argv);
  if (flagOption(args, 'help')) {
    print(io.stdout, commandHelp(name, spec));
    return EXIT.ok;
  }
  checkPositionals(name, spec, args);
  return spec.run(args, io);
}

async function help([first, ...rest]: readonly string[], io: Io): Promise<number> {
  const name = first === undefined ? undefined : commandOf(first, rest).full;
  if (name === 'demo') return demo(['--help'], io);
  print(io.stdout, name === undefined ? generalHelp() : commandHelp(name, specOf(name)));
  return EXIT.ok;
}

/** Some commands have two words: `compare start`. */
function commandOf(name: string, rest: readonly string[]): { full: string; args: readonly string[] } {
  const [second, ...args] = rest;
  const isFirst = Object.keys(COMMANDS).some((known) => known.startsWith(`${name} `));
  return isFirst && second !== undefined && !second.startsWith('-')
    ? { full: `${name} ${second}`, args }
    : { full: name, args: rest };
}

function specOf(name: string): CommandSpec {
  const spec = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (spec !== undefined) return spec;
  const known = ['demo', ...Object.keys(COMMANDS), 'help'];
  throw new CommandProblem('usage', `expected a command, got '${name}'${didYouMean(name, known)}`, {
    hint: 'see: rampart help',
  });
}

function checkPositionals(name: string, { positionals }: CommandSpec, args: Arguments): void {
  const fewest = positionals.filter((word) => !word.endsWith('?')).length;
  const came = args.positionals.length;
  const isBlank = args.positionals.some((text) => text.trim() === '');
  if (came >= fewest && came <= positionals.length && !isBlank) return;
  const expected = positionals.length === 0 ? 'nothing' : positionals.join(' ');
  const got = came === 0 ? 'nothing' : args.positionals.map((text) => `'${text}'`).join(' ');
  throw new CommandProblem('usage', `rampart ${name}: expected ${expected}, got ${got}`, {
    hint: `see: rampart help ${name}`,
  });
}

/** For people on stderr; for programs as the one object on stdout too. */
function reportProblem(error: unknown, json: boolean, io: Io): ExitCode {
  const facts = errorFacts(error);
  const paint = paintFor(io.stderr);
  print(io.stderr, [`${paint('bad', 'rampart:')} ${facts.message}`, ...(facts.hint === '' ? [] : [facts.hint])]);
  if (json) print(io.stdout, [JSON.stringify({ error: facts })]);
  return exitCodeOf(error);
}

function print(output: Output, lines: readonly string[]): void {
  for (const line of lines) output.write(`${line}\n`);
}
