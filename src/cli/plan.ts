import { join } from 'node:path';
import { LOCK_FILE } from '../prompts/lock/lock-file';
import { makePlan } from '../prompts/plan/make-plan';
import { refusals, type Plan } from '../prompts/plan/plan';
import { CONFIG_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { deployPorts, type DeployPorts } from './deploy-ports';
import { hashesInHistory, readGitState } from './git-state';
import type { Io } from './io';
import { paintFor, plain, type Paint } from './paint';
import { flagOption, textOption, type Arguments, type Options } from './parse-arguments';
import { planMarkdown } from './plan-markdown';
import { renderPlan } from './plan-render';
import { CommandProblem, EXIT } from './problem';
import { progressLine } from './progress-line';
import { readDefinitions } from './prompts-folder';
import { PROMPTS_OPTION, promptsFolder } from './validate';

const LABEL = /^[a-z0-9_\-.]{1,36}$/u;

export const NO_COLOR_OPTION: Options = { 'no-color': { type: 'boolean', help: 'No colours, also on a terminal' } };

export const LABEL_OPTION: Options = {
  label: { type: 'string', value: 'LABEL', help: 'What new versions of a base are labelled instead of candidate' },
};

export const PLAN: CommandSpec = {
  summary: 'What deploy would change in Langfuse',
  positionals: [],
  options: {
    ...LABEL_OPTION,
    markdown: { type: 'boolean', help: 'As a comment on a pull request' },
    ...PROMPTS_OPTION,
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    ...NO_COLOR_OPTION,
    json: { type: 'boolean', help: 'The plan as JSON, for deploy --plan' },
  },
  async run(args, io) {
    if (flagOption(args, 'json') && flagOption(args, 'markdown')) {
      throw new CommandProblem('usage', '--markdown: expected no --json beside it, got both');
    }
    const plan = await planNow(args, await deployPorts(args, io), io);
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(plan)}\n`);
    else if (flagOption(args, 'markdown')) io.stdout.write(planMarkdown(plan));
    else for (const line of renderPlan(plan, paintOf(args, io))) io.stdout.write(`${line}\n`);
    return refusals(plan).length === 0 ? EXIT.ok : EXIT.failed;
  },
};

/** Plans from the definitions of the prompts folder. */
export async function planNow(args: Arguments, ports: DeployPorts, io: Io): Promise<Plan> {
  const folder = promptsFolder(args, io);
  const label = labelOf(args);
  const definitions = await readDefinitions(folder, io);
  const [git, knownHashes] = [readGitState(folder), hashesInHistory(join(folder, LOCK_FILE))];
  const progress = progressLine(io, 'reading Langfuse');
  try {
    const { sync, store, server, candidateLabel } = ports;
    const options = { candidateLabel, label, git, knownHashes };
    return await makePlan({ sync, store, server, onRead: progress.show }, definitions, options);
  } finally {
    progress.end();
  }
}

export function paintOf(args: Arguments, io: Io): Paint {
  return flagOption(args, 'no-color') ? plain : paintFor(io.stdout);
}

function labelOf(args: Arguments): string | null {
  const label = textOption(args, 'label');
  if (label === undefined) return null;
  if (label === 'production' || label === 'latest') {
    throw new CommandProblem('usage', `--label: expected a label that a deploy may give, got ${label}`, {
      hint: label === 'production' ? 'production is given by a rollout, or by rampart promote.' : '',
    });
  }
  if (LABEL.test(label)) return label;
  throw new CommandProblem('usage', `--label: expected 1 to 36 of a-z, 0-9, _, - and . , got '${label.slice(0, 50)}'`);
}
