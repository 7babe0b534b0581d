import type { Io, Output } from './io';
import { paintFor } from './paint';
import { errorFacts, exitCodeOf, type ExitCode } from './problem';

/**
 * The command line.
 * @param argv without the program's own name
 * @returns the exit code; see docs/cli.md
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    if (argv[0] === 'validate') return await validate(argv.slice(1), io);
    const { dispatch } = await import('./dispatch');
    return await dispatch(argv, io);
  } catch (error) {
    return reportProblem(error, argv.includes('--json'), io);
  }
}

/** What runs before every commit does not wait for what the other commands need. */
async function validate(argv: readonly string[], io: Io): Promise<number> {
  const [{ VALIDATE }, { runSpec }] = await Promise.all([import('./validate'), import('./run-spec')]);
  return runSpec('validate', VALIDATE, argv, io);
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
