import { existsSync } from 'node:fs';
import type { PromptDefinition, PromptProblem } from '../prompts/definition';
import type { LoadedPrompt } from '../prompts/load/collect-prompts';
import { loadPrompts } from '../prompts/load/load-prompts';
import type { Io } from './io';
import { textOption, type Arguments } from './parse-arguments';
import { CommandProblem, configuringLater } from './problem';
import { promptsFolder } from './validate';

/** As {@link readPrompts}, without the places. */
export async function readDefinitions(folder: string, io: Io): Promise<PromptDefinition[]> {
  return (await readPrompts(folder, io)).map(({ definition }) => definition);
}

/**
 * The prompts of a folder, when nothing is wrong with them.
 * @throws CommandProblem `configuration` with the first error and how many there are
 */
export async function readPrompts(folder: string, io: Io): Promise<LoadedPrompt[]> {
  const { prompts, problems } = await configuringLater(() => loadPrompts(folder, io.cwd));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return prompts;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  throw new CommandProblem('configuration', `${problemText(errors[0]!)}${more}`, { hint: 'see: rampart validate' });
}

/** The definitions that can be read, whatever is wrong with others; for showing what is there. */
export async function readableDefinitions(args: Arguments, io: Io): Promise<PromptDefinition[]> {
  const folder = promptsFolder(args, io);
  return existsSync(folder) ? (await loadPrompts(folder, io.cwd)).definitions : [];
}

/** As {@link readDefinitions}; nothing where there is no such folder and none was named. */
export async function localDefinitions(args: Arguments, io: Io): Promise<PromptDefinition[]> {
  const folder = promptsFolder(args, io);
  const isThere = existsSync(folder) || textOption(args, 'prompts') !== undefined;
  return isThere ? readDefinitions(folder, io) : [];
}

function problemText({ place, path, message }: PromptProblem): string {
  const where = `${place.file}:${place.line}:${place.column}`;
  return path === '' ? `${where}: ${message}` : `${where}: ${path}: ${message}`;
}
