import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { RampartError } from '../../core/errors';
import type { PromptProblem } from '../definition';

/** A file of the prompts folder. */
export interface PromptFile {
  /** Path on this machine. */
  path: string;
  /** Path relative to the repository's top, `/` between folders. */
  file: string;
  /** Path relative to the prompts folder, `/` between folders. */
  inside: string;
}

/** What the prompts folder holds, each list by path. */
export interface PromptFiles {
  /** `*.md`, but for `README.md` and what stands in a folder `variants/`. */
  markdown: PromptFile[];
  /** `variants/*.md` in any folder. */
  variants: PromptFile[];
  /** `*.prompt.ts`. */
  typescript: PromptFile[];
  /** `configs/*.yaml` and `.yml`. */
  configs: PromptFile[];
}

/**
 * Lists the files that define prompts. Folders whose name starts with a dot, and `node_modules`, are left out.
 * @param folder the prompts folder
 * @param shownAs what stands in places for the folder
 * @throws RampartError `not_found` when there is no such folder
 */
export function listPromptFiles(folder: string, shownAs: string): PromptFiles {
  const found: PromptFiles = { markdown: [], variants: [], typescript: [], configs: [] };
  for (const path of walk(folder)) {
    const inside = slashed(relative(folder, path));
    kindOf(inside, found)?.push({ path, file: shownAs === '' ? inside : `${shownAs}/${inside}`, inside });
  }
  return found;
}

/** A file with its text. */
export interface ReadFile extends PromptFile {
  text: string;
}

/** The files that can be read, with their texts; a problem for each of the others. */
export function readTexts(files: readonly PromptFile[], problems: PromptProblem[]): ReadFile[] {
  return files.flatMap((each) => {
    try {
      return [{ ...each, text: readFileSync(each.path, 'utf8') }];
    } catch (error) {
      const message = `expected a readable file, got ${(error as NodeJS.ErrnoException).code}`;
      problems.push({ place: { file: each.file, line: 1, column: 1 }, path: '', message, severity: 'error' });
      return [];
    }
  });
}

/** Name of a config or variant: the file's, without its ending. */
export function stem(inside: string): string {
  return basename(inside).replace(/\.(md|ya?ml)$/u, '');
}

function kindOf(inside: string, files: PromptFiles): PromptFile[] | null {
  if (/^configs\/[^/]+\.ya?ml$/u.test(inside)) return files.configs;
  if (inside.endsWith('.prompt.ts')) return files.typescript;
  if (!inside.endsWith('.md') || /(^|\/)readme\.md$/iu.test(inside)) return null;
  return /(^|\/)variants\/[^/]+$/u.test(inside) ? files.variants : files.markdown;
}

function walk(folder: string): string[] {
  const entries = readFolder(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    const code = String((cause as NodeJS.ErrnoException).code);
    throw new RampartError('not_found', `${folder}: expected a folder of prompts, got ${code}`, {
      cause,
      hint: 'rampart init makes one; --prompts DIR names another.',
    });
  }
}

/** A path with `/` between folders. */
export function slashed(path: string): string {
  return path.split(sep).join('/');
}
