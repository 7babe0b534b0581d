import { shellWord } from '../../core/shell-word';

/*
 * The part of git's pre-commit hook that is ours. It stands between two marks behind the hook's first line, so that it runs
 * whatever the rest of the hook does, and can be told from it.
 */

const START = '# >>> rampart: prompts are checked before they are committed';
const END = '# <<< rampart';

/** What the hook runs, and where. */
export interface HookCommand {
  /** Shell words that run `rampart`. */
  rampart: string;
  /** Folder of the app inside the repository, such as `apps/bot/`; empty for its top. */
  prefix: string;
  /** The prompts folder, from there. */
  prompts: string;
}

/** What is to be done with a hook. */
export type HookPlan =
  | { kind: 'write'; text: string; how: 'new' | 'added' | 'updated' }
  | { kind: 'unchanged' }
  | { kind: 'refused'; reason: string };

/** The hook with our part in it. @param existing the hook's text; null when there is none */
export function planHook(existing: string | null, command: HookCommand): HookPlan {
  const block = hookBlock(command);
  if (existing === null || existing.trim() === '') return { kind: 'write', how: 'new', text: `#!/bin/sh\n${block}` };
  const ours = new RegExp(`${START}\n[^]*?${END}\n?`, 'u');
  if (ours.test(existing)) {
    const text = existing.replace(ours, () => block);
    return text === existing ? { kind: 'unchanged' } : { kind: 'write', how: 'updated', text };
  }
  const [first = '', ...rest] = existing.split('\n');
  if (!first.startsWith('#!')) return { kind: 'write', how: 'added', text: `${block}${existing}` };
  if (!/^#!.*\b(?:ba|da|k|z)?sh\b/u.test(first)) {
    return { kind: 'refused', reason: `it is no shell script ('${first}')` };
  }
  return { kind: 'write', how: 'added', text: `${first}\n${block}${rest.join('\n')}` };
}

/** The package that our part of a hook runs; null when it has none. */
export function packageIn(hook: string): string | null {
  const [, block = ''] = hook.split(START);
  return /--package=(\S+) rampart validate/u.exec(block.split(END)[0]!)?.[1] ?? null;
}

/** Our lines. They do nothing for a commit that touches no prompt. */
export function hookBlock({ rampart, prefix, prompts }: HookCommand): string {
  const folder = shellWord(`${prefix}${prompts}`);
  const inside = prefix === '' ? '' : `cd ${shellWord(prefix)} && `;
  const option = prompts === 'prompts' ? '' : ` --prompts ${shellWord(prompts)}`;
  return `${START}
if ! git diff --cached --quiet -- ${folder}; then
  (${inside}${rampart} validate --staged${option}) || {
    echo "The prompts are not committed; 'git commit --no-verify' commits them as they are." >&2
    exit 1
  }
fi
${END}
`;
}
