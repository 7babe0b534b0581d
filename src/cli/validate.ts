import { relative, resolve } from 'node:path';
import type { PromptDefinition, PromptProblem } from '../prompts/definition';
import { slashed } from '../prompts/load/list-files';
import { withStaged } from '../prompts/lock/git';
import { LOCK_FILE } from '../prompts/lock/lock-file';
import { validatePrompts, type Validation } from '../prompts/validate';
import { JSON_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { paintFor, type Paint } from './paint';
import { flagOption, textOption, type Arguments, type Options } from './parse-arguments';
import { CommandProblem, configuringLater, EXIT } from './problem';

export const PROMPTS_OPTION: Options = {
  prompts: { type: 'string', value: 'DIR', help: 'Folder of the prompts; default prompts' },
};

export const VALIDATE: CommandSpec = {
  summary: 'Check the prompts of this repository, without Langfuse',
  positionals: [],
  options: {
    ...PROMPTS_OPTION,
    against: { type: 'string', value: 'REF', help: 'Commit whose versions are compared with; default HEAD' },
    write: { type: 'boolean', help: 'Write prompts.lock.json when nothing is wrong' },
    staged: { type: 'boolean', help: 'What is staged in git instead of what is on disk' },
    strict: { type: 'boolean', help: 'Warnings fail too' },
    ...JSON_OPTION,
  },
  async run(args, io) {
    const validation = await validate(args, io);
    const strict = flagOption(args, 'strict');
    const isOk = validation.problems.every(({ severity }) => severity === 'warning' && !strict);
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(figures(validation, isOk))}\n`);
    else for (const line of render(validation, paintFor(io.stdout))) io.stdout.write(`${line}\n`);
    if (io.env['GITHUB_ACTIONS'] === 'true' && !flagOption(args, 'json')) {
      for (const problem of validation.problems) io.stdout.write(`${annotation(problem, io)}\n`);
    }
    return isOk ? EXIT.ok : EXIT.failed;
  },
};

/** Validates as the options say. */
async function validate(args: Arguments, io: Io): Promise<Validation> {
  const folder = promptsFolder(args, io);
  const write = flagOption(args, 'write');
  const isStaged = flagOption(args, 'staged');
  if (write && isStaged) throw new CommandProblem('usage', '--write: expected no --staged beside it');
  const options = { folder, top: io.cwd, against: textOption(args, 'against') ?? null, write };
  return configuringLater(async () => {
    if (!isStaged) return validatePrompts(options);
    return withStaged(folder, async (copy) => validatePrompts({ ...options, copy }));
  });
}

/** The prompts folder that `--prompts` names, or `prompts/`. */
export function promptsFolder(args: Arguments, io: Io): string {
  return resolve(io.cwd, textOption(args, 'prompts') ?? 'prompts');
}

function figures({ loaded, problems, against, written }: Validation, isOk: boolean): unknown {
  return {
    ok: isOk,
    ...counts(loaded.definitions),
    against,
    written,
    problems: problems.map(({ place, path, message, severity }) => ({ ...place, path, severity, message })),
  };
}

function counts(definitions: readonly PromptDefinition[]): { prompts: number; variants: number } {
  const prompts = definitions.filter(({ variant }) => variant === null).length;
  return { prompts, variants: definitions.length - prompts };
}

function render({ loaded, problems, against, written }: Validation, paint: Paint): string[] {
  const { prompts, variants } = counts(loaded.definitions);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const found = [count(errors, 'error'), count(problems.length - errors, 'warning')].filter((text) => text !== '');
  const summary = `${count(prompts, 'prompt') || 'no prompts'}${variants === 0 ? '' : ` and ${count(variants, 'variant')}`}: `;
  const tone = errors > 0 ? 'bad' : problems.length > 0 ? 'warn' : 'good';
  const compared =
    against === null ? 'versions have nothing to be compared with yet' : `versions compared with ${against}`;
  return [
    ...problems.map((problem) => problemLine(problem, paint)),
    `${summary}${paint(tone, found.join(', ') || 'nothing wrong')}; ${compared}`,
    ...(written ? [`${LOCK_FILE} written; commit it with the prompts`] : []),
  ];
}

/** `file:line:column error path: message`, which editors and terminals make a link of. */
export function problemLine({ place, path, message, severity }: PromptProblem, paint: Paint): string {
  const where = `${place.file}:${place.line}:${place.column}`;
  const tone = severity === 'error' ? 'bad' : 'warn';
  return `${where} ${paint(tone, severity)} ${path === '' ? '' : `${paint('strong', path)}: `}${message}`;
}

function count(n: number, what: string): string {
  return n === 0 ? '' : `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** A command of GitHub Actions that shows the problem in the changed file, which it knows by its path in the repository. */
function annotation({ place, path, message, severity }: PromptProblem, { env, cwd }: Io): string {
  const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const { line, column } = place;
  const workspace = env['GITHUB_WORKSPACE'];
  const file = workspace === undefined ? place.file : slashed(relative(workspace, resolve(cwd, place.file)));
  return `::${severity} file=${property(file)},line=${line},col=${column}::${escaped(path === '' ? message : `${path}: ${message}`)}`;
}
