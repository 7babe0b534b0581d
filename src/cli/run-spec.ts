import { HELP_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { flagOption, parseArguments, type Arguments } from './parse-arguments';
import { CommandProblem, EXIT, type ExitCode } from './problem';

/** Runs a command, or shows its help. */
export async function runSpec(name: string, spec: CommandSpec, argv: readonly string[], io: Io): Promise<ExitCode> {
  const args = parseArguments(name, { ...spec.options, ...HELP_OPTION }, argv);
  if (flagOption(args, 'help')) {
    const { commandHelp } = await import('./help');
    for (const line of commandHelp(name, spec)) io.stdout.write(`${line}\n`);
    return EXIT.ok;
  }
  checkPositionals(name, spec, args);
  return spec.run(args, io);
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
