import semver from 'semver';
import type { PromptDefinition, PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { problemAt } from '../rules/problem-at';
import { entryIn, lockEntryOf, type Lock, type LockEntry } from './lock-file';

/**
 * Versions against what was there before: a changed content has a higher version, a change that an app must follow (a
 * variable, a placeholder, the type, the output format) has a higher major version (below 1.0.0: minor).
 * @param prompts bases before their variants
 * @param before the lock that is compared with
 * @param name of it in messages, such as `HEAD`
 */
export function checkVersions(prompts: readonly LoadedPrompt[], before: Lock, name: string): PromptProblem[] {
  const ofBase = new Map<string, string>();
  return prompts.flatMap((prompt) => {
    const { definition } = prompt;
    const was = entryIn(before, definition);
    const message = was === null ? null : wrongVersion(definition, was, name);
    if (message === null) return [];
    if (definition.variant === null) ofBase.set(definition.name, definition.semver);
    else if (ofBase.get(definition.name) === definition.semver) return [];
    return [problemAt(prompt, ['version'], message)];
  });
}

function wrongVersion(definition: PromptDefinition, was: LockEntry, name: string): string | null {
  const now = lockEntryOf(definition);
  if (semver.lt(now.version, was.version)) {
    return `expected version ${was.version} of ${name} or a higher one, got ${now.version}`;
  }
  const breaking = breakingChanges(was, now);
  const least = leastVersion(was, now, breaking.length > 0);
  if (semver.gte(now.version, least)) return null;
  const what = breaking.length > 0 ? `for ${breaking.join(', ')}` : 'for a changed content';
  return `expected version ${least} or higher ${what} since ${name}, got ${now.version}`;
}

function leastVersion(was: LockEntry, now: LockEntry, isBreaking: boolean): string {
  const step = isBreaking ? (semver.major(was.version) === 0 ? 'minor' : 'major') : 'patch';
  return now.content === was.content && !isBreaking ? was.version : semver.inc(was.version, step)!;
}

/** What an app that uses the prompt would have to follow, in words. */
export function breakingChanges(was: LockEntry, now: LockEntry): string[] {
  return [
    ...(was.type === now.type ? [] : [`the type that was ${was.type}`]),
    ...listChanges('variable', was.variables, now.variables),
    ...listChanges('placeholder', was.placeholders, now.placeholders),
    ...(was.output === now.output ? [] : ['a changed output format']),
  ];
}

function listChanges(what: string, was: readonly string[], now: readonly string[]): string[] {
  return [
    ...now.filter((name) => !was.includes(name)).map((name) => `the new ${what} '${name}'`),
    ...was.filter((name) => !now.includes(name)).map((name) => `the removed ${what} '${name}'`),
  ];
}
