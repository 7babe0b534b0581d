import { didYouMean } from '../../core/policy/did-you-mean';
import { show } from '../../core/policy/problem';
import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { bodyTexts, problemAt, problemInBody } from './problem-at';
import { readReferences, type ReferenceGraph } from './references';
import { readTemplate, VARIABLE_NAME } from './template';

/** The variables that a prompt's own text uses. */
export function usedVariables(prompt: LoadedPrompt): string[] {
  return bodyTexts(prompt).flatMap(({ text }) => readTemplate(text).uses.map(({ name }) => name));
}

/**
 * Variables that are used and not declared, or declared and not used; a variable of a prompt that is referred to counts as
 * used, since the app has to give it.
 * @param ofVariants what the variants of a base use
 */
export function checkVariables(
  prompt: LoadedPrompt,
  graph: ReferenceGraph,
  ofVariants: ReadonlySet<string>,
): PromptProblem[] {
  const problems: PromptProblem[] = [];
  const { variables } = prompt.definition;
  const used = new Set<string>();
  for (const { message, text } of bodyTexts(prompt)) {
    const { uses, oddities } = readTemplate(text);
    for (const { offset, message: said, severity } of oddities) {
      problems.push(problemInBody(prompt, message, offset, said, severity));
    }
    for (const { name, offset } of uses) {
      if (!used.has(name) && !variables.includes(name)) {
        problems.push(problemInBody(prompt, message, offset, undeclared(name, variables)));
      }
      used.add(name);
    }
  }
  const below = variablesBelow(prompt, graph);
  for (const [name, { from, message, offset }] of below.variables) {
    if (used.has(name)) continue;
    used.add(name);
    if (variables.includes(name)) continue;
    const said = `${undeclared(name, variables)}, which ${show(from)} uses`;
    problems.push(problemInBody(prompt, message, offset, said));
  }
  return [...problems, ...checkDeclared(prompt, new Set([...used, ...ofVariants]), below.isKnown)];
}

function undeclared(name: string, variables: readonly string[]): string {
  return `expected a variable that \`variables\` declares, got '{{${name}}}'${didYouMean(name, variables)}`;
}

function checkDeclared(prompt: LoadedPrompt, used: ReadonlySet<string>, isKnown: boolean): PromptProblem[] {
  const { variables, variant } = prompt.definition;
  if (variant !== null) return [];
  // The variants of a base that could not be read are not known, and may use what it does not.
  const isEveryUseKnown = isKnown && prompt.unread === undefined;
  return variables.flatMap((name, index) => {
    const path = ['variables', index];
    if (!VARIABLE_NAME.test(name)) {
      const expected = "expected a variable's name of letters, digits and '_' that starts with a letter";
      return [problemAt(prompt, path, `${expected}, got ${show(name)}`)];
    }
    if (used.has(name) || !isEveryUseKnown) return [];
    return [
      problemAt(
        prompt,
        path,
        `expected variables that the text uses, got ${show(name)}, which it does not${didYouMean(name, [...used])}`,
      ),
    ];
  });
}

interface Below {
  /** By name: the prompt that uses it, and the reference that leads there. */
  variables: Map<string, { from: string; message: number | null; offset: number }>;
  /** False when a prompt that lives in Langfuse only is among those referred to. */
  isKnown: boolean;
}

/** What the prompts that are referred to use, all the way down. */
function variablesBelow(prompt: LoadedPrompt, graph: ReferenceGraph): Below {
  const below: Below = { variables: new Map(), isKnown: true };
  for (const reference of readReferences(prompt).references) {
    const seen = new Set([prompt.definition.name]);
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const target = graph.get(name);
      if (target === undefined) {
        below.isKnown = false;
        return;
      }
      for (const { text } of bodyTexts(target.prompt)) {
        for (const use of readTemplate(text).uses) {
          if (!below.variables.has(use.name)) below.variables.set(use.name, { from: name, ...reference });
        }
      }
      for (const next of target.references) visit(next.name);
    };
    visit(reference.name);
  }
  return below;
}
