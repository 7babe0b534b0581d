import packageFile from '../../package.json';
import { didYouMean } from '../core/policy/did-you-mean';
import type { CommandSpec } from './command-spec';
import { COMMANDS, DEMO_SUMMARY } from './commands';
import { commandHelp, generalHelp } from './help';
import type { Io, Output } from './io';
import { CommandProblem, EXIT } from './problem';
import { runSpec } from './run-spec';

/**
 * Runs what the arguments say.
 * @returns the exit code
 */
export async function dispatch(argv: readonly string[], io: Io): Promise<number> {
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
  const [first] = name.split(' ');
  const ofTwoWords = Object.keys(COMMANDS).filter((each) => each.startsWith(`${first} `));
  const known = ofTwoWords.length > 0 ? ofTwoWords : ['demo', ...Object.keys(COMMANDS), 'help'];
  const expected = ofTwoWords.length > 0 ? `one of ${ofTwoWords.join(', ')}` : 'a command';
  throw new CommandProblem('usage', `expected ${expected}, got '${name}'${didYouMean(name, known)}`, {
    hint: 'see: rampart help',
  });
}

function print(output: Output, lines: readonly string[]): void {
  for (const line of lines) output.write(`${line}\n`);
}
