import type { Io } from './io';
import type { Arguments, Options } from './parse-arguments';
import type { ExitCode } from './problem';

/** A command of the command line. */
export interface CommandSpec {
  /** One line for the list of commands. */
  summary: string;
  /** Names of what has to be given, in order; one that ends in `?` may be left out. */
  positionals: readonly string[];
  options: Options;
  run: (args: Arguments, io: Io) => Promise<ExitCode>;
}

export const STATE_OPTION: Options = {
  state: { type: 'string', value: 'DIR', help: 'State folder of the local mode; default .rampart' },
};

export const JSON_OPTION: Options = {
  json: { type: 'boolean', help: 'One JSON object on stdout and nothing else' },
};

export const CONFIG_OPTION: Options = {
  config: {
    type: 'string',
    value: 'FILE',
    help: 'Configuration file; a state folder remembers the one of the last run',
  },
};

export const HELP_OPTION: Options = { help: { type: 'boolean', short: 'h', help: 'Show this' } };
