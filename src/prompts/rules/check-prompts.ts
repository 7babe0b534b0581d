import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { checkRollout } from './model-config';
import { checkNames } from './names';
import { checkReferences, referenceGraph } from './references';
import { checkTestCases } from './test-cases';
import { checkUniqueness } from './uniqueness';
import { checkVariables, usedVariables } from './variables';

/**
 * What is wrong with prompts whose shapes are right, as far as it can be known without history and without Langfuse. What a
 * variant has from its base is said of the base alone, and nothing is said that follows from keys that could not be read.
 * @param prompts bases before their variants
 */
export function checkPrompts(prompts: readonly LoadedPrompt[]): PromptProblem[] {
  const graph = referenceGraph(prompts);
  const judges = new Map([...graph].map(([name, { prompt }]) => [name, judgeVariables(prompt)]));
  const ofVariants = variablesOfVariants(prompts);
  const ofBase = new Map<string, ReadonlySet<string>>();
  const own = prompts.flatMap((prompt) => {
    const { name, variant } = prompt.definition;
    const without = (...keys: string[]): boolean => keys.some((key) => prompt.unread?.has(key) === true);
    const isBodyUnread = without('type', 'text', 'messages');
    const problems = [
      ...checkNames(prompt),
      ...(without('extends', 'rollout') ? [] : checkRollout(prompt)),
      ...(without('external') ? [] : checkReferences(prompt, graph)),
      ...(isBodyUnread || without('variables') ? [] : checkVariables(prompt, graph, ofVariants.get(name) ?? new Set())),
      ...(isBodyUnread || without('variables', 'extends', 'config', 'tests') ? [] : checkTestCases(prompt, judges)),
    ];
    if (variant === null) ofBase.set(name, new Set(problems.map(({ message }) => message)));
    return variant === null ? problems : problems.filter(({ message }) => ofBase.get(name)?.has(message) !== true);
  });
  return [...checkUniqueness(prompts), ...own];
}

/** Null when they could not be read. */
function judgeVariables({ definition, unread }: LoadedPrompt): readonly string[] | null {
  return unread?.has('variables') === true ? null : definition.variables;
}

/** By name of the base. */
function variablesOfVariants(prompts: readonly LoadedPrompt[]): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const prompt of prompts) {
    const { name, variant } = prompt.definition;
    if (variant === null) continue;
    const own = used.get(name) ?? new Set<string>();
    for (const variable of usedVariables(prompt)) own.add(variable);
    used.set(name, own);
  }
  return used;
}
