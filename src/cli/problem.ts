import { RampartError } from '../core/errors';

/** What a command's exit code means; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** Refused, or failed. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** Configuration or credentials. */
  configuration: 3,
  /** Langfuse (or AWS) cannot be reached, or does not answer as it should. */
  unreachable: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A problem of the command line or of its configuration: known before anything is done. */
export class CommandProblem extends Error {
  readonly kind: 'usage' | 'configuration';
  readonly hint: string;

  constructor(kind: 'usage' | 'configuration', message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandProblem';
    this.kind = kind;
    this.hint = options.hint ?? '';
  }
}

/** Does the work; what the catalogue says about wrong input in it is a problem of the configuration. */
export function configuring<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RampartError) || !['bad_input', 'not_found'].includes(error.code)) throw error;
    throw new CommandProblem('configuration', error.message, { hint: error.hint, cause: error });
  }
}

/** As {@link configuring}, for work that takes its time. */
export async function configuringLater<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return configuring(() => {
      throw error;
    });
  }
}

/** An error as people and programs are told of it. */
export interface ErrorFacts {
  code: string;
  message: string;
  hint: string;
}

export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof CommandProblem) return { code: error.kind, message: error.message, hint: error.hint };
  if (error instanceof RampartError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error), hint: '' };
}

/** The exit code that an error ends the process with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandProblem) return EXIT[error.kind];
  if (!(error instanceof RampartError)) return EXIT.failed;
  switch (error.code) {
    case 'provider_auth':
      return EXIT.configuration;
    case 'provider_unavailable':
    case 'provider_rate_limited':
    case 'provider_bad_response':
    case 'provider_not_supported':
      return EXIT.unreachable;
    default:
      return EXIT.failed;
  }
}
