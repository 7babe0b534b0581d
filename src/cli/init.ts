import { isAbsolute, relative } from 'node:path';
import packageFile from '../../package.json';
import { slashed } from '../prompts/load/list-files';
import { initPrompts, type InitStep } from '../prompts/init/init';
import { JSON_OPTION, type CommandSpec } from './command-spec';
import { paintFor, type Paint } from './paint';
import { flagOption, textOption } from './parse-arguments';
import { CommandProblem, EXIT } from './problem';
import { columns } from './table';
import { promptsFolder, PROMPTS_OPTION } from './validate';

export const INIT: CommandSpec = {
  summary: 'Start with prompts as code: an example, the pre-commit hook, the CI workflow',
  positionals: [],
  options: {
    ...PROMPTS_OPTION,
    package: { type: 'string', value: 'SPEC', help: 'What npx runs where the repository does not install rampart' },
    'no-hook': { type: 'boolean', help: 'Without the pre-commit hook' },
    'no-workflow': { type: 'boolean', help: 'Without the workflow of GitHub Actions' },
    ...JSON_OPTION,
  },
  async run(args, io) {
    const prompts = slashed(relative(io.cwd, promptsFolder(args, io)));
    if (prompts === '' || prompts.startsWith('..') || isAbsolute(prompts)) {
      throw new CommandProblem('usage', `--prompts: expected a folder below this one, got '${prompts || '.'}'`);
    }
    const steps = await initPrompts({
      folder: io.cwd,
      prompts,
      package: packageSpec(textOption(args, 'package')),
      ownPackage: `rampart@${packageFile.version}`,
      hook: !flagOption(args, 'no-hook'),
      workflow: !flagOption(args, 'no-workflow'),
    });
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify({ steps })}\n`);
    else for (const line of render(steps, prompts, paintFor(io.stdout))) io.stdout.write(`${line}\n`);
    return EXIT.ok;
  },
};

/** It becomes a word of shell scripts. */
function packageSpec(spec: string | undefined): string | null {
  if (spec === undefined) return null;
  if (/^[\w@%+=:,./#^~-]+$/u.test(spec)) return spec;
  throw new CommandProblem('usage', `--package: expected what npm installs, such as 'rampart@1.2.3', got '${spec}'`);
}

function render(steps: readonly InitStep[], prompts: string, paint: Paint): string[] {
  const tones = { written: 'good', added: 'good', updated: 'good', unchanged: 'dim', skipped: 'warn' } as const;
  const rows = steps.map(({ file, outcome, note }) => [paint(tones[outcome], outcome), file, note]);
  return [
    ...columns(rows),
    '',
    `next: look into ${prompts}/, then`,
    '  rampart validate --write   checks the prompts and writes their lock file, before every commit',
    '  rampart plan               shows what would change in Langfuse',
    'The first lines of the workflow name the secrets and variables that it needs.',
  ];
}
