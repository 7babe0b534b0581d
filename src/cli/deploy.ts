import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { applyPlan, type ActionResult } from '../prompts/apply/apply-plan';
import { mustNotBeRolledBack } from '../prompts/apply/refuse-rolled-back';
import { parsePlan } from '../prompts/plan/parse-plan';
import { hasActions, refusals, type Plan } from '../prompts/plan/plan';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { deployPorts, type DeployPorts } from './deploy-ports';
import { renderResult, renderSummary, resultFacts } from './deploy-render';
import type { Io } from './io';
import { flagOption, textOption, type Arguments } from './parse-arguments';
import { LABEL_OPTION, NO_COLOR_OPTION, paintOf, planNow } from './plan';
import { renderPlan } from './plan-render';
import { CommandProblem, configuring, EXIT, exitCodeOf, type ExitCode } from './problem';
import { PROMPTS_OPTION } from './validate';

const SWITCH = 'LANGFUSE_SYNC_ENABLED';

export const DEPLOY: CommandSpec = {
  summary: 'Bring Langfuse to what the definitions say: only what changed, never production',
  positionals: [],
  options: {
    plan: { type: 'string', value: 'FILE', help: 'Carry out exactly this plan, of plan --json; default: plan now' },
    ...LABEL_OPTION,
    ...PROMPTS_OPTION,
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    ...NO_COLOR_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const file = textOption(args, 'plan');
    if (file !== undefined && textOption(args, 'label') !== undefined) {
      throw new CommandProblem('usage', '--label: expected no --plan beside it, since a plan has its labels');
    }
    if (!isEnabled(io)) return saySwitchedOff(args, io);
    const ports = await deployPorts(args, io);
    const plan = file === undefined ? await planNow(args, ports, io) : await readPlan(file, ports, io);
    if (!flagOption(args, 'json')) print(io, renderPlan(plan, paintOf(args, io)));
    return carryOut(plan, { isStored: file !== undefined }, ports, args, io);
  },
};

/** @throws CommandProblem `configuration` when the switch is neither on nor off */
function isEnabled({ env }: Io): boolean {
  const text = env[SWITCH]?.trim().toLowerCase() ?? '';
  if (text === '' || text === 'true') return true;
  if (text === 'false') return false;
  throw new CommandProblem('configuration', `${SWITCH}: expected true or false, got '${text}'`);
}

function saySwitchedOff(args: Arguments, io: Io): ExitCode {
  if (flagOption(args, 'json')) print(io, [JSON.stringify({ enabled: false, plan: null, results: [] })]);
  else print(io, [`${SWITCH} is false: nothing was read or changed`]);
  return EXIT.ok;
}

async function readPlan(file: string, { server }: DeployPorts, io: Io): Promise<Plan> {
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem('configuration', `--plan ${file}: expected a file that can be read, got ${error.code}`);
  });
  const plan = configuring(() => parsePlan(parsedJson(file, text)));
  if (plan.server === server) return plan;
  throw new CommandProblem(
    'configuration',
    `--plan ${file}: expected a plan for ${server}, got one for ${plan.server}`,
  );
}

function parsedJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandProblem(
      'configuration',
      `--plan ${file}: expected JSON of rampart plan --json, got something else`,
    );
  }
}

async function carryOut(
  plan: Plan,
  { isStored }: { isStored: boolean },
  { sync, politeness, store }: DeployPorts,
  args: Arguments,
  io: Io,
): Promise<ExitCode> {
  const isJson = flagOption(args, 'json');
  const paint = paintOf(args, io);
  const signal = io.interruption();
  const onResult = (result: ActionResult): void => {
    if (!isJson) print(io, [renderResult(result, paint)]);
  };
  if (isStored && store !== null) await mustNotBeRolledBack(plan, store);
  const results = await applyPlan(sync, plan, { politeness, isStored, signal, onResult });
  if (isJson) print(io, [JSON.stringify({ enabled: true, plan, results: results.map(resultFacts) })]);
  else if (hasActions(plan)) print(io, renderSummary(results, paint));
  return exitOf(plan, results, signal);
}

function exitOf(plan: Plan, results: readonly ActionResult[], signal: AbortSignal): ExitCode {
  const failed = results.find(({ problem }) => problem !== null);
  if (failed !== undefined) return exitCodeOf(failed.problem);
  if (signal.aborted && results.some(({ state }) => state === 'not_begun')) return EXIT.interrupted;
  return refusals(plan).length === 0 ? EXIT.ok : EXIT.failed;
}

function print(io: Io, lines: readonly string[]): void {
  for (const line of lines) io.stdout.write(`${line}\n`);
}
