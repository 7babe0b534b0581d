import { show } from '../../core/policy/problem';
import type { PromptProblem, SourcePlace } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { problemAt } from './problem-at';

/** A name (and variant) is defined once, and a label of a name is given once: Langfuse lets one version hold it. */
export function checkUniqueness(prompts: readonly LoadedPrompt[]): PromptProblem[] {
  return [...checkDefinedOnce(prompts), ...checkLabels(prompts), ...prompts.flatMap(checkTestNames)];
}

function checkDefinedOnce(prompts: readonly LoadedPrompt[]): PromptProblem[] {
  const first = new Map<string, SourcePlace>();
  return prompts.flatMap((prompt) => {
    const { name, variant, source } = prompt.definition;
    const key = JSON.stringify([name, variant]);
    const before = first.get(key);
    first.set(key, before ?? source);
    if (before === undefined) return [];
    const what = variant === null ? `name ${show(name)}` : `variant ${show(variant)} of ${show(name)}`;
    const path = variant === null ? ['name'] : [];
    return [problemAt(prompt, path, `expected the ${what} once, got it also at ${before.file}:${before.line}`)];
  });
}

function checkLabels(prompts: readonly LoadedPrompt[]): PromptProblem[] {
  const holders = new Map<string, string>();
  return prompts.flatMap((prompt) => {
    const { name, variant, labels } = prompt.definition;
    const own = variant === null ? labels : [variant, ...labels];
    return own.flatMap((label) => {
      const key = JSON.stringify([name, label]);
      const holder = holders.get(key);
      const self = variant === null ? 'the base' : `the variant ${show(variant)}`;
      holders.set(key, holder ?? self);
      if (holder === undefined || holder === self) return [];
      const path = labels.includes(label) ? ['labels', labels.indexOf(label)] : [];
      return [
        problemAt(
          prompt,
          path,
          `expected a label that one version of ${show(name)} holds, got ${show(label)}, which ${holder} has`,
        ),
      ];
    });
  });
}

function checkTestNames(prompt: LoadedPrompt): PromptProblem[] {
  const names = prompt.definition.tests.map(({ name }) => name);
  return prompt.definition.tests.flatMap(({ name, place }, index) => {
    if (names.indexOf(name) === index) return [];
    const message = `expected test cases with names of their own, got ${show(name)} again`;
    return [{ place, path: 'tests', message, severity: 'error' as const }];
  });
}
