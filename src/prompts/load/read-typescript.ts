import type { Path } from '../../core/policy/problem';
import type { PromptProblem, SourcePlace } from '../definition';
import type { PromptFile, ReadFile } from './list-files';
import { findLiteral, type LiteralPart } from './literal-places';
import { positionAt, type Places } from './places';
import type { ReadSource } from './read-markdown';
import { runPromptFiles, type RanFile } from './run-prompt-files';

/** Runs the TypeScript files of the prompts folder and gathers what they define. */
export async function readTypescript(
  files: readonly ReadFile[],
): Promise<{ sources: ReadSource[]; problems: PromptProblem[] }> {
  if (files.length === 0) return { sources: [], problems: [] };
  const ran = await runPromptFiles(files.map(({ path }) => path));
  const sources: ReadSource[] = [];
  const problems: PromptProblem[] = [];
  for (const [index, file] of files.entries()) {
    const { definitions, failure } = ran[index]!;
    const { text } = file;
    for (const { value, line, column } of definitions) {
      sources.push({ file: file.file, value, places: placesOf(file.file, text, { line, column }) });
    }
    if (failure !== null) problems.push(failed(file, failure));
    else if (definitions.length === 0) {
      problems.push(failed(file, { message: 'expected a call of definePrompt, got none', line: 1, column: 1 }));
    }
  }
  return { sources, problems };
}

function failed({ file }: PromptFile, { message, line, column }: NonNullable<RanFile['failure']>): PromptProblem {
  return { place: { file, line, column }, path: '', message, severity: 'error' };
}

/** Places inside the object literal that was given to `definePrompt`, as far as it is one. */
function placesOf(file: string, text: string, call: { line: number; column: number }): Places {
  const at = (offset: number): SourcePlace => ({ file, ...positionAt(text, offset) });
  const start = text.indexOf('(', offsetOf(text, call));
  const find = (path: Path): LiteralPart | null => (start === -1 ? null : findLiteral(text, start + 1, path));
  return {
    of(path) {
      const found = find(path);
      return found === null ? { file, ...call } : at(found.start);
    },
    inBody(message, offset) {
      const found = find(message === null ? ['text'] : ['messages', message, 'content']);
      if (found === null) return { file, ...call };
      return at(found.plainText === null ? found.start : found.plainText + offset);
    },
  };
}

function offsetOf(text: string, { line, column }: { line: number; column: number }): number {
  const lines = text.split('\n').slice(0, line - 1);
  return lines.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}
