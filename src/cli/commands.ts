import { COMPARE_COMMANDS } from './compare';
import { CONFIG_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { BACKTEST } from './backtest';
import { DEPLOY } from './deploy';
import { DIFF } from './diff';
import { EXPLAIN } from './explain';
import { INIT } from './init';
import { flagOption, textOption } from './parse-arguments';
import { PERSON_COMMANDS } from './person-commands';
import { PLAN } from './plan';
import { POWER } from './power';
import { CommandProblem } from './problem';
import { PULL } from './pull';
import { READING_COMMANDS } from './reading-commands';
import { REPORT } from './report';
import { parseEvery, run } from './run';
import { SERVE } from './serve';
import { stateFolder } from './target';
import { TEST } from './test';
import { VALIDATE } from './validate';
import { VERSIONS } from './versions';

const RUN: CommandSpec = {
  summary: 'Run the controller on this machine against a real Langfuse',
  positionals: [],
  options: {
    once: { type: 'boolean', help: 'One tick of every prompt, then end' },
    every: { type: 'string', value: 'TIME', help: 'Time between two ticks, such as 15m or 5s; default 15m' },
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    json: { type: 'boolean', help: 'With --once: one JSON object on stdout and nothing else' },
  },
  async run(args, io) {
    const [once, json] = [flagOption(args, 'once'), flagOption(args, 'json')];
    if (json && !once) throw new CommandProblem('usage', '--json: expected --once beside it, since a run has no end');
    const every = textOption(args, 'every');
    return run(
      {
        folder: stateFolder(textOption(args, 'state'), io),
        configFile: textOption(args, 'config'),
        everyMs: every === undefined ? null : parseEvery(every),
        once,
        json,
      },
      io,
    );
  },
};

/** Every command but `demo` and `help`, in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandSpec>> = {
  run: RUN,
  serve: SERVE,
  ...READING_COMMANDS,
  ...PERSON_COMMANDS,
  ...COMPARE_COMMANDS,
  report: REPORT,
  power: POWER,
  explain: EXPLAIN,
  backtest: BACKTEST,
  init: INIT,
  validate: VALIDATE,
  test: TEST,
  plan: PLAN,
  deploy: DEPLOY,
  versions: VERSIONS,
  diff: DIFF,
  pull: PULL,
};

export const DEMO_SUMMARY = 'Show a promotion and a rollback on this machine, with Node alone';
