import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { planPromptPower, type PromptPower } from '../app/plan-power';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { paintFor } from './paint';
import { flagOption, textOption, type Arguments } from './parse-arguments';
import { powerFigures } from './power-figures';
import { powerPorts } from './power-ports';
import { renderPower, renderSource } from './power-render';
import { planScores } from './power-scores';
import { powerSvg } from './power-svg';
import { CommandProblem, EXIT } from './problem';

export const POWER: CommandSpec = {
  summary: 'Before a rollout: what it would find, when, and how long it would take',
  positionals: ['PROMPT?'],
  options: {
    scores: { type: 'string', value: 'FILE', help: 'Without a PROMPT: CSV of judge scores, as for demo' },
    variant: { type: 'string', value: 'NAME', help: 'With --scores: the variant that plays the stable version' },
    'users-per-day': { type: 'string', value: 'N', help: 'With --scores: users who visit, each once' },
    svg: { type: 'string', value: 'FILE', help: 'Draw detection probability against effect, a line per step' },
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const [prompt] = args.positionals;
    const about = prompt === undefined ? null : { ...(await planPrompt(prompt, args, io)), prompt };
    const report = about ?? (await planScores(args, io));
    const svg = textOption(args, 'svg');
    if (svg !== undefined) await writeSvg(resolve(io.cwd, svg), svg, powerSvg(report.guardrails));
    const paint = paintFor(io.stdout);
    if (flagOption(args, 'json')) {
      io.stdout.write(`${JSON.stringify(powerFigures(report, about))}\n`);
      return EXIT.ok;
    }
    const source = about === null ? [] : [renderSource(about, about.prompt, paint)];
    for (const line of [...source, ...renderPower(report, paint)]) io.stdout.write(`${line}\n`);
    return EXIT.ok;
  },
};

async function planPrompt(prompt: string, args: Arguments, io: Io): Promise<PromptPower> {
  for (const name of ['scores', 'variant', 'users-per-day']) {
    if (textOption(args, name) === undefined) continue;
    throw new CommandProblem('usage', `--${name}: expected no PROMPT beside it, got '${prompt}'`);
  }
  return planPromptPower(await powerPorts(textOption(args, 'state'), textOption(args, 'config'), io), prompt, io.now());
}

async function writeSvg(path: string, name: string, svg: string): Promise<void> {
  await writeFile(path, svg).catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem(
      'configuration',
      `--svg ${name}: expected a file that can be written, got ${error.code ?? error.message}`,
    );
  });
}
