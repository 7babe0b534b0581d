import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { comparisonViewOf, type ViewedComparison } from '../app/comparison/view-comparison';
import { RampartError } from '../core/errors';
import { renderComparison } from './compare-render';
import { JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { paintFor } from './paint';
import { flagOption, textOption } from './parse-arguments';
import { CommandProblem, EXIT } from './problem';
import { storedState } from './stored-state';
import { findTarget } from './target';
import { shellWord } from '../core/shell-word';

export const COMPARE_SHOW: CommandSpec = {
  summary: "A prompt's comparison, running or last: a table, and the chart of its differences",
  positionals: ['PROMPT'],
  options: {
    svg: {
      type: 'string',
      value: 'FILE',
      help: 'Where the chart goes; default comparison-PROMPT.svg, none with --json',
    },
    ...STATE_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const prompt = args.positionals[0]!;
    const isJson = flagOption(args, 'json');
    const viewed = await comparisonViewOf(storedState(findTarget(textOption(args, 'state'), io), io), prompt, io.now());
    if (viewed === null) throw noComparison(prompt);
    const wanted = textOption(args, 'svg');
    if (wanted !== undefined) await writeChart(wanted, viewed, io);
    if (isJson) io.stdout.write(`${JSON.stringify({ ...viewed.view, series: viewed.series })}\n`);
    else {
      const chart = wanted ?? (await writeOwnChart(prompt, viewed, io));
      const lines = renderComparison(viewed.view, io.now(), paintFor(io.stdout));
      for (const line of [...lines, `  chart: ${chart}`]) io.stdout.write(`${line}\n`);
    }
    return EXIT.ok;
  },
};

function noComparison(prompt: string): RampartError {
  return new RampartError('not_found', `${prompt}: expected a prompt that had a comparison, got one without`, {
    hint: `Start one: rampart compare start ${shellWord(prompt)} --variants a=VERSION,b=VERSION --metric NAME`,
  });
}

/** Prompt names may be paths, and longer than the name of a file may be: 255 bytes, of which a character takes up to four. */
function fileName(prompt: string): string {
  const name = prompt.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-');
  return `comparison-${Array.from(name).slice(0, 60).join('')}.svg`;
}

/** The chart that nobody named a file for: where it cannot be written, that is said beside the table. */
async function writeOwnChart(prompt: string, viewed: ViewedComparison, io: Io): Promise<string> {
  const name = fileName(prompt);
  try {
    await writeFile(resolve(io.cwd, name), viewed.svg);
    return name;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `none, ${name} could not be written: ${code ?? message}`;
  }
}

async function writeChart(name: string, { svg }: ViewedComparison, io: Io): Promise<void> {
  await writeFile(resolve(io.cwd, name), svg).catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem(
      'configuration',
      `--svg ${name}: expected a file that can be written, got ${error.code ?? error.message}`,
    );
  });
}
