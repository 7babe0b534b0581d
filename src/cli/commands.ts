import { COMPARE_COMMANDS } from './compare';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { BACKTEST } from './backtest';
import { DEPLOY } from './deploy';
import { DIFF } from './diff';
import { EXPLAIN } from './explain';
import { INIT } from './init';
import { flagOption, textOption } from './parse-arguments';
import { PERSON_COMMANDS } from './person-commands';
import { PLAN } from './plan';
import { POWER } from './power';
import { CommandProblem, EXIT } from './problem';
import { PULL } from './pull';
import { READING_COMMANDS } from './reading-commands';
import { parseEvery, run } from './run';
import { send } from './send';
import { SERVE } from './serve';
import { findTarget, stateFolder } from './target';
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

const REPORT: CommandSpec = {
  summary: 'Make (and mail) the report of the week that ended',
  positionals: [],
  options: {
    week: { type: 'string', value: 'WEEK', help: 'Another ISO week, such as 2026-W47' },
    force: { type: 'boolean', help: 'Make and send it again' },
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const week = textOption(args, 'week') ?? null;
    if (week !== null && !/^\d{4}-W\d{2}$/u.test(week)) {
      throw new CommandProblem('usage', `--week: expected an ISO week such as 2026-W47, got '${week}'`);
    }
    const target = findTarget(textOption(args, 'state'), io);
    const request = { kind: 'report', week, force: flagOption(args, 'force') } as const;
    const result = await send(target, request, textOption(args, 'config'), io);
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(result)}\n`);
    else if ('week' in result) {
      io.stdout.write(`report of ${result.week}: ${result.sent ? 'made' : 'had been made before'}\n`);
    }
    return EXIT.ok;
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
