import type { PromptStore, StoredPrompt } from './prompts';

const REFERENCE = /@@@langfusePrompt:(.*?)@@@/gu;
const DEEPEST = 5;

interface Referred {
  id: string;
  name: string;
  version: number;
}

/** Which prompts a text was filled in from: the root, and the references of each prompt by its id. */
export interface ResolutionGraph {
  root: Referred;
  dependencies: Record<string, Referred[]>;
}

/**
 * Fills in `@@@langfusePrompt:name=N|label=L@@@` and `…|version=V@@@` references, references of references included.
 * @returns the text (or chat messages), and the graph; null when there is no reference
 * @throws Error when a reference leads nowhere or goes round in a circle
 */
export function resolveReferences(
  prompts: PromptStore,
  prompt: StoredPrompt,
): { prompt: unknown; graph: ResolutionGraph | null } {
  const dependencies: ResolutionGraph['dependencies'] = {};

  function fill(owner: StoredPrompt, text: string, depth: number): string {
    return text.replaceAll(REFERENCE, (_match, inside: string) => {
      const target = find(prompts, inside);
      if (depth === DEEPEST) throw new Error(`references of prompt ${prompt.name} are nested too deeply: ${inside}`);
      (dependencies[owner.id] ??= []).push(referred(target));
      return fill(target, String(target.prompt), depth + 1);
    });
  }

  const filled: unknown =
    typeof prompt.prompt === 'string'
      ? fill(prompt, prompt.prompt, 0)
      : JSON.parse(fillJson(prompt.prompt, (text) => fill(prompt, text, 0)));
  const found = Object.keys(dependencies).length > 0;
  return { prompt: filled, graph: found ? { root: referred(prompt), dependencies } : null };
}

function fillJson(messages: unknown, fill: (text: string) => string): string {
  return JSON.stringify(messages, (_key, value: unknown) => (typeof value === 'string' ? fill(value) : value));
}

function find(prompts: PromptStore, inside: string): StoredPrompt {
  const parts = new Map(inside.split('|').map((part) => part.split('=', 2) as [string, string]));
  const name = parts.get('name') ?? '';
  const version = parts.get('version');
  const found =
    version === undefined
      ? prompts.byLabel(name, parts.get('label') ?? 'production')
      : prompts.byVersion(name, Number(version));
  if (found === null) throw new Error(`prompt dependency not found: ${inside}`);
  return found;
}

function referred(prompt: StoredPrompt): Referred {
  return { id: prompt.id, name: prompt.name, version: prompt.version };
}
