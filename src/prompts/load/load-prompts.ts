import { dirname, relative, resolve } from 'node:path';
import { checkPrompts } from '../rules/check-prompts';
import type { PromptDefinition, PromptProblem } from '../definition';
import { collectPrompts, type LoadedPrompt } from './collect-prompts';
import { listPromptFiles, readTexts, slashed, stem, type PromptFile, type ReadFile } from './list-files';
import { readModelConfigs } from './model-configs';
import { readMarkdown, type ReadSource } from './read-markdown';
import { readTypescript } from './read-typescript';

/** What a prompts folder defines. */
export interface LoadedPrompts {
  /** By name; a base before its variants. A prompt with an error in its shape is left out. */
  definitions: PromptDefinition[];
  /** Everything that is wrong, by place; nothing may be deployed while one of them is an error. */
  problems: PromptProblem[];
  /** The definitions with the places of their parts. */
  prompts: LoadedPrompt[];
}

/**
 * Reads every prompt of a folder, in both written forms, and checks all that can be known without Langfuse and without
 * history: shape, names, labels, sizes, variables, references, configs, policies, test cases.
 * @param folder such as `prompts`
 * @param top the repository's top, which places are relative to; default: the folder that `folder` is in
 * @param shownAs what stands in places for the folder, where it is a copy
 * @throws RampartError `not_found` when there is no such folder
 */
export async function loadPrompts(
  folder: string,
  top = dirname(resolve(folder)),
  shownAs = slashed(relative(resolve(top), resolve(folder))),
): Promise<LoadedPrompts> {
  const files = listPromptFiles(resolve(folder), shownAs);
  const unreadable: PromptProblem[] = [];
  const read = (list: readonly PromptFile[]): ReadFile[] => readTexts(list, unreadable);
  const configs = readModelConfigs(
    read(files.configs).map(({ inside, file, text }) => ({ name: stem(inside), file, text })),
  );
  const typescript = await readTypescript(read(files.typescript));
  const markdown = read(files.markdown).map(({ file, text }) => readMarkdown(file, text, isChat));
  const bases = [...markdown.flatMap(({ source }) => source ?? []), ...typescript.sources];
  const variants = readVariants(read(files.variants), bases);
  const collected = collectPrompts(bases, variants.sources, configs);
  const problems = [
    ...unreadable,
    ...configs.problems,
    ...typescript.problems,
    ...markdown.flatMap((each) => each.problems),
    ...variants.problems,
    ...collected.problems,
    ...checkPrompts([...collected.prompts, ...collected.halfRead]),
    ...(await schemaProblems(collected.prompts)),
  ];
  return {
    definitions: collected.prompts.map(({ definition }) => definition),
    problems: sortedProblems(problems),
    prompts: collected.prompts,
  };
}

async function schemaProblems(prompts: readonly LoadedPrompt[]): Promise<PromptProblem[]> {
  const withSchemas = prompts.filter(({ definition: { tests } }) =>
    tests.some(({ assertions }) => assertions.some(({ kind }) => kind === 'json_schema')),
  );
  if (withSchemas.length === 0) return [];
  const { checkJsonSchemas } = await import('../rules/json-schemas');
  return checkJsonSchemas(withSchemas);
}

/** By file, line and column, each once. */
export function sortedProblems(problems: readonly PromptProblem[]): PromptProblem[] {
  const once = new Map(problems.map((problem) => [JSON.stringify([problem.place, problem.message]), problem]));
  return [...once.values()].sort(
    ({ place: a }, { place: b }) =>
      (a.file < b.file ? -1 : Number(a.file > b.file)) || a.line - b.line || a.column - b.column,
  );
}

function isChat(front: Readonly<Record<string, unknown>>): boolean {
  return front['type'] === 'chat';
}

/** A variant's body is read as its base's is. */
function readVariants(
  files: readonly ReadFile[],
  bases: readonly ReadSource[],
): { sources: { source: ReadSource; name: string }[]; problems: PromptProblem[] } {
  const chats = new Set(
    bases.filter(({ value }) => isChat(value) || 'messages' in value).map(({ value }) => value['name']),
  );
  const read = files.map(({ inside, file, text }) => ({
    name: stem(inside),
    ...readMarkdown(file, text, (front) => chats.has(front['base'])),
  }));
  return {
    sources: read.flatMap(({ source, name }) => (source === null ? [] : [{ source, name }])),
    problems: read.flatMap(({ problems }) => problems),
  };
}
