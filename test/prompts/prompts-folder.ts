import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PromptProblem } from '../../src/prompts/definition';
import { loadPrompts, type LoadedPrompts } from '../../src/prompts/load/load-prompts';

/** Writes files (paths relative to the top) into a new folder. */
export function writeFiles(files: Readonly<Record<string, string>>, top = newFolder()): string {
  for (const [file, text] of Object.entries(files)) {
    const path = join(top, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return top;
}

const made: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-prompts-'));
  made.push(folder);
  return folder;
}

/** For `afterAll`. */
export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Loads `prompts/` with these files in it (paths relative to `prompts/`). */
export async function load(files: Readonly<Record<string, string>>): Promise<LoadedPrompts> {
  const top = writeFiles(Object.fromEntries(Object.entries(files).map(([file, text]) => [`prompts/${file}`, text])));
  return loadPrompts(join(top, 'prompts'));
}

/** `file:line:column path: message`, as it is printed; warnings say so. */
export function lines(problems: readonly PromptProblem[]): string[] {
  return problems.map(({ place, path, message, severity }) => {
    const where = `${place.file}:${place.line}:${place.column}`;
    return `${where}${severity === 'warning' ? ' warning' : ''} ${path}: ${message}`;
  });
}

/** A Markdown prompt: front matter and body. */
export function markdown(front: string, body = 'Hello.'): string {
  return `---\n${front.trim()}\n---\n\n${body}\n`;
}
